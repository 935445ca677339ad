"""Whether making a tensor has to be noticed by anybody: inference mode does, and a transform.

Each thread adds what it is in. While the set is empty, making a tensor costs one test more.
"""

from __future__ import annotations

from typing import Any, Final

marking_threads: Final[set[tuple[int, Any]]] = set()
inferred: Final[set[bool]] = set()  # not empty once there may be a tensor made in inference mode

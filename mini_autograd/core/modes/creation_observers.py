"""Who has to know of each new tensor: threads in inference mode or in a transform of `func`.

While no thread is in either, making a tensor costs one test of an empty set.
"""

from __future__ import annotations

from typing import Any, Final

# (thread, "inference" or the level of a transform)
observing_threads: Final[set[tuple[int, Any]]] = set()
# Not empty once inference mode was entered: only from then on can there be inference tensors.
inference_used: Final[set[bool]] = set()

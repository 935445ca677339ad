"""The version counter that a tensor shares with its views: what tells a stale saved tensor.

The memory itself is a NumPy array, which already knows whose memory it is; a counter is made
only when something can observe it (a view, a saved result, an in-place write), since most
tensors are never written to.
"""

from __future__ import annotations


class VersionCounter:
    """Counts the in-place writes to one piece of memory."""

    __slots__ = ("version",)

    def __init__(self) -> None:
        self.version = 0

"""The version counter that a tensor shares with its views: what tells a stale saved tensor.

The memory itself is a NumPy array, which already knows whose memory it is; a counter is made
only when something can observe it (a view, a saved result, an in-place write), since most
tensors are never written to.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mini_autograd.tensor import Tensor


class VersionCounter:
    """Counts the in-place writes to one piece of memory, and knows the views that show it."""

    __slots__ = ("renew", "version", "views")

    def __init__(self) -> None:
        self.version = 0
        self.views: list[weakref.ref[Tensor]] | None = None  # their history, too, a write changes
        self.renew: Callable[[Tensor], None] | None = None  # due once their base requires grad

    def add_view(self, view: Tensor) -> None:
        """Remembers a view for as long as somebody else does."""
        views = self.views
        if views is None:
            views = self.views = []
        elif not len(views) & (len(views) - 1):  # at powers of two: the cost a view is constant
            views[:] = [each for each in views if each() is not None]
        views.append(weakref.ref(view))

"""The version counter that a tensor shares with its views: what tells a stale saved tensor.

The memory itself is a NumPy array, which already knows whose memory it is; a counter is made
only when something can observe it (a view, a saved result, an in-place write), since most
tensors are never written to.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Final

from mini_autograd.core.modes.grad_mode import state
from mini_autograd.messages.graph import modes as errors

if TYPE_CHECKING:
    from mini_autograd.core.tensor.tensor import Tensor

# Threads that use one tensor make its counter once. Taken again by what a collection may run.
_making: Final = threading.RLock()


class VersionCounter:
    """Counts the in-place writes to one piece of memory, and knows the views that show it."""

    __slots__ = ("version", "views")

    inference: ClassVar[bool] = False  # whether it is by this that a tensor is known for one
    version: int

    def __init__(self, version: int = 0) -> None:
        self.version = version
        self.views: list[weakref.ref[Tensor]] | None = None  # their history, too, a write changes

    def add_view(self, view: Tensor) -> None:
        """Remembers a view for as long as somebody else does."""
        views = self.views
        if views is None:
            with _making:
                if self.views is None:
                    self.views = []
                views = self.views
        elif not len(views) & (len(views) - 1):  # at powers of two: the cost a view is constant
            with _making:
                known = len(views)  # others may append meanwhile
                views[:known] = [each for each in views[:known] if each() is not None]
        views.append(weakref.ref(view))

    def living(self) -> Iterator[Tensor]:
        """The views that somebody holds."""
        for reference in tuple(self.views or ()):  # to which other threads may append
            if (view := reference()) is not None:
                yield view

    def advance(self) -> None:
        """Counts a write: what the views have as their history is that of the memory no more."""
        self.version += 1
        if self.views:
            for view in self.living():
                if view._node is not None:
                    view._outdated, view._node = view._node, None


class InferenceCounter(VersionCounter):
    """That of an inference tensor: it counts nothing."""

    __slots__ = ()

    inference = True

    @property
    def version(self) -> int:
        """What a write adds to; it is refused outside of inference mode, once it is done."""
        if not state.inference:
            raise errors.inference_write()
        return 0

    @version.setter
    def version(self, value: int) -> None:
        pass


class InferenceAliasCounter(VersionCounter):
    """That of an alias of an inference tensor, made outside of inference mode: there it counts."""

    __slots__ = ("_outside",)

    inference = True

    def __init__(self, version: int = 0) -> None:
        super().__init__()
        self._outside = version

    @property
    def version(self) -> int:
        """The writes outside of inference mode."""
        return self._outside

    @version.setter
    def version(self, value: int) -> None:
        if not state.inference:
            self._outside = value


def inference_counter() -> VersionCounter:
    """A counter for an alias of an inference tensor, which is another one."""
    return InferenceCounter() if state.inference else InferenceAliasCounter()


def counter_of(tensor: Tensor) -> VersionCounter:
    """The version counter, made when first asked for."""
    counter = tensor._counter
    if counter is None:
        with _making:
            counter = tensor._counter = tensor._counter or VersionCounter()
    return counter

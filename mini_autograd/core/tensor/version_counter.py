"""The version counter that a tensor shares with its views: backward checks saved tensors by it.

A counter is made only when it can be observed (by a view, a saved result, an in-place write),
since most tensors are never written to.
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

# Threads must share one counter. Reentrant, as garbage collection may run code inside.
_making: Final = threading.RLock()


class VersionCounter:
    """Counts the in-place writes to one piece of memory, and knows its views."""

    __slots__ = ("uniform", "version", "views")

    inference: ClassVar[bool] = False  # whether its tensors are inference tensors
    version: int

    def __init__(self, version: int = 0) -> None:
        self.version = version
        self.uniform = (
            not self.inference
        )  # whether its tensors differ in shape only: see `history.as_view`
        self.views: list[weakref.ref[Tensor]] | None = None  # a write resets their history

    def add_view(self, view: Tensor) -> None:
        """Add a view, by a weak reference."""
        views = self.views
        if views is None:
            with _making:
                if self.views is None:
                    self.views = []
                views = self.views
        elif (known := len(views)) > 7 and not known & (known - 1):  # power of two: amortized O(1)
            with _making:
                known = len(views)  # other threads may append meanwhile
                views[:known] = [each for each in views[:known] if each() is not None]
        views.append(weakref.ref(view))

    def live_views(self) -> Iterator[Tensor]:
        """The views that are still alive."""
        for reference in tuple(self.views or ()):  # a copy: other threads may append
            if (view := reference()) is not None:
                yield view

    def advance(self) -> None:
        """Count a write, and mark the views' histories as outdated."""
        self.version += 1
        if self.views:
            for view in self.live_views():
                if view._node is not None:
                    view._outdated, view._node = view._node, None


class InferenceCounter(VersionCounter):
    """The counter of an inference tensor, which counts nothing."""

    __slots__ = ()

    inference = True

    @property
    def version(self) -> int:
        """Always 0; an error outside inference mode, which refuses a write after it was done."""
        if not state.inference:
            raise errors.inference_write()
        return 0

    @version.setter
    def version(self, value: int) -> None:
        pass


class InferenceAliasCounter(VersionCounter):
    """The counter of an inference tensor's alias, made outside inference mode: it counts there."""

    __slots__ = ("_outside",)

    inference = True

    def __init__(self, version: int = 0) -> None:
        super().__init__()
        self._outside = version

    @property
    def version(self) -> int:
        """The number of writes outside inference mode."""
        return self._outside

    @version.setter
    def version(self, value: int) -> None:
        if not state.inference:
            self._outside = value


def inference_counter() -> VersionCounter:
    """A new counter for an alias of an inference tensor."""
    return InferenceCounter() if state.inference else InferenceAliasCounter()


def counter_of(tensor: Tensor) -> VersionCounter:
    """The tensor's version counter; it is made the first time."""
    counter = tensor._counter
    if counter is None:
        with _making:
            counter = tensor._counter = tensor._counter or VersionCounter()
    return counter


def counter_of_result(result: Tensor) -> VersionCounter:
    """Likewise of an op's result, which no other thread knows yet: without a lock."""
    counter = result._counter
    if counter is None:
        counter = result._counter = VersionCounter()
    return counter

"""Hooks for the gradients of several tensors at once."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from typing import Any

from mini_autograd.core.backward.edges import node_of
from mini_autograd.core.backward.observed_walk import ObservedWalk, current
from mini_autograd.core.graph.hooks import RemovableHandle
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.graph import hooks as errors

_MODES = ("all", "any")


class _MultiHandle(RemovableHandle):
    """The handle of several hooks that are removed together."""

    __module__ = "torch.autograd.graph"  # as it prints

    def __init__(self, handles: tuple[RemovableHandle, ...]) -> None:
        self.handles = handles

    def remove(self) -> None:
        """Remove all of them."""
        for handle in self.handles:
            handle.remove()


def register_multi_grad_hook(
    tensors: Sequence[Tensor], fn: Callable[[Any], None], *, mode: str = "all"
) -> RemovableHandle:
    """Call `fn` once per walk: with all gradients after the last one, or with the first only.

    For a tensor that the walk does not reach, the gradient is None.

    Raises:
        ValueError: `mode` is neither "all" nor "any".
        RuntimeError: a tensor that requires no grad, in mode "all".
    """
    if mode not in _MODES:
        raise errors.multi_grad_mode(_MODES, mode)
    if mode == "all":
        waiting = _All(tensors, fn)
        handles = [each.register_hook(waiting.hook(i)) for i, each in enumerate(tensors)]
    else:
        hook = _any(fn)
        handles = [each.register_hook(hook) for each in tensors if each.requires_grad]
    return _MultiHandle(tuple(handles))


class _All:
    """Collects gradients by walk, as walks in several threads may run at the same time."""

    def __init__(self, tensors: Sequence[Tensor], fn: Callable[[Any], None]) -> None:
        self.nodes = [node_of(each) for each in tensors]
        self.fn = fn
        self.lock = threading.Lock()
        self.known: dict[int, list[Tensor | None]] = {}
        self.left: dict[int, int] = {}

    def hook(self, index: int) -> Callable[[Tensor], None]:
        """The hook for the tensor with this index."""

        def arrived(grad: Tensor) -> None:
            walk = _walk()
            with self.lock:
                if walk.number not in self.left:
                    self.left[walk.number] = sum(map(walk.will_execute, self.nodes))
                    self.known[walk.number] = [None] * len(self.nodes)
                self.left[walk.number] -= 1
            self.known[walk.number][index] = grad
            if not self.left[walk.number]:
                self.fn(self.known[walk.number])
                del self.left[walk.number], self.known[walk.number]

        return arrived


def _any(fn: Callable[[Any], None]) -> Callable[[Tensor], None]:
    lock = threading.Lock()
    called: set[int] = set()

    @functools.wraps(fn)  # torch prints the name in a warning
    def arrived(grad: Tensor) -> None:
        number = _walk().number
        with lock:
            if number in called:
                return
            called.add(number)
        fn(grad)

    return arrived


def _walk() -> ObservedWalk:
    walk = current.walk
    if walk is None:
        raise errors.hook_outside_walk()
    return walk

"""Pack and unpack hooks for saved tensors.

As in torch the innermost pair of the thread that records a node applies; packed values are not
checked for in-place writes. While no thread has hooks, recording a node costs one test.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import numpy as np

from mini_autograd.core.modes.grad_mode import state, unrecorded
from mini_autograd.core.tensor.history import accumulator_of
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.core.tensor.version_counter import counter_of
from mini_autograd.messages.graph import modes as mode_errors
from mini_autograd.messages.graph import saved as errors
from mini_autograd.messages.tensors import state as state_errors

if TYPE_CHECKING:
    from mini_autograd.core.graph.graph import Node

Pack = Callable[[Tensor], Any]
Unpack = Callable[[Any], Tensor]
Outputs = tuple[Tensor, ...]
Watcher = Callable[[Tensor], None]


class _ThreadState(threading.local):
    def __init__(self) -> None:
        self.pairs: list[tuple[Pack, Unpack]] = []
        self.disabled: str | None = None  # the error message while hooks are disabled
        # During an in-place op: nodes whose results are packed after the write.
        self.deferred: list[tuple[Node, Outputs]] | None = None
        self.refused: Exception | None = None  # what a pack hook raised during an in-place op
        self.watchers: list[Watcher] = []


_thread = _ThreadState()
_Function = TypeVar("_Function", bound=Callable[..., Any])

# Threads with hooks; recording tests this set before it looks for its own thread's hooks.
packing_threads: Final[set[int]] = set()


def push(pack: Pack, unpack: Unpack) -> None:
    """Add a pair of hooks to this thread.

    Raises:
        TypeError: one is not callable.
        RuntimeError: hooks are disabled.
    """
    if not (callable(pack) and callable(unpack)):
        raise errors.not_callable(pack, unpack)
    if _thread.disabled is not None:
        raise errors.disabled(_thread.disabled)
    _thread.pairs.append((pack, unpack))
    packing_threads.add(threading.get_ident())


def pop() -> None:
    """Remove the innermost pair.

    Raises:
        RuntimeError: there is none; in torch an internal assertion.
    """
    if not _thread.pairs:
        raise errors.left_unentered()
    _thread.pairs.pop()
    if not _thread.pairs:
        packing_threads.discard(threading.get_ident())


def disabled_message() -> str | None:
    """The message that `disable` set."""
    return _thread.disabled


def disable(message: str | None) -> None:
    """Forbid hooks, with this error message; None allows them again.

    Raises:
        TypeError: the message is not a string.
        RuntimeError: this thread has hooks.
    """
    if message is not None and not isinstance(message, str):
        raise errors.disable_type(message)
    if message is not None and _thread.pairs:
        raise errors.disabled(message)
    _thread.disabled = message


def current() -> tuple[Pack, Unpack] | None:
    """This thread's innermost pair."""
    return _thread.pairs[-1] if _thread.pairs else None


def deferred() -> list[tuple[Node, Outputs]] | None:
    """During an in-place op, the list of nodes whose results are packed later; else None."""
    return _thread.deferred


@contextmanager
def deferring() -> Iterator[list[tuple[Node, Outputs]]]:
    """Inside, nodes that saved results are listed; the caller packs them after the write."""
    before, _thread.deferred = _thread.deferred, []
    _thread.refused = None
    try:
        yield _thread.deferred
    finally:
        _thread.deferred = before


@contextmanager
def watching_writes(watcher: Watcher) -> Iterator[None]:
    """Inside, call `watcher` before each in-place write of this thread, if it also has hooks."""
    _thread.watchers.append(watcher)
    try:
        yield
    finally:
        _thread.watchers.remove(watcher)


def is_watched() -> bool:
    """Whether this thread has write watchers."""
    return bool(_thread.watchers)


def within_composite(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a composite of ops; callers test `packing_threads` before.

    In inference mode and, inside it, a dispatch mode as is that of write watchers, torch calls its
    ops below the layer that makes views of results and counts writes.
    """
    if not (state.inference and _thread.watchers) or state.composing:
        return function(*args, **kwargs)
    state.composing = True
    try:
        return function(*args, **kwargs)
    finally:
        state.composing = False


def composed(function: _Function) -> _Function:
    """Decorates a composite that has no argument parser of its own."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if packing_threads:
            return within_composite(function, *args, **kwargs)
        return function(*args, **kwargs)

    return cast(_Function, call)


def announce_write(tensor: Tensor) -> None:
    """Call the watchers, the innermost first; callers test `packing_threads` before."""
    for watcher in reversed(_thread.watchers):
        watcher(tensor)


def is_while_packing(error: Exception) -> bool:
    """Whether an in-place op failed while saving, which torch does before it checks the memory."""
    refused, _thread.refused = _thread.refused, None
    return refused is error or mode_errors.is_of_saving(error)


class PackedTensor:
    """A packed tensor: what the pack hook returned, and the tensor's place in the graph."""

    __slots__ = (
        "accumulator", "dtype", "node", "output", "packed", "requires_grad", "tensor_id",
        "unpack_hook",
    )  # fmt: skip

    def __init__(
        self,
        tensor: Tensor,
        owner: Node,
        hooks: tuple[Pack, Unpack],
        hook_input: Tensor | None = None,
    ) -> None:
        """Pack a tensor.

        Args:
            tensor: the tensor.
            owner: the node that saves it; not referred to, as that would be a cycle.
            hooks: the pack and the unpack hook.
            hook_input: what the pack hook gets, if not the tensor.
        """
        if counter_of(tensor).inference:
            raise mode_errors.inference_saved()
        pack, self.unpack_hook = hooks
        self.dtype: np.dtype[Any] | None = None  # as in `SavedTensor`
        self.tensor_id = id(tensor)
        self.requires_grad = tensor._requires_grad
        self.output = tensor._output_nr
        made_by = tensor._maker()
        self.node = None if made_by is owner else made_by
        self.accumulator = None
        if made_by is None and tensor._requires_grad:
            accumulator_of(tensor)
            self.accumulator = tensor._accumulator
        elif made_by is None:
            self.output = -1  # it has no place in the graph
        version = counter_of(tensor).version
        try:
            with unrecorded():
                self.packed = pack(tensor if hook_input is None else hook_input)
            if counter_of(tensor).version != version:
                raise errors.pack_modified()
        except Exception as error:
            if _thread.deferred is not None:
                _thread.refused = error
            raise

    def is_of(self, tensor: Tensor) -> bool:
        """Whether that object was packed; the caller knows that it is still alive."""
        return self.tensor_id == id(tensor)

    def unpack(self, owner: Node) -> Tensor:
        """What the unpack hook returns, at the packed tensor's place in the graph.

        Raises:
            TypeError: it does not return a tensor.
        """
        given = self.unpack_hook(self.packed)
        if not isinstance(given, Tensor):
            raise errors.unpacked_type(given)
        if self.accumulator is not None and given._array.dtype.kind not in "fc":
            raise state_errors.only_floating_at_creation()
        made = make(given._array)
        made._counter = counter_of(given)
        made._requires_grad = self.requires_grad
        if self.accumulator is not None:
            made._accumulator = self.accumulator
        elif self.requires_grad:
            made._node, made._output_nr = self.node or owner, self.output
        return made

"""Pack and unpack hooks: what the user keeps instead of the tensors that the graph would keep.

As in torch the innermost pair of a thread holds, when a node is recorded; what they packed is
not checked for writes. While no thread has any, recording a node costs one test.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mini_autograd.core.modes.grad_mode import unrecorded
from mini_autograd.core.tensor.history import accumulator_of
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.core.tensor.version_counter import counter_of
from mini_autograd.messages.graph import modes as mode_errors
from mini_autograd.messages.graph import saved as errors

if TYPE_CHECKING:
    from mini_autograd.core.graph.graph import Node

Pack = Callable[[Tensor], Any]
Unpack = Callable[[Any], Tensor]
Outputs = tuple[Tensor, ...]
Watcher = Callable[[Tensor], None]


class _OfThread(threading.local):
    def __init__(self) -> None:
        self.pairs: list[tuple[Pack, Unpack]] = []
        self.disabled: str | None = None  # why there may be none
        # Nodes of a write whose results are those of the written tensor, once it is written.
        self.deferred: list[tuple[Node, Outputs]] | None = None
        self.refused: Exception | None = None  # what a hook raised during a write
        self.watchers: list[Watcher] = []


_own = _OfThread()

# The threads that have hooks: recording asks whether there is any, before it asks for its own.
packing_threads: Final[set[int]] = set()


def push(pack: Pack, unpack: Unpack) -> None:
    """Makes a pair of hooks those of this thread.

    Raises:
        TypeError: one cannot be called.
        RuntimeError: hooks are disabled.
    """
    if not (callable(pack) and callable(unpack)):
        raise errors.not_callable(pack, unpack)
    if _own.disabled is not None:
        raise errors.disabled(_own.disabled)
    _own.pairs.append((pack, unpack))
    packing_threads.add(threading.get_ident())


def pop() -> None:
    """Takes the innermost pair away.

    Raises:
        RuntimeError: there is none; torch fails an assertion of its own.
    """
    if not _own.pairs:
        raise errors.left_unentered()
    _own.pairs.pop()
    if not _own.pairs:
        packing_threads.discard(threading.get_ident())


def disabled_message() -> str | None:
    """What `disable` set."""
    return _own.disabled


def disable(message: str | None) -> None:
    """Lets nobody push hooks, who gets this message; None allows it again.

    Raises:
        TypeError: the message is no text.
        RuntimeError: there are hooks.
    """
    if message is not None and not isinstance(message, str):
        raise errors.disable_type(message)
    if message is not None and _own.pairs:
        raise errors.disabled(message)
    _own.disabled = message


def current() -> tuple[Pack, Unpack] | None:
    """The pair that holds in this thread."""
    return _own.pairs[-1] if _own.pairs else None


def deferred() -> list[tuple[Node, Outputs]] | None:
    """Where a node's results wait to be packed, while a write is under way."""
    return _own.deferred


@contextmanager
def deferring() -> Iterator[list[tuple[Node, Outputs]]]:
    """Packs no results inside, but notes whose they are."""
    before, _own.deferred = _own.deferred, []
    _own.refused = None
    try:
        yield _own.deferred
    finally:
        _own.deferred = before


@contextmanager
def watching_writes(watcher: Watcher) -> Iterator[None]:
    """Tells of every tensor that this thread is about to write to, while it has hooks, too."""
    _own.watchers.append(watcher)
    try:
        yield
    finally:
        _own.watchers.remove(watcher)


def is_watched() -> bool:
    """Whether anybody is told of this thread's writes."""
    return bool(_own.watchers)


def announce_write(tensor: Tensor) -> None:
    """Tells who watches, the innermost first; to be called if any thread has hooks."""
    for watcher in reversed(_own.watchers):
        watcher(tensor)


def is_while_packing(error: Exception) -> bool:
    """Whether a write was refused as what it saves was packed: torch looks at memory later."""
    refused, _own.refused = _own.refused, None
    return refused is error or mode_errors.is_of_saving(error)


class PackedTensor:
    """What a pack hook gave for a tensor, and the place in the graph that the tensor had."""

    __slots__ = (
        "accumulator", "dtype", "node", "of", "output", "packed", "requires_grad", "unpacking",
    )  # fmt: skip

    def __init__(
        self,
        tensor: Tensor,
        owner: Node,
        hooks: tuple[Pack, Unpack],
        seen: Tensor | None = None,
    ) -> None:
        """`owner`: the node that keeps it, which is not kept itself if it made the tensor.

        `seen`: what the pack hook gets, if not the tensor.
        """
        if counter_of(tensor).inference:
            raise mode_errors.inference_saved()
        pack, self.unpacking = hooks
        self.dtype: np.dtype[Any] | None = None  # as in `SavedTensor`
        self.of = id(tensor)
        self.requires_grad = tensor._requires_grad
        self.output = tensor._output_nr
        made_by = tensor._maker()
        self.node = None if made_by is owner else made_by
        self.accumulator = None
        if made_by is None and tensor._requires_grad:
            accumulator_of(tensor)
            self.accumulator = tensor._accumulator
        elif made_by is None:
            self.output = -1  # of nothing
        version = counter_of(tensor).version
        try:
            with unrecorded():
                self.packed = pack(tensor if seen is None else seen)
            if counter_of(tensor).version != version:
                raise errors.pack_modified()
        except Exception as error:
            if _own.deferred is not None:
                _own.refused = error
            raise

    def is_of(self, tensor: Tensor) -> bool:
        """Whether it was packed of that very tensor, which has been alive since."""
        return self.of == id(tensor)

    def unpack(self, owner: Node) -> Tensor:
        """The tensor that the unpack hook gives, in the place of that which was packed.

        Raises:
            TypeError: it gives something else.
        """
        given = self.unpacking(self.packed)
        if not isinstance(given, Tensor):
            raise errors.unpacked_type(given)
        made = make(given._array)
        made._counter = counter_of(given)
        made._requires_grad = self.requires_grad
        if self.accumulator is not None:
            made._accumulator = self.accumulator
        elif self.requires_grad:
            made._node, made._output_nr = self.node or owner, self.output
        return made

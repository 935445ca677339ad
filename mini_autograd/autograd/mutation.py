"""Writes to what was saved for backward, allowed: whatever is written over is cloned before.

As torch's, which knows a saved tensor by where its memory begins and by its version: a write
through a view that begins elsewhere goes unnoticed, and backward computes with what it wrote.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, MutableMapping
from contextlib import contextmanager
from weakref import WeakKeyDictionary, WeakValueDictionary

from mini_autograd.arrays.layout import address_of
from mini_autograd.autograd.saved_hooks import saved_tensors_hooks
from mini_autograd.core.modes.grad_mode import unrecorded
from mini_autograd.core.saved import packing
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.graph import saved as errors
from mini_autograd.ops.tensor.conversion import clone

_Memory = tuple[int, int]  # where it begins, and its version
_Saved = tuple[int, int, int]  # the same, of which tensor object


class _Handle:
    """What a node keeps instead of a tensor: who has it can ask the context for that."""


class _AllowMutationOnSavedContext:  # torch's name
    """What was saved inside one block, and the clones of what has been written to since."""

    __module__ = "torch.autograd.graph"  # as it prints

    def __init__(self) -> None:
        self.cloned: MutableMapping[_Handle, Tensor] = WeakKeyDictionary()
        self.original: MutableMapping[_Handle, Tensor] = WeakKeyDictionary()
        self.tid_to_weakhandle: MutableMapping[_Saved, _Handle] = WeakValueDictionary()
        self.sid_to_tid: dict[_Memory, set[_Saved]] = defaultdict(set)

    def clear(self) -> None:
        """Forgets everything."""
        self.cloned.clear()
        self.original.clear()
        self.tid_to_weakhandle.clear()
        self.sid_to_tid.clear()

    def _pack(self, tensor: Tensor) -> _Handle:
        memory = _memory_of(tensor)
        saved = (id(tensor), *memory)
        self.sid_to_tid[memory].add(saved)
        handle = self.tid_to_weakhandle.get(saved)
        if handle is None:
            handle = self.tid_to_weakhandle[saved] = _Handle()
            self.original[handle] = tensor
        return handle

    def _unpack(self, handle: _Handle) -> Tensor:
        if not _block.entered:
            raise errors.mutation_left()
        found = self.cloned.get(handle)
        if found is None:
            found = self.original.get(handle)
        if found is None:
            raise errors.mutation_left()
        return found

    def _before_write(self, tensor: Tensor) -> None:
        """Clones what was saved of the memory that is about to be written to."""
        for saved in self.sid_to_tid.get(_memory_of(tensor), ()):
            handle = self.tid_to_weakhandle.get(saved)
            if handle is not None and handle not in self.cloned:
                with unrecorded():
                    self.cloned[handle] = clone(self.original[handle])
                del self.original[handle]


def _memory_of(tensor: Tensor) -> _Memory:
    return address_of(tensor._array), tensor._version


class _Block:
    """Whether anybody is in such a block: as in torch the threads share this."""

    entered = False


_block = _Block()


@contextmanager
def allow_mutation_on_saved_tensors() -> Generator[_AllowMutationOnSavedContext, None, None]:
    """Lets tensors that were saved for backward be written to inside, where backward goes, too.

    Gives what knows the clones, and forgets them at the end.

    Raises:
        RuntimeError: it is inside of another, which is no such block from then on, as in torch.
        AssertionError: of a backward that needs what was saved in another block, or inside of
            one, once that is left.
    """
    context = _AllowMutationOnSavedContext()
    with (
        saved_tensors_hooks(context._pack, context._unpack),
        packing.watching_writes(context._before_write),
    ):
        try:
            if _block.entered:
                raise errors.mutation_nested()
            _block.entered = True
            yield context
        finally:
            context.clear()
            _block.entered = False

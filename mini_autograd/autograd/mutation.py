"""`allow_mutation_on_saved_tensors`: saved tensors are cloned before an in-place write.

As in torch, a saved tensor is identified by its address and version. So a write through a view
with another address is not noticed, and backward uses the new values.
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

_Memory = tuple[int, int]  # address, version
_Saved = tuple[int, int, int]  # id of the tensor object, address, version


class _Handle:
    """What a node saves in place of a tensor: a key to the context's dicts."""


class _AllowMutationOnSavedContext:  # torch's name
    """The tensors saved inside one block, and clones of those written to since."""

    __module__ = "torch.autograd.graph"  # as it prints

    def __init__(self) -> None:
        self.cloned: MutableMapping[_Handle, Tensor] = WeakKeyDictionary()
        self.original: MutableMapping[_Handle, Tensor] = WeakKeyDictionary()
        self.tid_to_weakhandle: MutableMapping[_Saved, _Handle] = WeakValueDictionary()
        self.sid_to_tid: dict[_Memory, set[_Saved]] = defaultdict(set)

    def clear(self) -> None:
        """Drop all saved tensors and clones."""
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
        """Clone the saved tensors whose memory is about to be written to."""
        for saved in self.sid_to_tid.get(_memory_of(tensor), ()):
            handle = self.tid_to_weakhandle.get(saved)
            if handle is not None and handle not in self.cloned:
                with unrecorded():
                    self.cloned[handle] = clone(self.original[handle])
                del self.original[handle]


def _memory_of(tensor: Tensor) -> _Memory:
    return address_of(tensor._array), tensor._version


class _Block:
    """Whether any thread is inside such a block: as in torch, one flag for all threads."""

    entered = False


_block = _Block()


@contextmanager
def allow_mutation_on_saved_tensors() -> Generator[_AllowMutationOnSavedContext, None, None]:
    """Inside, tensors saved for backward may be written to; backward must run inside too.

    Yields the context with the clones, which is cleared at the end.

    Raises:
        RuntimeError: it is nested in another; as in torch, the outer block is ended by that.
        AssertionError: from backward, if it needs a tensor saved in a block that was left.
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

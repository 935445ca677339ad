"""Tensors for the arrays of a raw walk, as hooks and callers of `grad` get them.

The same array gives the same tensor as long as that is alive. As long as the array's memory is
alive, its base and version counter are remembered: other arrays on it become views of that base.
"""

from __future__ import annotations

import weakref
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import empties, mirrors
from mini_autograd.core.modes.creation_observers import observing_threads
from mini_autograd.core.modes.grad_mode import state, unrecorded
from mini_autograd.core.saved import packing
from mini_autograd.core.tensor.history import as_view
from mini_autograd.core.tensor.tensor import Tensor, make, mark_conjugated
from mini_autograd.core.tensor.version_counter import VersionCounter, counter_of
from mini_autograd.messages.graph import modes as errors

Array = NDArray[Any]


class _Memory(NamedTuple):
    """A piece of memory: its owner, the tensor that is its base, and its version counter."""

    owner: weakref.ref[Array]
    base: weakref.ref[Tensor] | None  # None if no tensor was made of it yet
    counter: VersionCounter


_tensors: Final[weakref.WeakValueDictionary[int, Tensor]] = weakref.WeakValueDictionary()
_memories: Final[dict[int, _Memory]] = {}  # by the id of the array that owns it
_first_versions: Final[dict[int, tuple[weakref.ref[Array], int]]] = {}  # a view's version then


def gradient_to_tensor(grad: Array) -> Tensor:
    """The tensor for an array; a view if the array is one."""
    tensor = _tensors.get(id(grad))
    if tensor is None or tensor._array is not grad:
        tensor = make(np.asarray(grad))
        if mirrors.is_mirrored(tensor._array):
            mark_conjugated(tensor)
        if grad.base is None:
            share_version(tensor)
        else:
            _make_view(tensor)
        _tensors[id(tensor._array)] = tensor
    return tensor


def tensor_to_gradient(grad: Tensor) -> Array:
    """The array of a tensor that a user gave or hook returned; it gives that tensor again."""
    array = grad._array
    other = _tensors.get(id(array))
    if other is grad and grad._base is None:
        known = _memories.get(id(array))
        if known is not None and known.counter is grad._counter and _base_of(known) is grad:
            return array  # it was given before
    if other is not None and other is not grad and other._array is array:
        # Another tensor has the same array, as a detached one: this one needs an array of its own.
        array = grad._array = array[...]
    _tensors[id(array)] = grad
    base = grad._base
    if base is None or _owner_of(base._array) is not _owner_of(array):  # `.data` was set
        base = grad
    _remember(base)
    return array


def _owner_of(array: Array) -> Array:
    return empties.origin(mirrors.storage_of(array))


def share_version(grad: Tensor) -> None:
    """Give a tensor the version counter that is known for its memory."""
    if _memories:
        known = _memories.get(id(_owner_of(grad._array)))
        made_by_walk = known is not None and known.base is None
        # In inference mode, memory that the walk itself made counts no writes.
        if known is not None and not (made_by_walk and observing_threads and state.inference):
            grad._counter = known.counter


def _make_view(tensor: Tensor) -> None:
    """Make the tensor a view, without grad, of the known base or of a new one."""
    owner = _owner_of(tensor._array)
    if owner.dtype.kind not in "fc":  # NumPy's temporary: never a tensor
        return
    known = _memories.get(id(owner))
    base = _base_of(known)
    if base is None:
        base = make(owner)
        share_version(base)
        _remember(base)
    with unrecorded():
        as_view(tensor, base)
    if tensor._base is not None:
        tensor._attr_version = _version_at_first_use(tensor)


def _version_at_first_use(view: Tensor) -> int:
    """The version when this view's array was first made a tensor; a hook may have written since."""
    array, key = view._array, id(view._array)
    known = _first_versions.get(key)
    if known is None or known[0]() is not array:

        def forget(_: Any) -> None:
            _first_versions.pop(key, None)

        known = _first_versions[key] = weakref.ref(array, forget), counter_of(view).version
    return known[1]


def _remember(base: Tensor) -> None:
    """Remember the base of a piece of memory until the memory is freed."""
    owner = _owner_of(base._array)
    known = _memories.get(id(owner))
    if known is None or known.counter is not base._counter or _base_of(known) is not base:
        _keep(owner, weakref.ref(base), counter_of(base))


def count_write(grad: Array) -> None:
    """Count an in-place write that the walk itself does."""
    owner = _owner_of(grad)
    known = _memories.get(id(owner))
    if known is None:
        _keep(owner, None, VersionCounter(1))
    else:
        known.counter.advance()


def count_writes(grad: Any, writes: int = 1, *, dispatched: bool = False) -> Any:
    """Count the writes by which torch fills a rule's result, which starts at that version.

    Args:
        grad: the result, returned as it is.
        writes: how many in-place writes torch does.
        dispatched: whether torch writes by a dispatched op, which write watchers see.

    Raises:
        RuntimeError: `dispatched`, with watchers in inference mode.
    """
    if packing.packing_threads and packing.is_watched():  # then torch writes to nothing it made
        if dispatched and state.inference:
            raise errors.inference_version()  # torch reads the version before the write
        return grad
    if isinstance(grad, Tensor):
        counter_of(grad).version += writes
        return grad
    grad = np.asarray(grad)
    for _ in range(writes):
        count_write(grad)
    return grad


def _keep(owner: Array, base: weakref.ref[Tensor] | None, counter: VersionCounter) -> None:
    key = id(owner)

    def forget(_: Any) -> None:
        _memories.pop(key, None)

    _memories[key] = _Memory(weakref.ref(owner, forget), base, counter)


def _base_of(memory: _Memory | None) -> Tensor | None:
    return None if memory is None or memory.base is None else memory.base()

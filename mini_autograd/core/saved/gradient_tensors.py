"""The tensors that stand for a raw walk's arrays, to hooks and to who asked for a gradient.

As long as somebody holds such a tensor, the same array is shown as the same tensor; and of the
memory it is known as long as that lives: who shows it again shows a view, with its versions.
"""

from __future__ import annotations

import weakref
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import empties, layout
from mini_autograd.core.modes.creation_observers import marking_threads
from mini_autograd.core.modes.grad_mode import state, unrecorded
from mini_autograd.core.saved import packing
from mini_autograd.core.tensor.history import as_view
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.core.tensor.version_counter import VersionCounter, counter_of
from mini_autograd.messages.graph import modes as errors

Array = NDArray[Any]


class _Memory(NamedTuple):
    """What is known of memory that a tensor has shown."""

    owner: weakref.ref[Array]
    base: weakref.ref[Tensor] | None  # None if the walk alone knows of it yet
    counter: VersionCounter


_tensors: Final[weakref.WeakValueDictionary[int, Tensor]] = weakref.WeakValueDictionary()
_memories: Final[dict[int, _Memory]] = {}  # by the id of the array that owns it
_first_shown: Final[dict[int, tuple[weakref.ref[Array], int]]] = {}  # views, at which version


def shown(grad: Array) -> Tensor:
    """The tensor that stands for an array: a view if that is a part of other memory."""
    tensor = _tensors.get(id(grad))
    if tensor is None or tensor._array is not grad:
        tensor = make(np.asarray(grad))
        if grad.base is None:
            share_version(tensor)
        else:
            _as_view(tensor)
        _tensors[id(tensor._array)] = tensor
    return tensor


def hidden(grad: Tensor) -> Array:
    """The array for which a tensor, given by a user or shown to one, stands from now on."""
    array = grad._array
    other = _tensors.get(id(array))
    if other is not None and other is not grad and other._array is array:
        # Of a detached tensor the walk may keep memory, though somebody holds the original.
        array = grad._array = array[...]
    _tensors[id(array)] = grad
    base = grad._base
    if base is None or _owner_of(base._array) is not _owner_of(array):  # it was given other data
        base = grad
    _remember(base)
    return array


def _owner_of(array: Array) -> Array:
    return empties.origin(layout.owner_of(array))


def share_version(grad: Tensor) -> None:
    """With what has shown the same memory."""
    if _memories:
        known = _memories.get(id(_owner_of(grad._array)))
        made_by_walk = known is not None and known.base is None
        # What a walk in inference mode makes counts no writes; what somebody else made does.
        if known is not None and not (made_by_walk and marking_threads and state.inference):
            grad._counter = known.counter


def _as_view(tensor: Tensor) -> None:
    """As torch's walk makes it, without grad: of what was shown, or of a temporary of the walk."""
    owner = _owner_of(tensor._array)
    if owner.dtype.kind not in "fc":  # bits that NumPy computed with: no tensor's memory
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
        tensor._attr_version = _version_when_first_shown(tensor)


def _version_when_first_shown(view: Tensor) -> int:
    """Of the memory: a view may be shown again, after a hook that saw it has written to it."""
    array, key = view._array, id(view._array)
    known = _first_shown.get(key)
    if known is None or known[0]() is not array:

        def forget(_: Any) -> None:
            _first_shown.pop(key, None)

        known = _first_shown[key] = weakref.ref(array, forget), counter_of(view).version
    return known[1]


def _remember(base: Tensor) -> None:
    """What shows memory, for as long as the memory lives."""
    owner = _owner_of(base._array)
    known = _memories.get(id(owner))
    if known is None or known.counter is not base._counter or _base_of(known) is not base:
        _keep(owner, weakref.ref(base), counter_of(base))


def written(grad: Array) -> None:
    """Counts a write of the walk itself."""
    owner = _owner_of(grad)
    known = _memories.get(id(owner))
    if known is None:
        _keep(owner, None, VersionCounter(1))
    else:
        known.counter.advance()


def counted(grad: Any, writes: int = 1, *, dispatched: bool = False) -> Any:
    """What a rule computes, where torch writes it so often into a tensor that it made.

    Args:
        dispatched: whether torch writes by an op of its own, which who watches writes is told of.

    Raises:
        RuntimeError: that is so, and they are watched in inference mode.
    """
    if isinstance(grad, Tensor):
        counter_of(grad).version += writes
        return grad
    if dispatched and marking_threads and state.inference and packing.is_watched():
        raise errors.inference_version()  # torch looks at the version before it writes
    grad = np.asarray(grad)
    for _ in range(writes):
        written(grad)
    return grad


def _keep(owner: Array, base: weakref.ref[Tensor] | None, counter: VersionCounter) -> None:
    key = id(owner)

    def forget(_: Any) -> None:
        _memories.pop(key, None)

    _memories[key] = _Memory(weakref.ref(owner, forget), base, counter)


def _base_of(memory: _Memory | None) -> Tensor | None:
    return None if memory is None or memory.base is None else memory.base()

"""Memory that is to be read conjugated. NumPy has no layout for that, so it is a second memory, the
mirror, and after each write to one of the two the other is brought up to date."""

from __future__ import annotations

import weakref
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import layout

Array = NDArray[Any]


class Mirror(np.ndarray[Any, Any]):
    """The conjugates of all that a memory holds.

    Attributes:
        memory: that memory, as a row of complex numbers.
    """

    memory: Array


# By the id of what owns the memory, which its mirror keeps alive.
_mirrors: Final[dict[int, weakref.ref[Mirror]]] = {}


def conjugated(array: Array) -> Array:
    """A view of the memory's mirror, where the array is; of the memory, if that is a mirror.

    A copy, if it holds no row of such numbers.
    """
    owner = layout.buffer_of(array)
    offset = layout.address_of(array) - layout.address_of(owner)
    if isinstance(owner, Mirror):
        return np.ndarray(array.shape, array.dtype, owner.memory, offset, array.strides)
    known = _mirrors.get(id(owner))
    mirror = None if known is None else known()
    if mirror is None:
        mirror = _mirror_of(owner, array.dtype)
    if mirror is None or mirror.dtype != array.dtype or offset % array.itemsize:
        return np.conjugate(array)
    return np.ndarray(array.shape, array.dtype, mirror, offset, array.strides)


def is_mirrored(array: Array) -> bool:
    """Whether it shows conjugates."""
    return bool(_mirrors) and isinstance(layout.buffer_of(array), Mirror)


def written(array: Array) -> None:
    """Brings up to date what mirrors the memory that the array was written to, or is mirrored."""
    if not _mirrors:
        return
    owner = layout.buffer_of(array)
    if isinstance(owner, Mirror):
        np.conjugate(owner.view(np.ndarray), out=owner.memory)
    elif (known := _mirrors.get(id(owner))) is not None and (mirror := known()) is not None:
        np.conjugate(mirror.memory, out=mirror.view(np.ndarray))


def address_of(array: Array) -> int:
    """The address of the first element; in the memory that is mirrored, if it is a mirror's."""
    address, owner = layout.address_of(array), layout.buffer_of(array)
    if not isinstance(owner, Mirror):
        return address
    return address - layout.address_of(owner) + layout.address_of(owner.memory)


def storage_of(array: Array) -> Array:
    """What owns the memory that a mirror shows, or that the array lies in."""
    owner = layout.owner_of(array)
    return layout.owner_of(owner.memory) if isinstance(owner, Mirror) else owner


def _mirror_of(owner: Array, dtype: np.dtype[Any]) -> Mirror | None:
    in_order = owner.transpose(np.argsort(owner.strides)[::-1])
    if not in_order.flags.c_contiguous or owner.nbytes < dtype.itemsize:
        return None
    count, part = owner.nbytes // dtype.itemsize, dtype.itemsize // owner.itemsize
    row = in_order.reshape(-1)[: count * part] if part > 1 else in_order.reshape(-1)
    mirror: Any = np.ndarray.__new__(Mirror, (count,), dtype)
    mirror.memory = row.view(dtype)
    np.conjugate(mirror.memory, out=mirror.view(np.ndarray))
    key = id(owner)
    _mirrors[key] = weakref.ref(mirror, lambda _: _mirrors.pop(key, None))
    return mirror  # type: ignore[no-any-return]

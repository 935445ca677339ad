"""Strides as torch has them, and views that NumPy does not offer.

NumPy's views differ: they have other strides in dims of size 1 and for empty arrays, are read-only
where memory overlaps, or are copies where torch raises. Strides are in bytes unless noted.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import empties

Array = NDArray[Any]
Shape = tuple[int, ...]
_ndarray: Final = np.ndarray  # quicker to find


@lru_cache(maxsize=1024)
def contiguous_strides(shape: Shape, itemsize: int) -> Shape:
    """The strides of a new tensor, in torch with an empty dim counted as size 1."""
    strides: list[int] = []
    step = itemsize
    for size in reversed(shape):
        strides.append(step)
        step *= size or 1
    return tuple(reversed(strides))


def strides_of(array: Array) -> Shape:
    """The strides that torch gives; NumPy's own empty arrays have strides of 0."""
    if array.size or any(array.strides) or owner_of(array).size:
        return array.strides
    return contiguous_strides(array.shape, array.itemsize)


def placed(array: Array) -> Array:
    """The array; an empty one that NumPy made is replaced by one with torch's strides."""
    if array.size or any(array.strides) or (owner := owner_of(array)).size:
        return array
    strides = contiguous_strides(array.shape, array.itemsize)
    return empties.with_strides(array.shape, strides, array.dtype, of=owner)


def in_rows(array: Array) -> Array:
    """The array, or a contiguous copy if a stride differs, even in a dim of size 1.

    For sums: NumPy's keep the operand's order of dims in memory, torch's are contiguous.
    """
    if array.strides == contiguous_strides(array.shape, array.itemsize) or not array.size:
        return array
    made = np.empty(array.shape, array.dtype)
    made[...] = array
    return made


def view_strides(array: Array, shape: Shape) -> Shape | None:
    """The strides of a view with another shape; None if it needs a copy.

    Dims that follow each other in memory form a run. A run can be split and merged freely, but a
    new dim must not extend over two runs.
    """
    return reshaped_strides(array.shape, strides_of(array), array.itemsize, shape)


@lru_cache(maxsize=1024)
def reshaped_strides(old: Shape, strides: Shape, itemsize: int, shape: Shape) -> Shape | None:
    """`view_strides`, from the array's shape and strides."""
    if 0 in old:
        return strides if shape == old else contiguous_strides(shape, itemsize)
    if not old:
        return (itemsize,) * len(shape)
    result = [0] * len(shape)
    at = len(shape) - 1
    step, run, taken = strides[-1], 1, 1
    for dim in range(len(old) - 1, -1, -1):
        run *= old[dim]
        if dim and (old[dim - 1] == 1 or strides[dim - 1] == run * step):
            continue
        while at >= 0 and (taken < run or shape[at] == 1):
            result[at] = taken * step
            taken *= shape[at]
            at -= 1
        if taken != run:
            return None
        if dim:
            step, run, taken = strides[dim - 1], 1, 1
    return tuple(result) if at < 0 else None


def owner_of(array: Array) -> Array:
    """The array that owns the memory."""
    buffer = buffer_of(array)
    replaced = empties.beyond(buffer)
    return buffer if replaced is None else replaced[0]


def buffer_of(array: Array) -> Array:
    """Likewise, or what is in its place where an empty array begins behind its end."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def memory_of(array: Array) -> tuple[Array, int]:
    """The owner of an array's memory, dims in memory order, and the array's offset in bytes."""
    owner = buffer_of(array)
    if array.flags.c_contiguous and (
        owner is array or (0 < array.nbytes == owner.nbytes and owner.flags.c_contiguous)
    ):
        return owner, 0  # all of it: to compare addresses would cost more
    if (replaced := empties.beyond(owner)) is not None:
        memory, start = replaced
        return memory, start + address_of(array) - address_of(owner)
    if not owner.flags.c_contiguous:  # its dims are permuted: put the slowest first
        owner = owner.transpose(np.argsort(owner.strides)[::-1])
    return owner, address_of(array) - address_of(owner)


def address_of(array: Array) -> int:
    """The address of the first element."""
    address: int = array.__array_interface__["data"][0]
    return address


def shares(base: Array, view: Array) -> bool:
    """Whether both show one memory, be they empty."""
    return buffer_of(view) is buffer_of(base)


def distance(base: Array, view: Array) -> int:
    """The offset in bytes of a view's first element from its base's.

    If `view.data` was set to other memory, both offsets are taken in their own memory.
    """
    if shares(base, view):
        return address_of(view) - address_of(base)
    return memory_of(view)[1] - memory_of(base)[1]


def restrided(array: Array, shape: Shape, strides: Shape, offset: int = 0) -> Array:
    """A view of the same memory, `offset` bytes behind the array's first element."""
    plain = type(array) is _ndarray and array.flags.forc
    if plain and (0 not in shape or 0 < array.nbytes >= offset):
        return _ndarray(shape, array.dtype, array, offset, strides)
    if isinstance(array, np.generic):
        return restrided(np.asarray(array), shape, strides, offset)  # whose memory is read-only
    owner, start = memory_of(array)
    if 0 in shape:
        return empties.within(owner, shape, strides, start + offset, array.dtype)
    if not owner.flags.c_contiguous:  # a strided owner, as `from_numpy` may get
        return np.lib.stride_tricks.as_strided(array, shape, strides)
    return np.ndarray(shape, array.dtype, owner, start + offset, strides)


def is_plain(shape: Shape, strides: Shape, itemsize: int) -> bool:
    """Whether NumPy's reshape of such an array has torch's strides."""
    return 0 not in shape and strides == contiguous_strides(shape, itemsize)


def is_dense(array: Array) -> bool:
    """Whether the elements fill their memory without gaps or overlap, in any order of dims."""
    if array.flags.forc:
        return True
    expected = array.itemsize
    dims = zip(strides_of(array), array.shape, strict=True)
    for stride, size in sorted(each for each in dims if each[1] > 1):
        if stride != expected:
            return False
        expected *= size
    return True


def shows_twice(array: Array) -> bool:
    """Whether elements share memory, because a dim of size above 1 has stride 0."""
    if 0 not in array.strides:
        return False
    pairs = zip(array.strides, array.shape, strict=True)
    return array.size > 0 and any(not step and n > 1 for step, n in pairs)


def windows_overlap(shape: Shape, strides: Shape) -> bool:
    """Whether elements of such strides may share memory in any way."""
    reach = 0
    for step, size in sorted(zip(strides, shape, strict=True)):
        if size > 1:
            if step <= reach:
                return True
            reach += step * (size - 1)
    return False


CHANNELS_LAST: Final = {4: (0, 2, 3, 1), 5: (0, 2, 3, 4, 1)}  # the dims, slowest first


def is_channels_last(array: Array) -> bool:
    """Whether a 4-d or 5-d array has torch's channels_last memory format."""
    order = CHANNELS_LAST.get(array.ndim)
    if order is None or not array.size or not array.strides[1]:
        return False
    reached = 0
    for dim in reversed(order):
        stride = array.strides[dim]
        if stride < reached or (dim == 0 and reached == array.strides[1]):
            return False
        reached = stride * array.shape[dim]
    return True


def joined_strides(shape: Shape, parts: Sequence[Array]) -> Shape:
    """The strides, in elements, of the result of `cat`: channels_last if all parts are."""
    order = CHANNELS_LAST.get(len(shape))
    if order is None or not all(map(is_channels_last, parts)):
        return contiguous_strides(shape, 1)
    result = [0] * len(shape)
    steps = contiguous_strides(tuple([shape[dim] for dim in order]), 1)
    for dim, step in zip(order, steps, strict=True):
        result[dim] = step
    return tuple(result)


def empty_joined(shape: Shape, parts: Sequence[Array], dtype: np.dtype[Any]) -> Array:
    """An uninitialized array for the result of `cat`."""
    if len(shape) < 4:
        return np.empty(shape, dtype)
    return empty_with(shape, joined_strides(shape, parts), dtype)


def preserved_strides(array: Array) -> Shape:
    """The strides, in elements, of a copy that keeps the order of the dims.

    A dense array's strides are kept; else the order is that of a kernel, see `walked_strides`.
    """
    if array.flags.c_contiguous or is_dense(array):  # as any empty array
        return tuple(stride // array.itemsize for stride in strides_of(array))
    return walked_strides(array.shape, (array.strides,))


@lru_cache(maxsize=1024)
def walked_strides(shape: Shape, operands: tuple[Shape, ...]) -> Shape:
    """The strides, in elements, of an elementwise kernel's result, as of torch's TensorIterator.

    Dims are sorted by the first operand's strides. Where one of two strides is 0, the next operand
    decides; where none does, the dims keep their order. (Observed on 2.13.0.)
    """
    order = list(range(len(shape) - 1, -1, -1))
    for start in range(1, len(shape)):
        moving = start
        for before in range(start - 1, -1, -1):
            sign = _compared(order[before], order[moving], shape, operands)
            if sign > 0:
                order[before], order[moving] = order[moving], order[before]
                moving = before
            elif sign < 0:
                break
    if order == list(range(len(shape) - 1, -1, -1)):
        return contiguous_strides(shape, 1)
    result = [0] * len(shape)
    step = 1
    for dim in order:
        result[dim] = step
        step *= shape[dim]
    return tuple(result)


def walked(*operands: Array) -> Array:
    """An uninitialized array for an elementwise result of operands of one shape and dtype."""
    first = operands[0]
    return empty_with(
        first.shape,
        walked_strides(first.shape, tuple([each.strides for each in operands])),
        first.dtype,
    )


def arranged(result: Array, *operands: Any) -> Array:
    """The result of an elementwise kernel, copied if its strides are not those of torch.

    If the operands, all of the result's shape, are contiguous, or dense with equal strides, so is
    the result; else `walked_strides` decides. A number is an operand of another shape.
    """
    shape = result.shape
    if len(shape) < 2:
        return result
    arrays = [each for each in operands if isinstance(each, np.ndarray)]
    alike = len(arrays) == len(operands) and all(each.shape == shape for each in arrays)
    if alike and all(each.flags.c_contiguous for each in arrays):
        strides = contiguous_strides(shape, 1)
    elif alike and is_dense(arrays[0]) and len({each.strides for each in arrays}) == 1:
        strides = preserved_strides(arrays[0])
    else:
        given = [_broadcast_strides(each.shape, strides_of(each), shape) for each in arrays]
        strides = walked_strides(shape, tuple(given))
    if strides_of(result) == tuple([stride * result.itemsize for stride in strides]):
        return result
    made = empty_with(shape, strides, result.dtype)
    np.copyto(made, result)
    return made


@lru_cache(maxsize=1024)
def _broadcast_strides(sizes: Shape, strides: Shape, shape: Shape) -> Shape:
    """An operand's strides after broadcasting to a shape: 0 in repeated dims."""
    added = len(shape) - len(sizes)
    return (0,) * added + tuple(
        0 if size == 1 != wanted else stride
        for stride, size, wanted in zip(strides, sizes, shape[added:], strict=True)
    )


def _compared(a: int, b: int, shape: Shape, operands: Sequence[Shape]) -> int:
    """1 if dim `a` is slower in memory than dim `b`, -1 if faster, 0 if no operand decides."""
    for strides in operands:
        if 0 in (strides[a], strides[b]):
            continue
        if strides[a] != strides[b]:
            return 1 if strides[a] > strides[b] else -1
        if shape[a] > shape[b]:
            return 1
    return 0


def copied_with_gaps(array: Array) -> Array:
    """A copy with the array's strides and offset, in a copy of the memory up to its end.

    A dense copy if elements share memory.
    """
    memory, start = memory_of(array)
    if not start and array.flags.c_contiguous:
        return copied(array)
    if shows_twice(array) or not array.size or not memory.flags.c_contiguous:
        return copied(array)
    extents = [(size - 1) * step for size, step in zip(array.shape, array.strides, strict=True)]
    end = start + sum(extents) + array.itemsize
    if end == array.nbytes:
        return copied(array)
    made = memory.reshape(-1).view(np.uint8)[:end].copy().view(array.dtype)
    return np.ndarray(array.shape, array.dtype, made, start, array.strides)


def empty_with(shape: Shape, strides: Shape, dtype: np.dtype[Any]) -> Array:
    """An uninitialized array with the given strides in elements, which must be dense."""
    if tuple(strides) == contiguous_strides(tuple(shape), 1):
        return np.empty(shape, dtype)
    steps = [stride * dtype.itemsize for stride in strides]
    if 0 in shape:
        return empties.with_strides(shape, steps, dtype)
    return np.ndarray(shape, dtype, strides=steps)


def empty_at(shape: Shape, strides: Shape, dtype: np.dtype[Any]) -> Array:
    """An uninitialized array with the given strides in bytes, which must be dense."""
    return empty_with(shape, tuple([stride // dtype.itemsize for stride in strides]), dtype)


def empty_as(array: Array, dtype: np.dtype[Any] | None = None) -> Array:
    """An uninitialized array of the same shape, with `preserved_strides`."""
    if array.size and array.strides == contiguous_strides(array.shape, array.itemsize):
        return np.empty(array.shape, dtype or array.dtype)
    return empty_with(array.shape, preserved_strides(array), dtype or array.dtype)


def copied(array: Array) -> Array:
    """A copy with `preserved_strides`."""
    if array.size and array.strides == contiguous_strides(array.shape, array.itemsize):
        return np.array(array)  # of a NumPy scalar, too
    made = empty_with(array.shape, preserved_strides(array), array.dtype)
    made[...] = array
    return made


def dense_like_rows(batch: Array, row: Array) -> Array:
    """The batch, dense, with each row's dims in the memory order of `row`.

    Dims that are expanded in `row` are expanded in the batch too.
    """
    if row.size and row.flags.c_contiguous:
        return batch
    shown = tuple([slice(0, 1) if not step and n else slice(None) for n, step in _dims_of(row)])
    part = row[shown]
    order = sorted(range(part.ndim), key=lambda dim: -part.strides[dim])
    places = [0, *[dim + 1 for dim in order]]
    dense = np.ascontiguousarray(batch[(slice(None), *shown)].transpose(places))
    return np.broadcast_to(dense.transpose(np.argsort(places)), batch.shape)


def _dims_of(array: Array) -> zip[tuple[int, int]]:
    return zip(array.shape, array.strides, strict=True)

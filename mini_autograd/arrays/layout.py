"""Where an array's elements lie in memory: torch's strides, and views that NumPy cannot spell.

NumPy's own views give dims of size 1 and empty arrays other strides than torch does, refuse to
write where memory overlaps, or copy where torch would refuse. Strides here are in bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import empties

Array = NDArray[Any]
Shape = tuple[int, ...]


def contiguous_strides(shape: Sequence[int], itemsize: int) -> Shape:
    """The strides of a fresh tensor: torch counts an empty dim as one."""
    strides: list[int] = []
    step = itemsize
    for size in reversed(shape):
        strides.append(step)
        step *= size or 1
    return tuple(reversed(strides))


def strides_of(array: Array) -> Shape:
    """The strides as torch has them; NumPy makes empty arrays with strides of zero."""
    if array.size or any(array.strides) or owner_of(array).size:
        return array.strides
    return contiguous_strides(array.shape, array.itemsize)


def placed(array: Array) -> Array:
    """The array, or if it is empty and NumPy made it, one with the strides that torch gives it."""
    if array.size or any(array.strides) or (owner := owner_of(array)).size:
        return array
    strides = contiguous_strides(array.shape, array.itemsize)
    return empties.with_strides(array.shape, strides, array.dtype, of=owner)


def in_rows(array: Array) -> Array:
    """The array, or a copy if it does not lie in rows: NumPy's sums keep the order of the dims in
    memory, torch's do not. Dims of size 1 have their strides, too."""
    if array.strides == contiguous_strides(array.shape, array.itemsize) or not array.size:
        return array
    made = np.empty(array.shape, array.dtype)
    made[...] = array
    return made


def view_strides(array: Array, shape: Shape) -> Shape | None:
    """The strides that give the same elements another shape; None if only a copy could.

    Runs of dims that lie one after the other in memory are cut or merged at will; a new dim
    must not straddle two runs.
    """
    old = array.shape
    if not array.size:
        return strides_of(array) if shape == old else contiguous_strides(shape, array.itemsize)
    if not old:
        return (array.itemsize,) * len(shape)
    strides = array.strides
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
    """The array that owns the memory of which this one is a part."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def memory_of(array: Array) -> tuple[Array, int]:
    """All the memory that an array is a part of, in its order, and the byte where it begins."""
    owner = owner_of(array)
    if not owner.flags.c_contiguous:  # its dims are permuted: put the slowest first
        owner = owner.transpose(np.argsort(owner.strides)[::-1])
    return owner, address_of(array) - address_of(owner)


def address_of(array: Array) -> int:
    """Where its first element lies."""
    address: int = array.__array_interface__["data"][0]
    return address


def distance(base: Array, view: Array) -> int:
    """How many bytes behind a base's first element a view's lies; of memory that is another, as
    somebody gave the view other data, the same places in both count."""
    if owner_of(view) is owner_of(base):
        return address_of(view) - address_of(base)
    return memory_of(view)[1] - memory_of(base)[1]


def restrided(array: Array, shape: Shape, strides: Shape, offset: int = 0) -> Array:
    """Another view of the same memory, from the same element on or some bytes behind it."""
    if isinstance(array, np.generic):
        array = np.asarray(array)  # the memory of a scalar is read-only
    if array.flags.forc and 0 not in shape:
        return np.ndarray(shape, array.dtype, array, offset, strides)
    owner, start = memory_of(array)
    if 0 in shape:
        return empties.within(owner, shape, strides, start + offset, array.dtype)
    if not owner.flags.c_contiguous:  # strided memory of somebody else's, as `from_numpy` gets
        return np.lib.stride_tricks.as_strided(array, shape, strides)
    return np.ndarray(shape, array.dtype, owner, start + offset, strides)


def reshaped(array: Array, shape: Shape) -> Array | None:
    """The view in another shape with torch's strides; None if there is none."""
    if array.flags.c_contiguous and 1 not in array.shape and array.size:
        return array.reshape(shape)
    strides = view_strides(array, shape)
    return None if strides is None else restrided(array, shape, strides)


def is_dense(array: Array) -> bool:
    """Whether the elements fill their memory once each, in whatever order of the dims."""
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
    """Whether an element appears in several places, since a dim was expanded."""
    if 0 not in array.strides:
        return False
    pairs = zip(array.strides, array.shape, strict=True)
    return array.size > 0 and any(not step and n > 1 for step, n in pairs)


_CHANNELS_LAST: Final = {4: (0, 2, 3, 1), 5: (0, 2, 3, 4, 1)}  # the dims, slowest first


def is_channels_last(array: Array) -> bool:
    """Whether images, or volumes, lie in memory with the channels of a pixel together."""
    order = _CHANNELS_LAST.get(array.ndim)
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
    """The strides, in elements, of what is joined: channels last if all parts are."""
    order = _CHANNELS_LAST.get(len(shape))
    if order is None or not all(map(is_channels_last, parts)):
        return contiguous_strides(shape, 1)
    result = [0] * len(shape)
    for dim, step in zip(order, contiguous_strides([shape[dim] for dim in order], 1), strict=True):
        result[dim] = step
    return tuple(result)


def preserved_strides(array: Array) -> Shape:
    """The strides, in elements, of a copy that keeps the order of the dims.

    A dense array's are kept exactly; else the order is the one that a kernel would walk in.
    """
    if array.flags.c_contiguous or is_dense(array):  # as any empty array
        return tuple(stride // array.itemsize for stride in strides_of(array))
    return walked_strides(array.shape, [array.strides])


def walked_strides(shape: Shape, operands: Sequence[Shape]) -> Shape:
    """The strides, in elements, of a result that a kernel allocates as it walks its operands.

    The dims are sorted by the first operand's strides; where one of two is 0, which tells
    nothing, the next operand decides, and where none does, they stay as they are. (torch's
    TensorIterator, as observed on 2.13.0.)
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
    """An array, not filled, for what a kernel computes of operands of one shape and dtype."""
    first = operands[0]
    return empty_with(
        first.shape, walked_strides(first.shape, [each.strides for each in operands]), first.dtype
    )


def arranged(result: Array, *operands: Any) -> Array:
    """The result of an elementwise kernel, copied if NumPy laid it out otherwise than torch.

    Operands of one shape that all lie in rows, or all alike and dense, give that to the result;
    else the first that tells decides, where NumPy would rather have rows. A number is an operand
    of another shape.
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
        strides = walked_strides(shape, [_broadcast_strides(each, shape) for each in arrays])
    if strides_of(result) == tuple([stride * result.itemsize for stride in strides]):
        return result
    made = empty_with(shape, strides, result.dtype)
    np.copyto(made, result)
    return made


def _broadcast_strides(array: Array, shape: Shape) -> Shape:
    """An operand's strides in the shape that it is broadcast to: 0 where it is repeated."""
    added = len(shape) - array.ndim
    return (0,) * added + tuple(
        0 if size == 1 != wanted else stride
        for stride, size, wanted in zip(strides_of(array), array.shape, shape[added:], strict=True)
    )


def _compared(a: int, b: int, shape: Shape, operands: Sequence[Shape]) -> int:
    """Whether dim `a` is walked outside of dim `b` (1), inside (-1), or neither is known (0)."""
    for strides in operands:
        if 0 in (strides[a], strides[b]):
            continue
        if strides[a] != strides[b]:
            return 1 if strides[a] > strides[b] else -1
        if shape[a] > shape[b]:
            return 1
    return 0


def copied_with_gaps(array: Array) -> Array:
    """A copy with exactly the array's strides, at its place in a copy of the memory up to its end;
    if it shows an element twice, without the gaps."""
    memory, start = memory_of(array)
    if shows_twice(array) or not array.size or not memory.flags.c_contiguous:
        return copied(array)
    extents = [(size - 1) * step for size, step in zip(array.shape, array.strides, strict=True)]
    end = start + sum(extents) + array.itemsize
    if end == array.nbytes:
        return copied(array)
    made = memory.reshape(-1).view(np.uint8)[:end].copy().view(array.dtype)
    return np.ndarray(array.shape, array.dtype, made, start, array.strides)


def empty_with(shape: Shape, strides: Shape, dtype: np.dtype[Any]) -> Array:
    """An array, not filled, with the given strides in elements, which must be dense."""
    if 0 in shape:
        if tuple(strides) == contiguous_strides(shape, 1):
            return np.empty(shape, dtype)
        steps = [stride * dtype.itemsize for stride in strides]
        return empties.with_strides(shape, steps, dtype)
    return np.ndarray(shape, dtype, strides=[stride * dtype.itemsize for stride in strides])


def empty_at(shape: Shape, strides: Shape, dtype: np.dtype[Any]) -> Array:
    """Likewise, by strides in bytes."""
    return empty_with(shape, tuple([stride // dtype.itemsize for stride in strides]), dtype)


def empty_as(array: Array, dtype: np.dtype[Any] | None = None) -> Array:
    """An array of the same shape, not filled, with the order of dims that torch preserves."""
    return empty_with(array.shape, preserved_strides(array), dtype or array.dtype)


def copied(array: Array) -> Array:
    """A copy in that order."""
    made = empty_as(array)
    np.copyto(made, array)
    return made


def dense_like_rows(batch: Array, row: Array) -> Array:
    """The batch with its rows one after the other, each in the order of dims that `row` has.

    Where a row shows an element several times, so does the batch.
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

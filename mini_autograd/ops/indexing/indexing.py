"""Index tensors: reading and writing at the positions that they name."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes, layout
from mini_autograd.core.op import (
    Common,
    Expanded,
    InPlace,
    public,
    unpromoted,
)
from mini_autograd.core.saved.gradient_tensors import count_writes
from mini_autograd.core.saved.packing import is_watched
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.ops import indexing as errors
from mini_autograd.ops.pointwise.choosing import of_kind
from mini_autograd.ops.tensor import inside
from mini_autograd.ops.tensor.writing import checked_number
from mini_autograd.parsing.overloads import composite
from mini_autograd.parsing.types import Array, Bool, IndexArray, IndexArrays

_Indices = Sequence[NDArray[Any] | None]
_Key = tuple[Any, ...]


class _Located:
    """Index tensors after torch's checks: masks as positions, the common shape, the result's."""

    def __init__(self, shape: tuple[int, ...], indices: _Indices) -> None:
        expanded = _expanded(shape, indices)
        given = [each for each in expanded if each is not None]
        shapes = [each.shape for each in given]
        try:
            self.common = shapes[0] if len(given) == 1 else np.broadcast_shapes(*shapes)
        except ValueError:
            raise errors.index_shapes(shapes) from None
        if len(expanded) > len(shape):
            raise errors.too_many_index_tensors(len(shape), len(expanded))
        self.indexed = [dim for dim, each in enumerate(expanded) if each is not None]
        if not self.indexed:
            raise errors.no_index()
        self.key: _Key = tuple([slice(None) if each is None else each for each in expanded])
        rest = [size for dim, size in enumerate(shape) if dim not in self.indexed]
        first, last = self.indexed[0], self.indexed[-1]
        # The indexed dims become the common ones in their place, or in front if not adjacent.
        self.at = first if last - first == len(self.indexed) - 1 else 0
        self.shape = (*rest[: self.at], *self.common, *rest[self.at :])
        if 0 not in self.common and 0 in [shape[dim] for dim in self.indexed]:
            raise errors.empty_dim()
        self._whole = shape

    def check_range(self) -> None:
        """Whether each index is in range; torch looks at none if nothing is read."""
        if 0 not in self.shape:
            for ordinal, dim in enumerate(self.indexed):
                _check_range(self.key[dim], ordinal, self._whole[dim])

    def result_strides(self, array: NDArray[Any]) -> tuple[int, ...]:
        """The strides, in elements, of what reading gives: those of the rest where it can."""
        if 0 in self.shape:
            return layout.contiguous_strides(self.shape, 1)
        rest = [each for dim, each in enumerate(array.strides) if dim not in self.indexed]
        before, after = rest[: self.at], rest[self.at :]
        operands = [(*before, *[0] * len(self.common), *after)]
        for dim in self.indexed:
            index = np.broadcast_to(self.key[dim], self.common)
            sizes = (*[1] * len(before), *self.common, *[1] * len(after))
            strides = layout.view_strides(index, sizes)
            if strides is None:
                strides = layout.contiguous_strides(sizes, index.itemsize)
            dims = zip(sizes, self.shape, strides, strict=True)
            operands.append(tuple([0 if 1 == size != of else step for size, of, step in dims]))
        return layout.walked_strides(self.shape, tuple(operands))


def _expanded(shape: tuple[int, ...], indices: _Indices) -> list[NDArray[Any] | None]:
    """One index tensor of ints a dim, None for a whole dim."""
    expanded: list[NDArray[Any] | None] = []
    for each in indices:
        if each is None:
            expanded.append(None)
        elif each.dtype.kind in "b" or each.dtype == np.uint8:
            expanded.extend(_mask_positions(each, shape, len(expanded)))
        elif each.dtype.kind == "i" and each.itemsize >= 4:
            expanded.append(each)
        else:
            raise errors.index_dtype()
    return expanded


def _mask_positions(
    mask: NDArray[Any], shape: tuple[int, ...], dim: int
) -> Sequence[NDArray[np.intp]]:
    if mask.dtype == np.uint8:
        warnings.warn(errors.byte_mask(), UserWarning, stacklevel=2)
    _check_mask(mask, shape, dim)
    return mask.nonzero() if mask.ndim else ()


def _check_mask(mask: NDArray[Any], shape: tuple[int, ...], dim: int) -> None:
    for j, size in enumerate(mask.shape):
        if dim + j >= len(shape):
            raise errors.too_many_index_tensors(len(shape), dim + mask.ndim)
        if size != shape[dim + j]:
            raise errors.mask_shape(mask.shape, j, shape, dim + j)


def _check_range(index: NDArray[Any], ordinal: int, size: int) -> None:
    greatest, least = np.maximum.reduce(index, axis=None), np.minimum.reduce(index, axis=None)
    if greatest >= size or least < -size:
        wrong = index[(index >= size) | (index < -size)]
        raise errors.out_of_bounds(int(wrong.flat[0]), ordinal, size)


@unpromoted(self=lambda grad, self_shape, indices: _index_grad(grad, self_shape, indices))
def index(self: Array, indices: IndexArrays) -> Array:
    """The elements at the positions, one index tensor a dim, None for a whole dim."""
    located = _Located(self.shape, indices)
    located.check_range()
    result = layout.empty_with(located.shape, located.result_strides(self), self.dtype)
    if result.size:
        result[...] = self[located.key]
    return result


def _index_grad(grad: Any, shape: tuple[int, ...], indices: IndexArrays) -> Any:
    """The gradient at the positions that it was taken from; torch writes none where writes are
    watched."""
    zeros = ops.zeros_of(grad, shape)
    if is_watched():
        return index_put(zeros, indices, grad, True)
    return count_writes(index_put_impl(zeros, indices, grad))


@unpromoted(self=lambda grad: grad, values=lambda grad, indices: index(grad, indices))
def index_put_impl(self: Array, indices: IndexArrays, values: Array) -> Array:
    """Zeros, with `values` added at the positions: into `self` itself, which nobody else holds."""
    key = _Located(self.shape, indices).key
    if not values.size:
        return self
    if all(each is None or each.dtype.kind == "b" for each in indices):
        self[key] += values  # a mask names no position twice
    else:
        np.add.at(self, key, values)
    return self


def _put_in_order(
    array: Array, indices: IndexArrays, values: Array, accumulate: bool = False
) -> Array:
    """What an array whose memory shows elements several times shows when `values` were written,
    one after the other."""
    places = np.zeros((1,) * array.ndim, np.intp)
    for dim, (size, step) in enumerate(zip(array.shape, array.strides, strict=True)):
        along = [1] * array.ndim
        along[dim] = size
        places = places + (np.arange(size) * (step // array.itemsize)).reshape(along)
    memory = np.zeros(int(places.max()) + 1, array.dtype)
    memory[places] = array
    written = places[_Located(array.shape, indices).key]
    values = values.reshape(values.shape[max(values.ndim - written.ndim, 0) :])  # as a fill may
    given = np.broadcast_to(values, written.shape).reshape(-1)
    if accumulate:
        np.add.at(memory, written.reshape(-1), given)
    else:
        memory[written.reshape(-1)] = given
    shown: Array = memory[places]
    return shown


@public(
    in_place=InPlace(
        function=True,
        expanded=Expanded.WARNED,
        fills_by_mask=True,
        common=Common.NOTHING,
        on_integers=True,
        in_order=_put_in_order,
    )
)
@unpromoted(
    self=lambda grad, indices, values_shape, accumulate: (
        grad if accumulate else index_put(grad, indices, ops.zeros_of(grad, values_shape))
    ),
    values=lambda grad, indices, values_dtype: of_kind(index(grad, indices), values_dtype),
    inside=inside.saves,
)
def index_put(self: Array, indices: IndexArrays, values: Array, accumulate: Bool = False) -> Array:
    """A copy with `values` at the positions, or added there."""
    if len(indices) > self.ndim:
        raise errors.too_many_index_tensors(self.ndim, len(indices))
    if values.size == 1 and not accumulate and _is_one_mask(self.shape, indices):
        for dim, mask in enumerate(indices):
            if mask is not None:
                _check_mask(mask, self.shape, dim)
        values = checked_number(values.item(), self.dtype)  # torch fills, whatever the dtype
        if any(each is not None and not each.ndim for each in indices):
            result = layout.copied(self)
            result[next(each for each in indices if each is not None)] = values
            return result
    located = _Located(self.shape, indices)
    if not _broadcasts(values.shape, located.shape):
        raise errors.value_shape(values.shape, located.shape)
    if self.dtype != values.dtype:
        raise errors.put_dtypes(
            dtypes.of_numpy(self.dtype).scalar_name, dtypes.of_numpy(values.dtype).scalar_name
        )
    located.check_range()
    result = layout.copied(self)
    if 0 in located.shape:
        return result
    if accumulate:
        np.add.at(result, located.key, values)
    else:
        result[located.key] = values
    return result


def _is_one_mask(shape: tuple[int, ...], indices: _Indices) -> bool:
    """Whether torch would rather fill under a mask; that of bytes it then refuses."""
    given = [(dim, each) for dim, each in enumerate(indices) if each is not None]
    if len(given) != 1:
        return False
    dim, mask = given[0]
    if mask.dtype == np.uint8:
        _check_mask(mask, shape, dim)
        raise errors.mask_dtype("masked_fill_", "unsigned char")
    return bool(mask.dtype.kind == "b")


def _broadcasts(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    if len(shape) > len(target):
        return False
    return all(a in (1, b) for a, b in zip(shape[::-1], target[::-1], strict=False))


@public("argwhere")
@unpromoted(name="nonzero")
def nonzero_positions(self: IndexArray) -> IndexArray:
    """The positions of the elements that are not zero, one a row."""
    return np.argwhere(self)


@public()
@composite
def nonzero(self: Array, *, as_tuple: Bool = False) -> Tensor | tuple[Tensor, ...]:
    """The positions of the elements that are not zero: one a row, or one tensor a dim."""
    if as_tuple and not self.ndim:
        return (ops.view(nonzero_positions(ops.unsqueeze(self, 0)), (-1,)),)
    found = nonzero_positions(self)
    return tuple(ops.unbind(found, 1)) if as_tuple else found

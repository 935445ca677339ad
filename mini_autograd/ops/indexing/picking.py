"""index_select and its kin: whole slices of one dim; take and put: elements of the flat tensor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from mini_autograd.arrays import layout
from mini_autograd.arrays.dims import in_range, wrap_dim
from mini_autograd.arrays.dtypes import int64, of_numpy
from mini_autograd.core.op import Common, Expanded, InPlace, public, unpromoted
from mini_autograd.core.saved.gradient_tensors import count_writes
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.messages.message import Message
from mini_autograd.messages.ops import indexing as errors
from mini_autograd.messages.ops import shapes as shape_errors
from mini_autograd.ops.indexing.gathering import gather_into
from mini_autograd.ops.pointwise.arithmetic import scaled
from mini_autograd.ops.pointwise.choosing import of_kind
from mini_autograd.ops.tensor import inside
from mini_autograd.ops.tensor.writing import check_dtypes, check_history, checked_number
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.types import Array, Bool, IndexArray, Int, Number


def _is_index(index: IndexArray) -> bool:
    return index.dtype.char in "li" or (index.dtype.kind == "i" and index.itemsize >= 4)


def _as_row(array: Array) -> Array:
    return array.reshape(1) if array.ndim == 0 else array


def _at(dim: int, index: IndexArray) -> tuple[Any, ...]:
    return (slice(None),) * dim + (index,)


def _first_outside(index: IndexArray, lowest: int, size: int) -> int | None:
    if in_range(index, lowest, size):
        return None
    return int(index[(index < lowest) | (index >= size)].flat[0])


@public()
@unpromoted(
    self=lambda grad, self_shape, dim, index: count_writes(
        index_add(ops.zeros_of(grad, self_shape), dim, index, grad)
    )
)
def index_select(self: Array, dim: Int, index: IndexArray) -> Array:
    """The slices of a dim that a vector of indices names, in its order."""
    dim = wrap_dim(dim, self.ndim)
    if index.ndim > 1:
        raise errors.select_index_rank()
    if self.ndim == 0 and index.size != 1:
        raise errors.select_scalar(index.size)
    if not _is_index(index):
        raise errors.select_index_dtype()
    row, index = _as_row(self), _as_row(index)
    size = row.shape[dim]
    if row.ndim > 1 and size == 0 and index.size:
        raise errors.select_empty_dim()
    outside = _first_outside(index, 0, size)
    if outside is not None:
        if row.ndim > 1 and (row.size == 0 or dim == 1):
            raise errors.select_out_of_data(outside, size)
        raise errors.select_out_of_range()
    if self.ndim == 0:
        return self.copy()
    return row.take(index, dim)


@inside.first
def _inside_index_add(
    result: Any, self: Any, dim: Any, index: Any, source: Any, alpha: Any = 1
) -> Any:
    """torch adds to a copy; along the first or the last dim, without a multiple, by scattering."""
    scatters = (
        alpha == 1
        and alpha is not True
        and self.ndim > 1
        and wrap_dim(dim, self.ndim) in (0, self.ndim - 1)
    )
    if not scatters or not self.numel() or not index.numel():
        return result if result is None else inside.copies(result, self)
    if source._requires_grad:
        return inside.saves()
    if result is not None:
        copied = inside.copies(make(result._array), self)
        ops.scatter_add.op.record(result, copied, dim, index, source)
    return result


@public(in_place=InPlace(memory_last=True, common=Common.NOTHING))
@unpromoted(
    self=lambda grad: grad,
    # Of the factor, of which the derivative has the conjugate, torch 2.13 takes no conjugate.
    source=lambda grad, dim, index, alpha, source, source_dim: scaled(
        _selected_as(grad, dim, index, source.shape), alpha.conjugate()
    ),
    inside=_inside_index_add,
)
def index_add(
    self: Array, dim: Int, index: IndexArray, source: Array, *, alpha: Number = 1
) -> Array:
    """A copy with the slices of `source` added at the indices of a dim."""
    dim = wrap_dim(dim, self.ndim)
    if index.ndim > 1:
        found = of_numpy(index.dtype).scalar_name
        raise errors.add_index_rank(index.ndim, found, index.shape)
    if not _is_index(index):
        raise errors.add_index_dtype(of_numpy(index.dtype).scalar_name)
    check_dtypes(self, source, errors.add_dtypes)
    rows = _as_row(source)
    if dim and dim >= source.ndim:
        raise errors.add_dim(dim, source.ndim)
    if index.size != rows.shape[dim]:
        if not source.ndim:
            raise shape_errors.no_dims(dim)
        raise errors.add_count(index.size, rows.shape[dim], dim)
    if self.shape != source.shape and not _fit(self, source, dim):
        raise errors.add_shapes(self.shape, source.shape)
    result = self.copy()
    into, index = _as_row(result), _as_row(index)
    if into.ndim > 1 and not into.size:
        return result  # torch looks at no index then
    # torch scatters where the slices lie at either end, and takes each by itself otherwise
    by_slices = into.ndim == 1 or alpha != 1 or 0 < dim < into.ndim - 1
    outside = _first_outside(index, 0, into.shape[dim])
    if outside is not None:
        if by_slices:
            raise errors.select_out_of_range()
        raise errors.out_of_bounds_scatter(outside, dim, into.shape[dim])
    added = rows if alpha == 1 else rows * checked_number(alpha, self.dtype)
    if by_slices:
        np.add.at(into, _at(dim, index), added)
    else:
        gather_into(np.add, into, _at(dim, index), added)
    return result


def _without(shape: tuple[int, ...], dim: int) -> tuple[int, ...]:
    return shape[:dim] + shape[dim + 1 :]


def _fit(array: Array, source: Array, dim: int) -> bool:
    """Whether the slices of a dim have one shape."""
    if array.ndim == 1 == source.ndim:
        return True
    return array.ndim == source.ndim and _without(array.shape, dim) == _without(source.shape, dim)


def _selected_as(grad: Any, dim: int, index: IndexArray, shape: tuple[int, ...]) -> Any:
    """The slices at the indices, in the shape of the source that they came from."""
    if shape:
        return ops.expand(index_select(grad, dim, index), shape)
    return index_select(grad, dim, index.squeeze(0) if index.ndim else index)


def _distinct(index: Any) -> Any:
    """Each index once: what is filled twice is filled by the same value."""
    if isinstance(index, Tensor):
        return make(np.unique(index._array))
    return np.unique(index)


def _filled(self: Array, dim: int, index: IndexArray, value: Number) -> Array:
    if index.dtype != np.int64:
        raise errors.fill_index_dtype()
    if isinstance(value, complex) and self.dtype.kind != "c":
        raise errors.fill_complex()
    dim = wrap_dim(dim, self.ndim)
    if index.ndim > 1:
        raise errors.fill_index_rank()
    result = layout.copied(self)
    into, index = _as_row(result), _as_row(index)
    reaches, number = _reaches(into, dim, index), checked_number(value, self.dtype)
    if reaches:
        outside = _first_outside(index, -into.shape[dim], into.shape[dim])
        if outside is not None:
            raise errors.out_of_bounds(outside, dim, into.shape[dim])
        into[_at(dim, index)] = number
    return result


def _reaches(into: Array, dim: int, index: IndexArray) -> bool:
    """Whether there is anything to write: torch looks at no index where the slices are empty,
    and lays out the slices of a dim of size 0, for which there is no memory."""
    slices = _without(into.shape, dim)
    if not index.size or 0 in slices:
        return False
    if not into.shape[dim]:
        sizes = (*into.shape[:dim], index.size, *into.shape[dim + 1 :])
        strides = [stride // into.itemsize for stride in layout.strides_of(into)]
        strides[dim] = 0
        needed = math.prod(slices) * into.itemsize
        raise shape_errors.out_of_storage(
            sizes, strides, 0, itemsize=into.itemsize, needed=needed, available=0
        )
    return True


@unpromoted(
    name="index_fill",
    node="IndexFillBackward0",
    self=lambda grad, dim, index: index_fill_number(grad, dim, index, 0),
    inside=inside.saves,
)
def index_fill_number(self: Array, dim: Int, index: IndexArray, value: Number) -> Array:
    """A copy with a number at the indices of a dim."""
    return _filled(self, dim, index, value)


@unpromoted(
    name="index_fill",
    node="IndexFillBackward1",
    self=lambda grad, dim, index: index_fill_number(grad, dim, index, 0),
    value=lambda grad, dim, index, value_dtype: of_kind(
        ops.sum_all(index_select(grad, dim, _distinct(index))), value_dtype
    ),
    inside=inside.saves,
)
def _index_fill_tensor(self: Array, dim: Int, index: IndexArray, value: Array) -> Array:
    """A copy with the one element of a tensor at the indices of a dim."""
    if value.ndim:
        raise errors.fill_value_rank("index_fill_", value.ndim)
    return _filled(self, dim, index, value.item())


@public(in_place=InPlace(common=Common.NOTHING))
@unpromoted(
    self=lambda grad, dim, index: index_fill_number(grad, dim, index, 0),
    source=lambda grad, dim, index, source, source_dim: _selected_as(
        grad, dim, index, source.shape
    ),
    inside=inside.copies,
)
def index_copy(self: Array, dim: Int, index: IndexArray, source: Array) -> Array:
    """A copy with the slices of `source` at the indices of a dim."""
    dim = wrap_dim(dim, self.ndim)
    if index.ndim > 1:
        raise errors.copy_index_rank(index.ndim)
    if not source.ndim and index.size != 1:
        raise errors.copy_scalar(index.size)
    if source.ndim != self.ndim and source.ndim and self.ndim:
        raise errors.copy_ranks(source.ndim, self.ndim)
    if index.dtype != np.int64:
        raise errors.copy_index_dtype(of_numpy(index.dtype).scalar_name)
    check_dtypes(self, source, errors.copy_dtypes)
    rows = _as_row(source)
    slices = _without(self.shape, dim), _without(source.shape, dim)
    if slices[0] != slices[1]:
        raise errors.copy_shapes(*slices, dim)
    if index.size != rows.shape[dim]:
        raise errors.copy_count(index.size, rows.shape[dim])
    result = self.copy()
    into, index = _as_row(result), _as_row(index)
    if _reaches(into, dim, index):
        outside = _first_outside(index, 0, into.shape[dim])
        if outside is not None:
            raise errors.copy_out_of_bounds(outside, dim, into.shape[dim])
        into[_at(dim, index)] = rows
    return result


def _flat_positions(self: Array, index: IndexArray, empty: Message[IndexError]) -> IndexArray:
    """Indices of the flattened tensor; `empty` says that it has no elements."""
    if index.dtype != np.int64:
        raise errors.take_index_dtype(of_numpy(index.dtype).scalar_name)
    if index.size and not self.size:
        raise empty()
    outside = _first_outside(index, -self.size, self.size)
    if outside is not None:
        raise errors.take_out_of_range(outside, self.size)
    return index


@public()
@unpromoted(
    self=lambda grad, self, index: count_writes(put(ops.zeros_as(grad, self), index, grad, True))
)
def take(self: Array, index: IndexArray) -> Array:
    """The elements of the flattened tensor at the indices, in the shape of the index."""
    return self.take(_flat_positions(self, index, errors.take_from_empty))


@public(in_place=InPlace(memory_last=True, common=Common.NOTHING))
@unpromoted(
    self=lambda grad, index, accumulate: (
        grad if accumulate else put(grad, index, ops.zeros_of(grad, index.shape), False)
    ),
    source=lambda grad, index, source: ops.view(take(grad, index), source.shape),
    inside=inside.saves,
)
def put(self: Array, index: IndexArray, source: Array, accumulate: Bool = False) -> Array:
    """A copy with the elements of `source` at, or added at, indices of the flattened tensor."""
    if index.dtype != np.int64:
        raise errors.put_index_dtype(of_numpy(index.dtype).scalar_name)
    check_dtypes(self, source, errors.put_source_dtypes)
    if index.size != source.size:
        raise errors.put_count(source.size, index.size)
    positions = _flat_positions(self, index, errors.put_into_empty).reshape(-1)
    result = layout.copied(self)
    if positions.size:
        into = _as_row(result)
        if into.flags.c_contiguous:
            into = into.reshape(-1)
        at = np.unravel_index(positions % into.size, into.shape) if into.ndim > 1 else positions
        if accumulate:
            np.add.at(into, at, source.reshape(-1))
        else:
            into[at] = source.reshape(-1)
    return result


@composite(name="index_fill")
def _index_fill_by(self: Array, dim: Int, index: IndexArray, value: Array) -> Any:
    """`index_fill` by the one element of a tensor."""
    result = _index_fill_tensor(self, dim, index, value)
    check_history(_index_fill_tensor, self, dim, index, value)
    return result


def _check_kinds(given: Sequence[Tensor]) -> None:
    """What `index_fill_` asks of its index and value before it looks at memory."""
    if len(given) > 1 and given[1]._array.ndim:
        raise errors.fill_value_rank("index_fill_", given[1]._array.ndim)
    if given and given[0].dtype is not int64:
        raise errors.fill_index_dtype()


public(
    in_place=InPlace(
        expanded=Expanded.WARNED,
        common=Common.ANYTHING,
        on_integers=True,
        check_kinds=_check_kinds,
        overloads=(".int_Scalar", ".int_Tensor"),
    )
)(overloaded("index_fill", _index_fill_by, index_fill_number))

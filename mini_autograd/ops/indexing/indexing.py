"""Index tensors: reading and writing at the positions that they name."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes, layout
from mini_autograd.arrays.dims import in_range
from mini_autograd.arrays.layout import Shape
from mini_autograd.core.op import Common, Expanded, InPlace, public, unpromoted
from mini_autograd.core.saved.gradient_tensors import count_writes
from mini_autograd.core.saved.packing import is_watched
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages import arguments as argument_errors
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
        shapes = tuple([None if each is None else each.shape for each in expanded])
        self.common, self.indexed, self.at, self.shape = _indexed(shape, shapes)
        self.key: _Key = tuple([slice(None) if each is None else each for each in expanded])
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


@lru_cache(maxsize=1024)
def _indexed(
    shape: Shape, shapes: tuple[Shape | None, ...]
) -> tuple[Shape, tuple[int, ...], int, Shape]:
    """The common shape of index tensors, the dims that have one, where the common dims come in
    the result, and its shape."""
    given = [each for each in shapes if each is not None]
    try:
        common = given[0] if len(given) == 1 else np.broadcast_shapes(*given)
    except ValueError:
        raise errors.index_shapes(given) from None
    if len(shapes) > len(shape):
        raise errors.too_many_index_tensors(len(shape), len(shapes))
    indexed = tuple([dim for dim, each in enumerate(shapes) if each is not None])
    if not indexed:
        raise errors.no_index()
    rest = [size for dim, size in enumerate(shape) if dim not in indexed]
    # The indexed dims become the common ones in their place, or in front if not adjacent.
    at = indexed[0] if indexed[-1] - indexed[0] == len(indexed) - 1 else 0
    if 0 not in common and 0 in [shape[dim] for dim in indexed]:
        raise errors.empty_dim()
    return common, indexed, at, (*rest[:at], *common, *rest[at:])


def _expanded(shape: tuple[int, ...], indices: _Indices) -> list[NDArray[Any] | None]:
    """One index tensor of ints a dim, None for a whole dim."""
    expanded: list[NDArray[Any] | None] = []
    for each in indices:
        if each is None:
            expanded.append(None)
        elif each.dtype.kind == "i" and each.itemsize >= 4:
            expanded.append(each)
        elif each.dtype.kind in "b" or each.dtype == np.uint8:
            expanded.extend(_mask_positions(each, shape, len(expanded)))
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
    if not in_range(index, -size, size):
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
    key = located.key if len(located.key) > 1 else located.key[0]
    if accumulate:
        np.add.at(result, key, values)
    else:
        result[key] = values
    return result


def _is_one_mask(shape: tuple[int, ...], indices: _Indices) -> bool:
    """Whether torch would rather fill under a mask; that of bytes it then refuses."""
    given = [(dim, each) for dim, each in enumerate(indices) if each is not None]
    if len(given) != 1 or given[0][1].dtype.kind == "i":
        return False
    dim, mask = given[0]
    if mask.dtype == np.uint8:
        _check_mask(mask, shape, dim)
        raise errors.mask_dtype("masked_fill_", "unsigned char")
    return bool(mask.dtype.kind == "b")


def _without_gaps(op: Any) -> Any:
    """The op as users call it: only of a subscript's indices one may be None."""

    def guarded(call: Callable[..., Any], place: int) -> Callable[..., Any]:
        def put(*args: Any, **kwargs: Any) -> Any:
            indices = args[1] if len(args) > 1 else kwargs.get("indices")
            if isinstance(indices, (tuple, list)):
                for at, each in enumerate(indices):
                    if each is None:
                        raise argument_errors.no_tensor(at, place, each)
            return call(*args, **kwargs)

        put.__name__, put.__doc__ = op.__name__, op.__doc__
        return put

    function: Any = guarded(op, 1)
    function.method, function.schema = guarded(op.method, 0), op.schema
    return function


public(
    in_place=InPlace(
        function=True,
        expanded=Expanded.WARNED,
        fills_by_mask=True,
        common=Common.NOTHING,
        on_integers=True,
        in_order=_put_in_order,
    )
)(_without_gaps(index_put))


def _broadcasts(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    if not shape or shape == target:
        return True
    if len(shape) > len(target):
        return False
    return all(a in (1, b) for a, b in zip(shape[::-1], target[::-1], strict=False))


@unpromoted(name="nonzero")
def nonzero_positions(self: IndexArray) -> IndexArray:
    """The positions of the elements that are not zero, one a row."""
    found = np.argwhere(self)
    if found.size:
        return found
    return layout.empty_with(found.shape, (1, len(found)), found.dtype)  # as torch lays it out


@public()
@composite
def argwhere(self: Array) -> Tensor:
    """The positions of the elements that are not zero, one a row."""
    return nonzero_positions(self)


@public()
@composite
def nonzero(self: Array, *, as_tuple: Bool = False) -> Tensor | tuple[Tensor, ...]:
    """The positions of the elements that are not zero: one a row, or one tensor a dim."""
    if as_tuple and not self.ndim:
        return (ops.view(nonzero_positions(ops.unsqueeze(self, 0)), (-1,)),)
    found = nonzero_positions(self)
    return tuple(ops.unbind(found, 1)) if as_tuple else found

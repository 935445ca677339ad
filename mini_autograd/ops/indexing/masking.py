"""Ops under a mask of bools: fill, select, scatter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from mini_autograd.arrays.dtypes import bool_, of_numpy
from mini_autograd.arrays.layout import copied
from mini_autograd.core.modes import warn_once
from mini_autograd.core.op import Common, Expanded, InPlace, public, unpromoted
from mini_autograd.core.saved.gradient_tensors import count_writes
from mini_autograd.core.saved.packing import is_watched
from mini_autograd.core.table import ops, shared
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.ops import indexing as errors
from mini_autograd.ops.pointwise.choosing import of_kind, where
from mini_autograd.ops.shape.views import broadcast_shape, check_written_shape, expand
from mini_autograd.ops.tensor import inside
from mini_autograd.ops.tensor.writing import check_dtypes, check_history, checked_number
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.types import Array, Ints, Mask, Number


def _both(self: Array, mask: Mask) -> tuple[Array, Mask]:
    """The two in their common shape; an error names their sizes in torch's order."""
    if mask.shape == self.shape:
        return self, mask
    shape = broadcast_shape(mask.shape, self.shape)
    return np.broadcast_to(self, shape), np.broadcast_to(mask, shape)


def _filled(self: Array, mask: Mask, value: Any) -> Array:
    self, mask = _both(self, mask)  # whose error comes before the dtype's
    if mask.dtype.kind != "b":
        raise errors.mask_dtype("masked_fill_", of_numpy(mask.dtype).cpp_name)
    value = checked_number(value, self.dtype)
    result = np.array(self, order="C")
    result[mask] = value
    return result


@inside.first
def _inside_fill(result: Any, self: Any, mask: Any, value: Any) -> Any:
    """torch fills a clone in place, which is recorded, or one of a view, which is not."""
    if getattr(value, "_requires_grad", False) or tuple(mask.shape) == tuple(self.shape):
        return inside.saves()
    return result


@unpromoted(
    name="masked_fill",
    node="MaskedFillBackward0",
    self=lambda grad, mask: masked_fill_number(grad, mask, 0),
    inside=_inside_fill,
)
def masked_fill_number(self: Array, mask: Mask, value: Number) -> Array:
    """A copy with a number where the mask is true."""
    return _filled(self, mask, value)


@unpromoted(
    name="masked_fill",
    node="MaskedFillBackward0",
    self=lambda grad, mask: masked_fill_number(grad, mask, 0),
)
def masked_zero(self: Array, mask: Mask) -> Array:
    """Zero where the mask is true, for rules: torch writes into what it computed just before."""
    made = copied(self)
    np.copyto(made, 0, where=mask)
    return made


@unpromoted(
    name="masked_fill",
    node="MaskedFillBackward1",
    self=lambda grad, mask: masked_fill_number(grad, mask, 0),
    value=lambda grad, mask, value_dtype: _value_grad(grad, mask, value_dtype),
    inside=_inside_fill,
)
def _masked_fill_tensor(self: Array, mask: Mask, value: Array) -> Array:
    """A copy with the one element of a tensor where the mask is true."""
    value = np.asarray(value)  # a rule may give a number
    if value.ndim:
        broadcast_shape(mask.shape, self.shape)  # whose error comes first
        raise errors.fill_value_rank("masked_fill_", value.ndim)
    return _filled(self, mask, value.item())


def _zeros_for(grad: Any, self: Any, mask: Any) -> Any:
    """Zeros for all among which a mask selects, laid out as torch's."""
    shape = np.broadcast_shapes(tuple(self.shape), tuple(mask.shape))
    return ops.zeros_as(grad, self) if shape == self.shape else ops.zeros_of(grad, shape)


@public()
@unpromoted(
    self=lambda grad, self, mask: count_writes(
        masked_scatter_into(_zeros_for(grad, self, mask), mask, grad)
    )
)
def masked_select(self: Array, mask: Mask) -> Array:
    """The elements where the mask is true, in one dim."""
    if mask.dtype.kind != "b":
        raise errors.select_mask_dtype()
    self, mask = _both(self, mask)
    return np.asarray(self[mask])


def _check_scattering(tensor: Tensor, given: Sequence[Any]) -> None:
    """What `masked_scatter_` asks before it looks at the mask's dtype."""
    if len(given) == 2 and all(isinstance(each, Tensor) for each in given):
        check_dtypes(tensor._array, given[1]._array, errors.masked_scatter_dtypes)
        expand.op.bare(given[0]._array, tensor._array.shape)  # for its errors


@public(in_place=InPlace(check=_check_scattering))
@unpromoted(
    self=lambda grad, mask: masked_fill_number(grad, mask, 0),
    source=lambda grad, mask, source_shape: masked_scatter_backward(grad, mask, source_shape),
    inside=inside.saves,
)
def masked_scatter(self: Array, mask: Mask, source: Array) -> Array:
    """A copy with the first elements of `source`, in order, where the mask is true."""
    self, mask = _both(self, mask)
    _check_scattered(self, mask, source)
    return _write_in_order(np.array(self, order="C"), mask, source)


@unpromoted(
    name="masked_scatter",
    node="MaskedScatterBackward0",
    self=lambda grad, mask: masked_fill_number(grad, mask, 0),
    source=lambda grad, mask, source_shape: masked_scatter_backward(grad, mask, source_shape),
)
def masked_scatter_into(self: Array, mask: Mask, source: Array) -> Array:
    """Likewise into `self` itself, which nobody else holds."""
    return _write_in_order(self, np.broadcast_to(mask, self.shape), source)


def _check_scattered(self: Array, mask: Mask, source: Array) -> None:
    check_dtypes(self, source, errors.masked_scatter_dtypes)
    if mask.dtype == np.uint8:
        warn_once.each_time(errors.byte_mask_scattered())
    if mask.dtype.kind != "b":
        raise errors.mask_dtype("masked_scatter_", of_numpy(mask.dtype).scalar_name)


def _write_in_order(into: Array, mask: Mask, source: Array) -> Array:
    count = int(np.count_nonzero(mask))
    if source.size < count:
        raise errors.source_too_short()
    into[mask] = source.reshape(-1)[:count]
    return into


@unpromoted(
    node="MaskedScatterBackwardBackward0",
    grad=lambda grad, grad_shape, mask: masked_scatter(ops.zeros_of(grad, grad_shape), mask, grad),
)
def masked_scatter_backward(grad: Array, mask: Mask, shape: Ints) -> Array:
    """The elements under the mask as the source's first ones, zeros after them."""
    grad, mask = _both(grad, mask)
    result = np.zeros(tuple(shape), grad.dtype)
    chosen = grad[mask]
    result.reshape(-1)[: chosen.size] = chosen
    return result


def _value_grad(grad: Any, mask: Mask, dtype: np.dtype[Any]) -> Any:
    """The sum under the mask; torch forgot to take the real part of it for a real value."""
    # Where writes are watched no shape may depend on values.
    chosen = where(mask, grad, 0.0) if is_watched() else masked_select(grad, mask)
    return of_kind(ops.sum_all(chosen), dtype)


@composite(name="masked_fill")
def _masked_fill_by(self: Array, mask: Mask, value: Array) -> Any:
    """`masked_fill` by the one element of a tensor."""
    result = _masked_fill_tensor(self, mask, value)
    check_history(_masked_fill_tensor, self, mask, value)
    return result


def _check_kinds(given: Sequence[Tensor]) -> None:
    """What `masked_fill_` asks of its mask and value before it looks at memory."""
    if len(given) > 1 and given[1]._array.ndim:
        raise errors.fill_value_rank("masked_fill_", given[1]._array.ndim)
    if given and given[0].dtype is not bool_:
        raise errors.mask_dtype("masked_fill_", given[0].dtype.cpp_name)


def _check_mask(tensor: Tensor, given: Sequence[Any]) -> None:
    """Whether the mask of `masked_fill_` broadcasts to the tensor."""
    if isinstance(given[0], Tensor):
        check_written_shape(tensor, given[0])


masked_fill: Final = public(
    in_place=InPlace(
        expanded=Expanded.WARNED,
        common=Common.ANYTHING,
        on_integers=True,
        check_kinds=_check_kinds,
        check=_check_mask,
        overloads=(".Scalar", ".Tensor"),
    )
)(overloaded("masked_fill", _masked_fill_by, masked_fill_number))
shared(masked_fill, "masked_fill")

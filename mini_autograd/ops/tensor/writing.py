"""What the plain writes compute: fill, zero and copy, out of place."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes, layout, numbers
from mini_autograd.arrays.dims import broadcast_dims
from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.op import (
    Common,
    DifferentiableOp,
    Expanded,
    InPlace,
    public,
    record_refused,
    unpromoted,
)
from mini_autograd.core.table import ops, shared
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.message import Message
from mini_autograd.messages.ops import kernels as kernel_errors
from mini_autograd.messages.tensors import inplace as errors
from mini_autograd.ops.pointwise.choosing import of_kind
from mini_autograd.ops.tensor.conversion import in_dtype, without_imaginary
from mini_autograd.parsing.overloads import Bound, overloaded
from mini_autograd.parsing.types import Array, Bool, Number

_ZEROED: Final = InPlace(function=True, expanded=Expanded.ALLOWED, common=Common.ANYTHING)


def check_dtypes(self: Array, source: Array, refusal: Message[Any]) -> None:
    """Whether two arrays have one dtype; else the error that names them."""
    if self.dtype != source.dtype:
        raise refusal(*[dtypes.of_numpy(each.dtype).scalar_name for each in (self, source)])


def checked_number(value: Any, wanted: np.dtype[Any]) -> Any:
    """A number as a fill writes it: cut to an integer, refused where the dtype cannot hold it.

    Raises:
        RuntimeError: a finite number beyond the dtype's range, or a complex one into a real dtype.
    """
    if type(value) is float and wanted.kind == "f":
        numbers.check_representable(value, wanted)
        return np.array(value, wanted)
    dtypes.check_int(value)
    if isinstance(value, (complex, np.complexfloating)) and wanted.kind not in "cb":
        if value.imag != 0:
            raise kernel_errors.dtype_overflow(dtypes.of_numpy(wanted))
        value = value.real
    if wanted.kind in "iu":
        limits = np.iinfo(wanted)
        # An int may wrap, a float may not.
        wraps = limits.min == 0 and isinstance(value, (int, np.integer))
        lowest = -limits.max if wraps else limits.min
        if value != value or not lowest <= value <= limits.max:
            raise kernel_errors.dtype_overflow(dtypes.of_numpy(wanted))
        return np.array(int(value), np.int64).astype(wanted)
    if wanted.kind in "fc":
        numbers.check_representable(value, wanted)
    return np.array(value, wanted)


def check_history(fill: DifferentiableOp, *args: Any) -> None:
    """Whether a fill of the first argument by the last can be recorded; packs what it saves.

    Raises:
        RuntimeError: a tensor that requires grad is to fill integers.
    """
    self, *_, value = args
    if (
        isinstance(self, Tensor)
        and self._array.dtype.kind not in "fc"
        and state.enabled
        and value.requires_grad
    ):
        record_refused(fill.op, args)
        raise kernel_errors.no_history(self.dtype)


def _like(self: Array, value: Any) -> Array:
    made = layout.empty_as(self)
    made[...] = value
    return made


def _of_number(self: Array, value: Number) -> Array:
    """A tensor like `self`, of one number."""
    return _like(self, checked_number(value, self.dtype))


def _of_tensor(self: Array, value: Array) -> Array:
    """A tensor like `self`, of the one element of `value`."""
    if value.ndim:
        raise errors.fill_value_rank(value.ndim)
    return _like(self, without_imaginary(value, self.dtype, self.size).astype(self.dtype))


_FILLED: Final = InPlace(
    function=True,
    memory_last=True,
    expanded=Expanded.BY_NUMBERS,
    common=Common.ANYTHING,
    on_integers=True,
    overloads=(".Scalar", ".Tensor"),
)


def _fill(number_node: str, tensor_node: str) -> Bound:
    """`fill` or `fill_`, which torch's graph tells apart."""

    def zeros(grad: Any) -> Any:
        return ops.zeros_like_grad(grad)

    def total(grad: Any, value_dtype: Any) -> Any:
        return of_kind(ops.sum_all(grad), value_dtype)

    number = unpromoted(name="fill", node=number_node, self=zeros)
    tensor = unpromoted(name="fill", node=tensor_node, self=zeros, value=total)
    return overloaded("fill", number(_of_number), tensor(_of_tensor))


fill = public(method=False)(_fill("FillBackward0", "FillBackward1"))
filled = public("fill", function=False, method=False, in_place=_FILLED)(
    _fill("FillBackward2", "FillBackward3")
)


@public("zero", function=False, method=False, in_place=_ZEROED)
@unpromoted(name="zero_", node="ZeroBackward0", self=lambda grad: ops.zeros_like_grad(grad))
def zeroed(self: Array) -> Array:
    """A tensor like `self`, of zeros."""
    return _like(self, 0)


@unpromoted(
    name="copy_",
    node="CopyBackwards",
    self=lambda grad, self_shape: ops.zeros_of(grad, self_shape),
    src=lambda grad, src_dtype: in_dtype(grad, src_dtype),
)
def copied(self: Array, src: Array, non_blocking: Bool = False) -> Array:
    """`src` in the shape and dtype of `self`."""
    if broadcast_dims(self.shape, src.shape) is None:
        raise errors.copy_shape(self.shape, src.shape)
    made = layout.empty_as(self)
    np.copyto(made, without_imaginary(src, self.dtype, self.size), casting="unsafe")
    return made


shared(copied, "copied")
# torch wrote this node by hand, in C++
setattr(copied.op.node_class, "name", lambda self: "torch::autograd::CopyBackwards")  # noqa: B010

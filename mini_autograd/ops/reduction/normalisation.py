"""What is normalised over a dim: softmax, log_softmax, and the logsumexp below them."""

from __future__ import annotations

from typing import Any

import numpy as np

from mini_autograd.arrays import dtypes, layout
from mini_autograd.arrays.dims import wrap_dim
from mini_autograd.arrays.numbers import has_zero
from mini_autograd.core.op import Promotion, differentiable, public, unpromoted
from mini_autograd.core.table import ops
from mini_autograd.messages.ops import kernels as kernel_errors
from mini_autograd.messages.ops import reductions as errors
from mini_autograd.messages.tensors import state as tensor_errors
from mini_autograd.ops.reduction.reductions import fold, reduced_dims, restored
from mini_autograd.ops.tensor import inside
from mini_autograd.parsing.overloads import composite
from mini_autograd.parsing.types import Array, Bool, DType, Int, Ints


def _logsumexp_grad(grad: Any, self: Any, result: Any, dim: Any, keepdim: bool) -> Any:
    ndim = len(self.shape)
    grad, result = restored(grad, dim, keepdim, ndim), restored(result, dim, keepdim, ndim)
    return grad * ops.conj(ops.exp(ops.sub_promoted(self, result)))


@public()
@differentiable(
    promotion=Promotion.FLOATING,
    order=(),
    self=_logsumexp_grad,
    inside=inside.writes_out("logsumexp"),
)
def logsumexp(self: Array, dim: Ints, keepdim: Bool = False) -> Array:
    """`log(sum(exp(x)))` over dims, without overflow."""
    if not keepdim and isinstance(dim, (tuple, list)) and not dim and self.size and self.ndim:
        raise tensor_errors.result_shape([], [1] * self.ndim)
    dims = reduced_dims(dim, self.ndim)
    if not self.size:
        return np.asarray(np.log(fold(np.add, np.exp(self), dims, keepdim)))
    shift = fold(np.maximum, self.real, dims, True)
    if has_zero(finite := np.isfinite(shift)):
        shift = np.where(finite | (shift != shift), shift, shift.dtype.type(0))
    # of halves each step is rounded, as torch composes it; only the sum is wider inside
    total = fold(np.add, _wide(np.exp(self - shift)), dims, keepdim)
    total = total.astype(np.float16) if self.dtype.char == "e" else total
    return layout.in_rows(np.asarray(np.log(total) + shift.reshape(total.shape)))


def _wide(array: Array) -> Array:
    """Half precision is computed in single and rounded once."""
    return array.astype(np.float32) if array.dtype.char == "e" else array


def _in_rows(array: Array) -> Array:
    """Likewise, contiguous: torch's softmax kernels give no other order."""
    wide = _wide(array)
    return wide if wide.flags.c_contiguous else np.asarray(wide, order="C")


def _of_rows(step: Any, array: Array, dim: int) -> Any:
    """A reduction, to go with the elements; one alone is its own sum, but for minus zero."""
    if not array.ndim or array.shape[dim] == 1:
        return array
    if array.ndim == 1:
        return np.asarray(step.reduce(array))  # which NumPy takes sooner than a row of one
    return step.reduce(array, dim, None, None, True)


def _row_sums(array: Array, dim: int) -> Any:
    """The sums of a gradient's rows; over the last dim torch's kernel starts from no zero.

    So the sum of negative zeros is one too, which shows in the sign of a gradient of zero.
    """
    if not array.ndim or wrap_dim(dim, array.ndim) == array.ndim - 1:
        start = array.dtype.type(-0.0)
        return np.add.reduce(array, axis=-1 if array.ndim else None, keepdims=True, initial=start)
    return np.add.reduce(array, axis=dim, keepdims=True)


def _checked(kernel: str, array: Array, dim: int) -> int:
    dim = wrap_dim(dim, array.ndim)
    if array.size and array.dtype.kind != "f":
        last = "lastdim_" if dim == max(array.ndim - 1, 0) else ""
        raise errors.not_implemented(f"{kernel}_{last}kernel_impl", dtypes.of(array))
    return dim


def _check_scalar_types(grad: Array, output: Array) -> None:
    if grad.dtype is not output.dtype and grad.size and grad.dtype != output.dtype:
        raise kernel_errors.scalar_type(dtypes.of(grad), dtypes.of(output))


def _shifted(array: Array, dim: int) -> Array:
    """The elements less the greatest of their row."""
    wide = _in_rows(array)
    return np.asarray(wide - _of_rows(np.maximum, wide, dim))


@unpromoted(
    name="softmax",
    node="SoftmaxBackward0",
    self=lambda grad, result, dim: softmax_backward_data(grad, result, dim),
)
def softmax_along(self: Array, dim: Int) -> Array:
    """The softmax, without conversion."""
    dim = _checked("softmax", self, dim)
    if not self.size:
        return np.array(self)
    powers = _shifted(self, dim)
    np.exp(powers, powers)
    powers /= _of_rows(np.add, powers, dim)
    return powers.astype(self.dtype, copy=False)


def _softmax_twice(grad: Any, grad_output: Any, output: Any, dim: int) -> Any:
    """By the output; torch's compiler computes the last term first, which hooks can see."""
    third = grad_output * ops.sum(output * grad, (dim,), True)
    second = ops.sum(output * grad_output, (dim,), True) * grad
    return grad_output * grad - second - third


@unpromoted(
    grad_output=lambda grad, output, dim: softmax_backward_data(grad, output, dim),
    output=_softmax_twice,
)
def softmax_backward_data(grad_output: Array, output: Array, dim: Int) -> Array:
    """The gradient of a softmax from its output."""
    if grad_output.shape != output.shape:  # which an unpack hook gave
        raise errors.softmax_sizes(list(grad_output.shape), list(output.shape))
    _check_scalar_types(grad_output, output)
    grad, result = _in_rows(grad_output), _in_rows(output)
    total = _row_sums(grad * result, dim)
    rest = np.asarray(grad - total)
    rest *= result
    return rest.astype(grad_output.dtype, copy=False)


@unpromoted(
    name="log_softmax",
    node="LogSoftmaxBackward0",
    self=lambda grad, result, dim: log_softmax_backward_data(grad, result, dim),
)
def log_softmax_along(self: Array, dim: Int) -> Array:
    """The logarithm of the softmax, without conversion."""
    dim = _checked("log_softmax", self, dim)
    if not self.size:
        return np.array(self)
    shifted = _shifted(self, dim)
    logs = np.log(_kept(_of_rows(np.add, np.exp(shifted), dim), self, dim))
    shifted -= _kept(logs, self, dim)
    return shifted.astype(self.dtype, copy=False)


def _kept(value: Any, array: Array, dim: int) -> Any:
    """In half precision torch's kernel for the last dim stores the sum, and its logarithm."""
    if array.dtype.char != "e" or dim != array.ndim - 1:
        return value
    return value.astype(np.float16).astype(np.float32)


@unpromoted(
    grad_output=lambda grad, output, dim: grad - ops.sum(grad * ops.exp(output), (dim,), True),
    output=lambda grad, grad_output, output, dim: (
        -ops.sum(grad_output, (dim,), True) * ops.exp(output) * grad
    ),
)
def log_softmax_backward_data(grad_output: Array, output: Array, dim: Int) -> Array:
    """The gradient of a log_softmax from its output."""
    _check_scalar_types(grad_output, output)
    wide = _in_rows(grad_output)
    total = _row_sums(wide, dim)
    part = np.asarray(np.exp(_in_rows(output)))
    part *= total
    return np.subtract(wide, part, out=part).astype(grad_output.dtype, copy=False)


def _converted(self: Any, dtype: DType | None) -> Any:
    return self if dtype is None or dtype is self.dtype else ops.to_dtype(self, dtype)


@public()
@composite
def softmax(self: Array, dim: Int, dtype: DType | None = None) -> Any:
    """`exp(x)` along a dim, divided by its sum; computed in `dtype` if given."""
    return softmax_along(_converted(self, dtype), dim)


@public()
@composite
def log_softmax(self: Array, dim: Int, dtype: DType | None = None) -> Any:
    """The logarithm of the softmax."""
    return log_softmax_along(_converted(self, dtype), dim)

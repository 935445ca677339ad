"""Elementary functions: exponentials, logarithms, roots, trigonometry and their like."""

from __future__ import annotations

import math
from functools import partial
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes
from mini_autograd.arrays.complex_power import one_over
from mini_autograd.arrays.dtypes import constant
from mini_autograd.core.op import InPlace, Promotion, differentiable, public
from mini_autograd.messages.ops import pointwise as errors
from mini_autograd.ops.pointwise.arithmetic import (
    FLOATS,
    negated_times,
    plus,
    scaled,
    scaled_times,
    sub_promoted,
    times,
)
from mini_autograd.ops.pointwise.choosing import of_kind
from mini_autograd.ops.pointwise.complexes import conj
from mini_autograd.parsing.types import Array

_floating: Final = partial(differentiable, promotion=Promotion.FLOATING)
_BOTH: Final = InPlace(function=True)


def _widened(array: Any) -> Any:
    """Halves in single precision, as torch computes what takes several roundings."""
    return array.astype(np.float32) if array.dtype.char == "e" else array


@public(in_place=_BOTH)
@_floating(self=lambda grad, result: grad * conj(result), unsaved="#1 'other'")
def exp(self: Array) -> Array:
    """e to the power of each element."""
    return np.exp(self)


@public(in_place=_BOTH)
@_floating(
    self=lambda grad, result: scaled(grad * conj(result), math.log(2.0)), unsaved="#1 'other'"
)
def exp2(self: Array) -> Array:
    """2 to the power of each element."""
    return np.exp2(self)


@public(in_place=_BOTH)
@_floating(self=lambda grad, result: grad * plus(conj(result), 1))
def expm1(self: Array) -> Array:
    """`exp(self) - 1`, exact for small elements."""
    return np.expm1(self)


@public(in_place=_BOTH)
@_floating(self=lambda grad, self: grad / conj(self))
def log(self: Array) -> Array:
    """The natural logarithm."""
    return np.log(self)


@public(in_place=_BOTH)
@_floating(node="Log1PBackward0", self=lambda grad, self: grad / conj(plus(self, 1)))
def log1p(self: Array) -> Array:
    """`log(1 + self)`, exact for small elements."""
    return np.log1p(self)


@public(in_place=_BOTH)
@_floating(self=lambda grad, self: grad / times(conj(self), math.log(2.0)))
def log2(self: Array) -> Array:
    """The logarithm to base 2."""
    return np.log2(self)


@public(in_place=_BOTH)
@_floating(self=lambda grad, self: grad / times(conj(self), math.log(10.0)))
def log10(self: Array) -> Array:
    """The logarithm to base 10."""
    return np.log10(self)


@public()
@differentiable(
    no_complex_half="logaddexp_cpu",
    self=lambda grad, self, other, self_dtype, other_dtype: _share(
        grad, self, other, self_dtype, other_dtype
    ),
    other=lambda grad, self, other, self_dtype, other_dtype: _share(
        grad, other, self, other_dtype, self_dtype
    ),
)
def logaddexp(self: Array, other: Array) -> Array:
    """`log(exp(self) + exp(other))`, without overflow; torch has no kernel for integers."""
    if self.dtype.kind not in "fc":
        raise errors.not_implemented("logaddexp_cpu", dtypes.of(self))
    return np.logaddexp(self, other) if self.dtype.kind == "f" else _complex_sum(self, other)


def _share(grad: Any, own: Any, other: Any, dtype: Any, other_dtype: Any) -> Any:
    """What one operand gets of the gradient; torch subtracts both as given, which bools refuse."""
    if other_dtype.kind == "b":
        raise errors.bool_subtraction_mixed()
    return of_kind(grad / conj(plus(exp(sub_promoted(other, own)), 1)), dtype)


def _complex_sum(self: Any, other: Any) -> Any:
    """The same of complex numbers, from the one of the greater real part, as torch takes it."""
    low = np.where(self.real < other.real, self, other)
    high = np.where(self.real < other.real, other, self)
    rest = np.exp(low - high)
    result = np.where(rest == 0, rest, np.log1p(rest)) + high
    infinite = np.where(low.real < 0, low, np.log(np.exp(low) + np.exp(high)))
    result = np.where(np.isinf(high.real) & (low.real == high.real), infinite, result)
    return np.where(
        np.isnan(self) | np.isnan(other), low.dtype.type(complex(np.nan, np.nan)), result
    )


@public(in_place=_BOTH)
@_floating(self=lambda grad, result: grad / times(conj(result), 2))
def sqrt(self: Array) -> Array:
    """The square root."""
    return np.sqrt(self)


@public(in_place=_BOTH)
@_floating(scalars=True, self=lambda grad, result: scaled_times(grad, -0.5, conj(result**3)))
def rsqrt(self: Array) -> Array:
    """The reciprocal of the square root."""
    root = np.sqrt(_widened(self))
    result = 1 / root if type(root) in FLOATS else np.divide(constant(1, root.dtype), root)
    return result.astype(np.float16) if self.dtype.char == "e" else result


@public(in_place=_BOTH)
@_floating(self=lambda grad, result: negated_times(grad, conj(result * result)))
def reciprocal(self: Array) -> Array:
    """`1 / self`."""
    if self.dtype.kind == "c":  # NumPy's own gives 1 / (1 + 0j) an imaginary part of -0
        return one_over(self)
    return np.reciprocal(self)


@public(in_place=_BOTH)
@_floating(self=lambda grad, self: grad * conj(cos(self)))
def sin(self: Array) -> Array:
    """The sine, of radians."""
    return np.sin(self)


@public(in_place=_BOTH)
@_floating(self=lambda grad, self: grad * -conj(sin(self)))
def cos(self: Array) -> Array:
    """The cosine, of radians."""
    return np.cos(self)


@public(in_place=_BOTH)
@_floating(self=lambda grad, result: grad * conj(plus(result**2, 1)))
def tan(self: Array) -> Array:
    """The tangent, of radians."""
    return np.tan(self)


@public(in_place=_BOTH)
@_floating(self=lambda grad, self: grad * conj(cosh(self)))
def sinh(self: Array) -> Array:
    """The hyperbolic sine."""
    return np.sinh(self)


@public(in_place=_BOTH)
@_floating(self=lambda grad, self: grad * conj(sinh(self)))
def cosh(self: Array) -> Array:
    """The hyperbolic cosine."""
    return np.cosh(self)


@public(in_place=_BOTH)
@_floating(self=lambda grad, result: tanh_backward(grad, result), unsaved="#1 'output'")
def tanh(self: Array) -> Array:
    """The hyperbolic tangent."""
    return np.tanh(self)


@differentiable(
    grad_output=lambda grad, output: tanh_backward(grad, conj(output)),
    output=lambda grad, grad_output, output: conj(grad) * (times(conj(output), -2) * grad_output),
    node="TanhBackwardBackward0",
)
def tanh_backward(grad_output: Array, output: Array) -> Array:
    """`grad_output * (1 - output²)`, one step of a recorded walk."""
    y = np.conjugate(_widened(output))
    return np.multiply(grad_output, 1 - y * y).astype(grad_output.dtype, copy=False)


@public("asin", "arcsin", in_place=_BOTH)
@_floating(self=lambda grad, self: grad * conj(rsqrt(plus(-self * self, 1))))
def asin(self: Array) -> Array:
    """The inverse sine, in radians."""
    return np.arcsin(self)


@public("acos", "arccos", in_place=_BOTH)
@_floating(self=lambda grad, self: grad * -conj(rsqrt(plus(-self * self, 1))))
def acos(self: Array) -> Array:
    """The inverse cosine, in radians."""
    return np.arccos(self)


@public("atan", "arctan", in_place=_BOTH)
@_floating(self=lambda grad, self: grad / conj(plus(self * self, 1)))
def atan(self: Array) -> Array:
    """The inverse tangent, in radians."""
    return np.arctan(self)


@public(in_place=_BOTH)
@_floating(
    scalars=True, self=lambda grad, result: sigmoid_backward(grad, result), unsaved="#1 'output'"
)
def sigmoid(self: Array) -> Array:
    """`1 / (1 + exp(-self))`."""
    result = -_widened(self)
    if type(result) in FLOATS:
        result = 1 / (np.exp(result) + 1)
    else:
        out = result if type(result) is np.ndarray else None  # a 0-d one comes as a scalar
        one = constant(1, result.dtype)
        result = np.divide(one, np.add(np.exp(result, out=out), one, out=out), out=out)
    return result.astype(np.float16) if self.dtype.char == "e" else result


@differentiable(
    grad_output=lambda grad, output: sigmoid_backward(grad, conj(output)),
    output=lambda grad, grad_output, output: (
        conj(grad) * grad_output * plus(times(conj(output), -2), 1)
    ),
    node="SigmoidBackwardBackward0",
)
def sigmoid_backward(grad_output: Array, output: Array) -> Array:
    """`grad_output * output * (1 - output)`, one step of a recorded walk."""
    y = np.conjugate(_widened(output))
    return np.multiply(grad_output, (1 - y) * y).astype(grad_output.dtype, copy=False)


@public(in_place=_BOTH)
@_floating(self=lambda grad, self: times(exp(-(self**2)), 2 / math.sqrt(math.pi)) * grad)
def erf(self: Array) -> Array:
    """The error function."""
    if self.dtype.kind == "c":
        raise errors.not_implemented("erf_vml_cpu", dtypes.of(self))
    from scipy.special import erf  # which takes longer to import than all of this package

    return np.asarray(erf(self)).astype(self.dtype, copy=False)

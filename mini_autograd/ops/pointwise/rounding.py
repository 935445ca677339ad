"""What is constant between jumps, or has a kink: rounding, signs, magnitude, relu."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes, layout
from mini_autograd.arrays.numbers import has_zero
from mini_autograd.core.op import InPlace, Promotion, differentiable, operator, public, unpromoted
from mini_autograd.core.table import ops, shared
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.messages.ops import pointwise as errors
from mini_autograd.ops.pointwise.complexes import conj
from mini_autograd.ops.tensor import inside
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.types import Array, Int

_BOTH: Final = InPlace(function=True)
FEW: Final = 1024  # up to as many elements, the fewest calls are the quickest


@shared
def zeros_like_grad(grad: Any) -> Any:
    """The gradient of what is constant between jumps."""
    if isinstance(grad, Tensor):
        return make(zeros_like_grad(grad._array))
    zeros = layout.empty_as(grad)
    zeros.fill(0)
    return zeros


def kept(array: Any, mask: Any) -> Any:
    """`array` where the mask holds, else +0.

    By its bits: on a mask without pattern np.where takes eight times as long (6.2 ms for a
    million float32 against 0.8), and a product would give -0 and the NaN of infinity times zero.
    """
    bits = _BITS.get(array.dtype)
    if bits is None:
        return np.where(mask, array, array.dtype.type(0))
    selecting = np.negative(mask.view(np.int8), dtype=bits)
    if array.shape != mask.shape or not array.flags.c_contiguous or not mask.flags.c_contiguous:
        return np.bitwise_and(selecting, array.view(bits)).view(array.dtype).copy(order="K")
    result = np.empty(array.shape, array.dtype)  # which owns its memory: the walk may add to it
    np.bitwise_and(selecting, array.view(bits), out=result.view(bits))
    return result


_BITS: Final = {
    np.dtype(np.float16): np.int16,
    np.dtype(np.float32): np.int32,
    np.dtype(np.float64): np.int64,
}


@public(in_place=_BOTH)
@differentiable(self=lambda grad: zeros_like_grad(grad))
def floor(self: Array) -> Array:
    """The greatest integer not above."""
    return _rounded("floor", np.floor, self)


@public(in_place=_BOTH)
@differentiable(self=lambda grad: zeros_like_grad(grad))
def ceil(self: Array) -> Array:
    """The smallest integer not below."""
    return _rounded("ceil", np.ceil, self)


@public("trunc", "fix", in_place=_BOTH)
@differentiable(self=lambda grad: zeros_like_grad(grad))
def trunc(self: Array) -> Array:
    """The integer part."""
    return _rounded("trunc", np.trunc, self)


def _rounded(name: str, function: Callable[[Any], Any], array: Any) -> Any:
    """Integers are round already, and torch has no kernel for bools and complex numbers."""
    kind = array.dtype.kind
    if kind == "f":
        return function(array)
    if kind == "b":
        raise errors.not_implemented(f"{name}_vml_cpu", dtypes.of(array))
    if kind == "c":
        raise errors.rounding_of_complex(name)
    return np.array(array)


@differentiable(name="round", self=lambda grad: zeros_like_grad(grad))
def round_whole(self: Array) -> Array:
    """The nearest integer; halves go to the even one."""
    if self.dtype.kind == "c":
        raise errors.not_implemented("round_vml_cpu", dtypes.of(self))
    return _rounded("round", np.rint, self)


@differentiable(name="round", node="RoundBackward1", self=lambda grad: zeros_like_grad(grad))
def round_decimals(self: Array, *, decimals: Int) -> Array:
    """The nearest multiple of 10 to the power of `-decimals`."""
    if self.dtype.kind != "f":
        kernel = "round_cpu" if decimals else "round_vml_cpu"
        raise errors.not_implemented(kernel, dtypes.of(self))
    if decimals == 0:
        return np.rint(self)
    scale = self.dtype.type(10.0 ** builtins.abs(decimals))
    if decimals < 0:
        return np.rint(self / scale) * scale
    return np.rint(self * scale) / scale


@public(in_place=_BOTH)
@differentiable(self=lambda grad, result: threshold_backward(grad, result), unsaved="#1 'self'")
def relu(self: Array) -> Array:
    """`self` where positive, else zero; at zero the gradient is zero."""
    if self.dtype.kind == "b":
        raise errors.bool_relu()
    if self.dtype.kind == "c":
        raise errors.clamp_of_complex()
    # torch keeps -0; of two zeros NumPy gives the second, but of halves the first
    return np.maximum(self, 0) if self.dtype == np.float16 else np.maximum(0, self)


@differentiable(
    node="ThresholdBackwardBackward0",
    order=("result", "grad_output"),
    grad_output=lambda grad, result: threshold_backward(grad, result),
    result=lambda grad, result: zeros_like_grad(grad),  # and so torch saves it in any case
)
def threshold_backward(grad_output: Array, result: Array) -> Array:
    """`grad_output` where the result is positive (or no number), else zero."""
    return kept(grad_output, ~(result <= 0))


@operator("__abs__")
@public("absolute", in_place=InPlace(real_result=True, composite=True))
@public(in_place=InPlace(function=True, real_result=True))
@differentiable(self=lambda grad, self: grad * sgn(self), inside=inside.writes_out("abs"))
def abs(self: Array) -> Array:
    """The magnitude; at zero the gradient is zero."""
    if self.dtype.kind == "b":
        raise errors.not_implemented("abs_cpu", dtypes.of(self))
    return np.abs(self)


@public(in_place=InPlace())
@differentiable(scalars=True, self=lambda grad: zeros_like_grad(grad))
def sign(self: Array) -> Array:
    """-1, 0 or 1; a NotImplementedError for complex numbers."""
    if self.dtype.kind == "c":
        raise errors.sign_of_complex()
    return _signs(self)


def _signs(array: Any) -> Any:
    """-1, 0 or 1; 0 for NaN, as torch has it: it is neither greater nor smaller than zero."""
    if array.dtype.kind == "b":
        return np.array(array)
    if array.size > FEW:
        positive, negative = np.greater(array, 0), np.less(array, 0)
        return np.subtract(positive.view(np.int8), negative.view(np.int8)).astype(array.dtype)
    signs = np.sign(array)
    if array.dtype.kind == "f" and has_zero(present := signs == signs):
        return np.where(present, signs, array.dtype.type(0))
    return signs


@public(in_place=InPlace())
@differentiable(self=lambda grad, self, result: sgn_grad(self, grad, result))
def sgn(self: Array) -> Array:
    """`self / abs(self)`, and zero at zero."""
    if self.dtype.kind != "c":
        return _signs(self)
    magnitude = np.abs(self)
    return np.where(magnitude == 0, self.dtype.type(0), self / magnitude)


def sgn_grad(self: Any, grad: Any, result: Any) -> Any:
    """`(grad - result² conj(grad)) / (2 abs(self))`, and zero at zero; real signs are constant."""
    if not is_complex(self):
        return ops.zeros_of(grad, self.shape)  # in rows: torch gives these zeros no memory
    magnitude = abs(self)
    spread = (grad - result * result * conj(grad)) / ops.times(magnitude, 2)
    return ops.masked_zero(spread, magnitude == 0)


def is_complex(value: Any) -> bool:
    """Whether a tensor or an array is of a complex dtype."""
    array = value._array if isinstance(value, Tensor) else value
    return bool(array.dtype.kind == "c")


def angle_grad(grad: Any, self: Any) -> Any:
    """Zero for real tensors; for complex ones along the circle, and zero at zero."""
    if not is_complex(self):
        return ops.zeros_as(grad, self)
    magnitude = abs(self)
    along = ops.times(grad * self / magnitude**2, 1j)
    return ops.where(magnitude == 0, 0.0, along)


@differentiable(promotion=Promotion.FLOATING, name="angle", node="AngleBackward0", self=angle_grad)
def _angle_of_real(self: Array) -> Array:
    angles = np.where(self < 0, self.dtype.type(np.pi), self.dtype.type(0))
    return np.where(np.isnan(self), self, angles)


@unpromoted(name="angle", node="AngleBackward0", self=angle_grad, inside=inside.writes_out("angle"))
def _angle_of_complex(self: Array) -> Array:
    return np.array(np.angle(self), order="C")  # as torch's kernel lays it out


@public()
@composite
def angle(self: Array) -> Any:
    """The argument in radians: for reals pi where negative, else zero."""
    return _angle_of_complex(self) if is_complex(self) else _angle_of_real(self)


public(in_place=_BOTH)(overloaded("round", round_whole, round_decimals, out=True))

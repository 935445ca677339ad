"""Powers, of and to tensors and numbers."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from operator import pos
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes, numbers
from mini_autograd.arrays.complex_power import complex_power, one_over
from mini_autograd.arrays.dtypes import number_array
from mini_autograd.core.op import (
    InPlace,
    binary_operator,
    differentiable,
    operator,
    public,
    unpromoted,
)
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.ops import pointwise as errors
from mini_autograd.ops.pointwise.arithmetic import (
    FLOATS,
    check_complex_half,
    minus,
    promoted,
    times,
)
from mini_autograd.ops.pointwise.choosing import where
from mini_autograd.ops.pointwise.complexes import conj, imag, real
from mini_autograd.ops.pointwise.elementary import log
from mini_autograd.ops.pointwise.rounding import is_complex
from mini_autograd.ops.tensor import inside
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.overrides import is_plain, overridable
from mini_autograd.parsing.schema import NUMBERS
from mini_autograd.parsing.types import Array, Number


@differentiable(
    name="pow",
    no_complex_half="pow",
    node="PowBackward1",
    self=lambda grad, self, exponent, exponent_dtype: _pow_tensor_grad(
        grad, self, exponent, exponent_dtype
    ),
    exponent=lambda grad, self, exponent, result: (
        grad
        * where(_rests(self, exponent), 0.0, conj(result * log(_promoted_base(self, exponent))))
    ),
)
def pow_tensor(self: Array, exponent: Array) -> Array:
    """`self ** exponent`, elementwise."""
    if self.dtype.kind == "b":
        raise errors.not_implemented("pow", dtypes.of(self))
    return _power(self, exponent)


def _power(base: Any, exponent: Any) -> Any:
    if base.dtype.kind in "iu":
        return _integer_power(base, exponent)
    repeats = not exponent.ndim or exponent.shape != base.shape or 0 in exponent.strides
    if base.dtype.kind == "f" and repeats and np.any(is_half := exponent == 0.5):
        # here NumPy takes the root, which is another of -inf and -0 than the power is
        base = np.where(is_half & ((base == 0) | np.isneginf(base)), np.abs(base), base)
    return complex_power(base, exponent) if base.dtype.kind == "c" else np.power(base, exponent)


def _pow_tensor_grad(grad: Any, self: Any, exponent: Any, dtype: np.dtype[Any]) -> Any:
    """`grad * exponent * self ** (exponent - 1)`; torch takes one from the exponent as given."""
    if dtype.kind == "b":
        raise errors.bool_subtraction_mixed()
    if isinstance(exponent, Tensor):
        power = self ** minus(exponent, 1)
    else:  # and so rounds it there, if it was given in fewer digits than were computed with
        lower = (exponent.real.astype(dtype) if dtype.kind == "f" else exponent) - 1
        power = complex_power(self, lower) if is_complex(self) else _power(self, lower)
    return where(exponent == 0, 0.0, grad * conj(exponent * power))


def _promoted_base(base: Any, exponent: Any) -> Any:
    """The base in the dtype of the two together, as arrays are but for real beside complex ones."""
    if not isinstance(base, Tensor):
        if is_complex(exponent) and not is_complex(base):
            return base.astype(np.result_type(base, exponent))
        return base
    common = dtypes.result_type(
        [each._array if isinstance(each, Tensor) else each for each in (base, exponent)]
    )
    return base if base.dtype is common else ops.to_dtype(base, common)


def _rests(base: Any, exponent: Any) -> Any:
    """Where `base ** exponent` stays as it is when the exponent moves: 0 to a real >= 0."""
    return (base == 0) & _is_not_negative(exponent)


def _is_not_negative(exponent: Any) -> Any:
    if not is_complex(exponent):
        return exponent >= 0
    return (imag(exponent) == 0) & (real(exponent) >= 0)


def _integer_power(base: Any, exponent: Any) -> Any:
    """As torch's: a negative exponent gives 1 / base ** -exponent, rounded to zero."""
    negative = exponent < 0
    if not np.any(negative):
        return np.power(base, exponent)
    flipped = np.where(exponent % 2 == 0, abs(base), base)
    unit = np.where(abs(base) == 1, flipped, base.dtype.type(0))
    return np.where(negative, unit, np.power(base, np.where(negative, 0, exponent)))


def _inside_power(result: Any, self: Any, exponent: Any) -> Any:
    return inside.copies(result, self) if exponent == 1 else result


@unpromoted(
    name="pow",
    node="PowBackward0",
    order=("self",),
    scalars=True,
    self=lambda grad, self, exponent: _pow_number_grad(grad, self, exponent),
    inside=_inside_power,
)
def pow_number(self: Array, exponent: Number) -> Array:
    """`self ** exponent` for a Python number."""
    if type(exponent) in _REAL and (type(self) in FLOATS or self.dtype.kind == "f"):
        fast = (_FAST if self.itemsize > 2 else _FAST_HALF).get(exponent)
        return (
            fast(self) if fast is not None else np.power(self, number_array(exponent, self.dtype))
        )
    check_complex_half("pow", self, exponent)
    array, number = promoted(self, exponent)
    if exponent in (0, 1):
        return np.ones_like(array) if exponent == 0 else array.copy()
    if array.dtype.kind in "iu":
        if exponent.real < 0:
            raise errors.negative_integer_power()
        numbers.check_representable(exponent, array.dtype)
    if exponent == 2:
        return np.square(array)
    fast = _FAST_COMPLEX.get(exponent) if array.dtype.kind == "c" else None
    return fast(array) if fast is not None else _power(array, number)


_REAL: Final = frozenset({int, float, bool})
_FAST_HALF: Final[dict[complex, Callable[[Any], Any]]] = {1: pos, 2: np.square}
# What torch computes by these, at the edges too: the root of -inf is NaN, not pow's inf.
_FAST: Final[dict[complex, Callable[[Any], Any]]] = {
    **_FAST_HALF,
    0.5: np.sqrt,
    -0.5: lambda array: np.reciprocal(np.sqrt(array)),
    -1: np.reciprocal,
    3: lambda array: array * array * array,
    -2: lambda array: np.reciprocal(array * array),
}

_FAST_COMPLEX: Final[dict[complex, Callable[[Any], Any]]] = {
    0.5: np.sqrt,
    -0.5: lambda array: one_over(np.sqrt(array)),
    -1: one_over,
    3: _FAST[3],
    -2: lambda array: one_over(array * array),
}


_bare_times: Final = times.op.bare


def _pow_number_grad(grad: Any, self: Any, exponent: Any) -> Any:
    """`grad * exponent * self ** (exponent - 1)`, and zero for the exponent zero."""
    if exponent == 2 and not isinstance(self, Tensor):
        return grad * conj(_bare_times(self, exponent))  # nobody sees the power of one
    if exponent == 0 and not isinstance(exponent, bool):  # torch takes False for no zero
        return ops.zeros_of(self, tuple(self.shape))
    return grad * conj(times(pow_number(self, exponent - 1), exponent))


def _inside_exponential(result: Any, self: Any, exponent: Any) -> Any:
    is_one = self == 1 and not isinstance(self, bool)
    return result if is_one else inside.writes_out("pow")()


@unpromoted(
    name="pow",
    node="PowBackward2",
    elementwise=True,
    exponent=lambda grad, self, exponent, result: _exponent_grad(grad, self, exponent, result),
    inside=_inside_exponential,
)
def pow_base(self: Number, exponent: Array) -> Array:
    """`self ** exponent` for a Python number as the base."""
    check_complex_half("pow", exponent, self)
    array, number = promoted(exponent, self)
    if array.dtype.kind == "b":
        raise errors.not_implemented("pow", dtypes.of(array))
    value = number.item()
    if value == 1 and not (isinstance(self, bool) and is_complex(array)):
        return np.ones_like(array, order="C")
    base = np.empty(array.shape, array.dtype)
    base.fill(value)
    ordinary = array.dtype.kind == "f" and value and math.isfinite(value)
    result = (np.power if ordinary else _power)(base, array)
    return np.asarray(result, order="C")  # whatever the order of the exponent's dims


def _exponent_grad(grad: Any, base: Any, exponent: Any, result: Any) -> Any:
    """`grad * result * log(base)`; zero where 0 stays 0."""
    if base == 0:
        return grad * where(_is_not_negative(exponent), 0.0, conj(times(result, -math.inf)))
    if isinstance(base, complex) or is_complex(exponent):
        return grad * conj(times(result, cmath.log(base)))
    return grad * times(result, math.log(base) if base > 0 else math.nan)


pow: Final = public(in_place=InPlace(augmented="**=", overloads=(".Scalar", ".Tensor")))(
    overloaded("pow", pow_tensor, pow_number, pow_base, out=True)
)


@public(in_place=InPlace(function=True, composite=True))
@composite
def square(self: Array) -> Array:
    """`self ** 2`."""
    return pow_number(self, 2)


_pow_number: Final = pow_number.operator
_pow_method: Final = pow.method


_asking_for_power: Final = overridable("__pow__", method=True, also=Tensor)(_pow_method)


@operator("__pow__")
def _power_operator(self: Any, exponent: Any) -> Any:
    if type(exponent) in NUMBERS:
        return _pow_number(self, exponent)
    try:
        if not is_plain(self, exponent):
            return _asking_for_power(self, exponent)
        return _pow_method(self, exponent)
    except TypeError:
        return NotImplemented


_power_operator.__name__ = "pow"  # as in torch, where it is written around the method


@binary_operator("__rpow__", in_python=True)
def _reflected_power(self: Any, base: Any) -> Any:
    return pow(base, self)

"""Python's operators on tensors: which op each is, and what is left to the other operand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from mini_autograd.messages.ops import pointwise as errors
from mini_autograd.ops.pointwise import (
    arithmetic,
    comparison,
    division,
    elementary,
    powers,
    rounding,
)
from mini_autograd.parsing.schema import NUMBERS

Binary = Callable[[Any, Any], Any]


def _operator(call: Binary) -> Binary:
    """As torch does, a TypeError of the op leaves the operation to the other operand."""

    def operator(self: Any, other: Any) -> Any:
        try:
            return call(self, other)
        except TypeError:
            return NotImplemented

    return operator


_pow_number: Final = powers.pow_number.operator
_pow_tensor: Final = _operator(powers.pow.method)


def _power(self: Any, exponent: Any) -> Any:
    return (_pow_number if type(exponent) in NUMBERS else _pow_tensor)(self, exponent)


def _reflected_power(self: Any, base: Any) -> Any:
    return powers.pow(base, self)


def _reflected_quotient(self: Any, other: Any) -> Any:
    # torch multiplies by the reciprocal, in one rounding more
    return elementary.reciprocal(self) * other


def _reflected_floor(self: Any, other: Any) -> Any:
    return division.floor_divide(other, self)


def _remainder(self: Any, other: Any) -> Any:
    if type(other) in NUMBERS:
        return division.remainder_number.method(self, other)
    return division.remainder.method(self, other)


def _reflected_remainder(self: Any, other: Any) -> Any:
    return division.remainder(other, self)


def _invert(self: Any) -> Any:
    if self._array.dtype.kind not in "biu":
        raise errors.inverted_float()
    return comparison.bitwise_not(self)


OPERATORS: Final[dict[str, Any]] = {
    "__abs__": rounding.abs.method,
    "__invert__": _invert,
    "__neg__": arithmetic.neg.method,
    "__pos__": arithmetic.positive.method,
    "__add__": arithmetic.add.operator,
    "__radd__": arithmetic.add.operator,
    "__mul__": arithmetic.mul.operator,
    "__rmul__": arithmetic.mul.operator,
    "__pow__": _power,
} | {
    name: _operator(call)
    for name, call in {
        "__sub__": arithmetic.sub.method,
        "__rsub__": arithmetic.rsub,
        "__truediv__": division.true_divide.method,
        "__rtruediv__": _reflected_quotient,
        "__floordiv__": division.floor_divide.method,
        "__rfloordiv__": _reflected_floor,
        "__mod__": _remainder,
        "__rmod__": _reflected_remainder,
        "__rpow__": _reflected_power,
        "__and__": comparison.bitwise_and.method,
        "__rand__": comparison.bitwise_and.method,
        "__or__": comparison.bitwise_or.method,
        "__ror__": comparison.bitwise_or.method,
        "__xor__": comparison.bitwise_xor.method,
        "__rxor__": comparison.bitwise_xor.method,
        "__eq__": comparison.eq.method,
        "__ne__": comparison.ne.method,
        "__lt__": comparison.lt.method,
        "__le__": comparison.le.method,
        "__gt__": comparison.gt.method,
        "__ge__": comparison.ge.method,
    }.items()
}

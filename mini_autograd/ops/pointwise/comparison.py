"""Comparisons, logic and bits: what gives bools or integers, and no gradient."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes
from mini_autograd.core.op import differentiable, quiet
from mini_autograd.core.tensor.tensor import make
from mini_autograd.messages.ops import pointwise as errors
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.types import Array, Bool, Number


@differentiable()
def eq(self: Array, other: Array | Number) -> Array:
    """`self == other`, elementwise."""
    return np.equal(self, other)


@differentiable()
def ne(self: Array, other: Array | Number) -> Array:
    """`self != other`, elementwise."""
    return np.not_equal(self, other)


def _ordered(name: str, array: Any) -> None:
    if array.dtype.kind == "c":
        raise errors.not_implemented(f"{name}_cpu", dtypes.of(array))


@differentiable()
def lt(self: Array, other: Array | Number) -> Array:
    """`self < other`, elementwise; a NotImplementedError for complex numbers."""
    _ordered("lt", self)
    return np.less(self, other)


@differentiable()
def le(self: Array, other: Array | Number) -> Array:
    """`self <= other`, elementwise; a NotImplementedError for complex numbers."""
    _ordered("le", self)
    return np.less_equal(self, other)


@differentiable()
def gt(self: Array, other: Array | Number) -> Array:
    """`self > other`, elementwise; a NotImplementedError for complex numbers."""
    _ordered("gt", self)
    return np.greater(self, other)


@differentiable()
def ge(self: Array, other: Array | Number) -> Array:
    """`self >= other`, elementwise; a NotImplementedError for complex numbers."""
    _ordered("ge", self)
    return np.greater_equal(self, other)


@differentiable()
def logical_and(self: Array, other: Array) -> Array:
    """Whether both are other than zero."""
    return np.logical_and(self, other)


@differentiable()
def logical_or(self: Array, other: Array) -> Array:
    """Whether one is other than zero."""
    return np.logical_or(self, other)


@differentiable()
def logical_xor(self: Array, other: Array) -> Array:
    """Whether exactly one is other than zero."""
    return np.logical_xor(self, other)


@differentiable()
def logical_not(self: Array) -> Array:
    """Whether it is zero."""
    return np.logical_not(self)


def _integral(name: str, array: Any) -> None:
    if array.dtype.kind not in "biu":
        raise errors.not_implemented(f"bitwise_{name}_cpu", dtypes.of(array))


@differentiable()
def bitwise_and(self: Array, other: Array | Number) -> Array:
    """`self & other` of integers or bools."""
    _integral("and", self)
    return np.bitwise_and(self, other)


@differentiable()
def bitwise_or(self: Array, other: Array | Number) -> Array:
    """`self | other` of integers or bools."""
    _integral("or", self)
    return np.bitwise_or(self, other)


@differentiable()
def bitwise_xor(self: Array, other: Array | Number) -> Array:
    """`self ^ other` of integers or bools."""
    _integral("xor", self)
    return np.bitwise_xor(self, other)


def _of_number(op: Any) -> Any:
    """The form with a number first; the three ops are commutative."""

    @composite(name=op.op.name)
    def swapped(self: Number, other: Array) -> Any:
        return op(other, self)

    return swapped


@differentiable()
def bitwise_not(self: Array) -> Array:
    """`~self` of integers or bools."""
    _integral("not", self)
    return np.invert(self)


@differentiable()
def isnan(self: Array) -> Array:
    """Whether it is no number."""
    return np.isnan(self)


@differentiable()
def isinf(self: Array) -> Array:
    """Whether it is infinite."""
    return np.isinf(self)


@differentiable()
def isfinite(self: Array) -> Array:
    """Whether it is neither infinite nor no number."""
    return np.isfinite(self)


@differentiable()
def signbit(self: Array) -> Array:
    """Whether it is negative, -0.0 included."""
    if self.dtype.kind == "c":
        raise errors.signbit_of_complex()
    return np.signbit(self) if self.dtype.kind == "f" else np.less(self, 0)


@composite
def equal(self: Array, other: Array) -> bool:
    """Whether shape and all elements are the same; dtypes may differ."""
    return self.shape == other.shape and bool(np.all(eq(self, other)._array))


@composite
def isclose(
    self: Array, other: Array, rtol: Number = 1e-05, atol: Number = 1e-08, equal_nan: Bool = False
) -> Any:
    """Where `abs(self - other) <= atol + rtol * abs(other)`, or both are the same."""
    tensors: Any = self, other
    a, b = [each._array for each in tensors]
    if a.dtype != b.dtype:
        raise errors.dtypes_differ(dtypes.of(a), dtypes.of(b))
    for name, tolerance in (("rtol", rtol.real), ("atol", atol.real)):
        if tolerance < 0:
            raise errors.negative_tolerance(name, tolerance)
    same = eq(self, other)._array
    return make(np.asarray(quiet.run(_close, a, b, same, rtol.real, atol.real, equal_nan)))


def _close(a: Any, b: Any, same: Any, rtol: float, atol: float, equal_nan: bool) -> Any:
    if equal_nan and a.dtype.kind in "fc":
        same = same | (np.isnan(a) & np.isnan(b))
    if rtol == 0 and atol == 0:
        return same
    if a.dtype.kind in "biu":  # in the default dtype, as integers of it would overflow
        default = dtypes.get_default_dtype().numpy
        a, b = a.astype(default), b.astype(default)
    error = np.abs(a - b)
    return same | (np.isfinite(error) & (error <= atol + np.abs(rtol * b)))


@composite
def allclose(
    self: Array, other: Array, rtol: Number = 1e-05, atol: Number = 1e-08, equal_nan: Bool = False
) -> bool:
    """Whether `isclose` holds everywhere."""
    return bool(np.all(isclose(self, other, rtol, atol, equal_nan)._array))


_TENSOR_OR_NUMBER: Final = {
    "function_forms": (
        "(Tensor input, Tensor other, *, Tensor out = None)",
        "(Tensor input, Number other, *, Tensor out = None)",
    ),
    "method_forms": ("(Tensor other)", "(Number other)"),
}
_EITHER: Final = {
    "function_forms": (
        "(Tensor input, Tensor other, *, Tensor out = None)",
        "(Number self, Tensor other)",
        "(Tensor input, Number other, *, Tensor out = None)",
    ),
    "method_forms": ("(Tensor other)", "(Number other)"),
}
_COMPARISONS: Final[dict[str, Any]] = {
    name: overloaded(op.op.name, op, **_TENSOR_OR_NUMBER)
    for op, names in (
        (eq, ("eq",)),
        (ne, ("ne", "not_equal")),
        (lt, ("lt", "less")),
        (le, ("le", "less_equal")),
        (gt, ("gt", "greater")),
        (ge, ("ge", "greater_equal")),
    )
    for name in names
}
_BITS: Final[dict[str, Any]] = {
    op.op.name: overloaded(op.op.name, op, _of_number(op), **_EITHER)
    for op in (bitwise_and, bitwise_or, bitwise_xor)
}

FUNCTIONS: Final[dict[str, Any]] = {
    **_COMPARISONS,
    **_BITS,
    "allclose": allclose,
    "bitwise_not": bitwise_not,
    "equal": equal,
    "isclose": isclose,
    "isfinite": isfinite,
    "isinf": isinf,
    "isnan": isnan,
    "logical_and": logical_and,
    "logical_not": logical_not,
    "logical_or": logical_or,
    "logical_xor": logical_xor,
    "signbit": signbit,
}
METHODS: Final[dict[str, Any]] = {name: op.method for name, op in FUNCTIONS.items()}

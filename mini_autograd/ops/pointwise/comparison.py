"""Comparisons, logic and bits: what gives bools or integers, and no gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes
from mini_autograd.core.op import (
    DifferentiableOp,
    InPlace,
    binary_operator,
    differentiable,
    operator,
    public,
)
from mini_autograd.core.saved.gradient_tensors import count_writes
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.ops import pointwise as errors
from mini_autograd.parsing.overloads import Bound, composite, overloaded
from mini_autograd.parsing.types import Array, Number

_TRUTHS: Final = InPlace(compares=True, differentiable=False)
_BITS: Final = InPlace(shapes_first=True, casts_first=True)


def _compares(
    compare: np.ufunc, *alias: str, own: bool = False
) -> Callable[[DifferentiableOp], DifferentiableOp]:
    """Makes a comparison public: an operator, and a function of a tensor or a number."""

    def enter(op: DifferentiableOp) -> DifferentiableOp:
        name = op.op.name
        binary_operator(f"__{name}__", own=own)(op)
        either = overloaded(name, op, out=True)
        recorded = _over_operand(name, compare)
        written = InPlace(compares=True, shapes_first=True, on_integers=True, recorded=recorded)
        public(in_place=written._replace(overloads=(".Scalar", ".Tensor")))(either)
        if alias:
            public(*alias, in_place=written._replace(composite=True))(either)
        return op

    return enter


def _over_operand(name: str, compare: np.ufunc) -> Bound:
    """A comparison written over its operand, whose gradient is zero from then on."""

    def compared(self: Array, other: Any) -> Array:
        common = np.result_type(self, other)
        if common.kind == "c" and name not in ("eq", "ne"):
            raise errors.not_implemented(f"{name}_cpu", dtypes.of_numpy(common))
        return np.asarray(compare(self, other)).astype(self.real.dtype)

    def with_number(self: Array, other: Number) -> Array:
        return compared(self, other)

    def with_tensor(self: Array, other: Array) -> Array:
        return compared(self, other)

    # torch makes these zeros by writing them.
    def zeros(grad: Any, self_shape: tuple[int, ...]) -> Any:
        return count_writes(ops.zeros_of(grad, self_shape))

    def zeros_of_other(grad: Any, other_shape: tuple[int, ...], other_dtype: Any) -> Any:
        return count_writes(ops.zeros_of(grad, other_shape, other_dtype))

    stem = name.capitalize()
    number = differentiable(name=name, node=f"{stem}Backward0", self=zeros)
    tensor = differentiable(name=name, node=f"{stem}Backward1", self=zeros, other=zeros_of_other)
    return overloaded(name, number(with_number), tensor(with_tensor))


@_compares(np.equal, own=True)
@differentiable()
def eq(self: Array, other: Array | Number) -> Array:
    """`self == other`, elementwise."""
    return np.equal(self, other)


@_compares(np.not_equal, "not_equal")
@differentiable()
def ne(self: Array, other: Array | Number) -> Array:
    """`self != other`, elementwise."""
    return np.not_equal(self, other)


def _ordered(name: str, array: Any) -> None:
    if array.dtype.kind == "c":
        raise errors.not_implemented(f"{name}_cpu", dtypes.of(array))


@_compares(np.less, "less")
@differentiable()
def lt(self: Array, other: Array | Number) -> Array:
    """`self < other`, elementwise; a NotImplementedError for complex numbers."""
    _ordered("lt", self)
    return np.less(self, other)


@_compares(np.less_equal, "less_equal")
@differentiable()
def le(self: Array, other: Array | Number) -> Array:
    """`self <= other`, elementwise; a NotImplementedError for complex numbers."""
    _ordered("le", self)
    return np.less_equal(self, other)


@_compares(np.greater, "greater")
@differentiable()
def gt(self: Array, other: Array | Number) -> Array:
    """`self > other`, elementwise; a NotImplementedError for complex numbers."""
    _ordered("gt", self)
    return np.greater(self, other)


@_compares(np.greater_equal, "greater_equal")
@differentiable()
def ge(self: Array, other: Array | Number) -> Array:
    """`self >= other`, elementwise; a NotImplementedError for complex numbers."""
    _ordered("ge", self)
    return np.greater_equal(self, other)


@public(in_place=_TRUTHS)
@differentiable(no_complex_half="logical_and_cpu")
def logical_and(self: Array, other: Array) -> Array:
    """Whether both are other than zero."""
    return np.logical_and(self, other)


@public(in_place=_TRUTHS)
@differentiable(no_complex_half="logical_or_cpu")
def logical_or(self: Array, other: Array) -> Array:
    """Whether one is other than zero."""
    return np.logical_or(self, other)


@public(in_place=_TRUTHS)
@differentiable(no_complex_half="logical_xor_cpu")
def logical_xor(self: Array, other: Array) -> Array:
    """Whether exactly one is other than zero."""
    return np.logical_xor(self, other)


@public(in_place=_TRUTHS)
@differentiable()
def logical_not(self: Array) -> Array:
    """Whether it is zero."""
    return np.logical_not(self)


def _integral(name: str, array: Any) -> None:
    if array.dtype.kind not in "biu":
        raise errors.not_implemented(f"bitwise_{name}_cpu", dtypes.of(array))


def _with_number_first(
    augmented: str, symbol: str, reflected: str
) -> Callable[[DifferentiableOp], DifferentiableOp]:
    """Makes a commutative op public: two operators, and a function that takes a number first."""

    def enter(op: DifferentiableOp) -> DifferentiableOp:
        def swapped(self: Number, other: Array) -> Any:
            return op(other, self)

        binary_operator(symbol, own=True)(op)
        binary_operator(reflected)(op)
        of_number = composite(name=op.op.name)(swapped)
        either = overloaded(op.op.name, op, of_number, out=(0, 2))
        public(in_place=_BITS._replace(augmented=augmented))(either)
        return op

    return enter


@_with_number_first("&=", "__and__", "__rand__")
@differentiable()
def bitwise_and(self: Array, other: Array | Number) -> Array:
    """`self & other` of integers or bools."""
    _integral("and", self)
    return np.bitwise_and(self, other)


@_with_number_first("|=", "__or__", "__ror__")
@differentiable()
def bitwise_or(self: Array, other: Array | Number) -> Array:
    """`self | other` of integers or bools."""
    _integral("or", self)
    return np.bitwise_or(self, other)


@_with_number_first("^=", "__xor__", "__rxor__")
@differentiable()
def bitwise_xor(self: Array, other: Array | Number) -> Array:
    """`self ^ other` of integers or bools."""
    _integral("xor", self)
    return np.bitwise_xor(self, other)


@public(in_place=_BITS)
@differentiable()
def bitwise_not(self: Array) -> Array:
    """`~self` of integers or bools."""
    _integral("not", self)
    return np.invert(self)


@public()
@differentiable()
def signbit(self: Array) -> Array:
    """Whether it is negative, -0.0 included."""
    if self.dtype.kind == "c":
        raise errors.signbit_of_complex()
    return np.signbit(self) if self.dtype.kind == "f" else np.less(self, 0)


@public()
@composite
def equal(self: Array, other: Array) -> bool:
    """Whether shape and all elements are the same; dtypes may differ."""
    return self.shape == other.shape and bool(np.all(eq(self, other)._array))


@operator("__invert__")
def _invert(self: Tensor) -> Any:
    if self._array.dtype.kind not in "biu":
        raise errors.inverted_float()
    return bitwise_not(self)

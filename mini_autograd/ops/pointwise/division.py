"""Quotients and remainders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes
from mini_autograd.arrays.numbers import has_zero
from mini_autograd.core.op import (
    DifferentiableOp,
    InPlace,
    Promotion,
    binary_operator,
    differentiable,
    public,
    unpromoted,
)
from mini_autograd.core.table import ops, shared
from mini_autograd.messages.ops import pointwise as errors
from mini_autograd.ops.pointwise.arithmetic import (
    BY_ANY,
    TENSORS,
    check_complex_half,
    negated_times,
    promoted,
)
from mini_autograd.ops.pointwise.complexes import conj
from mini_autograd.ops.pointwise.rounding import zeros_like_grad
from mini_autograd.ops.tensor import inside
from mini_autograd.parsing.forms import listed_forms, none_fits
from mini_autograd.parsing.overloads import overloaded, with_forms
from mini_autograd.parsing.overrides import overridable
from mini_autograd.parsing.schema import NUMBERS
from mini_autograd.parsing.types import Array, Number, Str

_WRITTEN: Final = InPlace(shapes_first=True, casts_first=True)
# Of torch's dispatcher the two forms of an op that has one for numbers.
_BY_NUMBER: Final = _WRITTEN._replace(number_seen=True, overloads=TENSORS)
_BY_EITHER: Final = _WRITTEN._replace(overloads=(".Scalar", ".Tensor"))


@binary_operator("__truediv__")
@differentiable(
    name="div",
    promotion=Promotion.FLOATING,
    no_complex_half="div_cpu",
    self=lambda grad, other: grad / conj(other),
    other=lambda grad, self, other: negated_times(grad, conj((self / other) / other)),
)
def true_divide(self: Array | Number, other: Array | Number) -> Array:
    """`self / other`."""
    return np.divide(self, other)


@differentiable(
    name="div",
    node="DivBackward2",
    promotion=Promotion.FLOATING,
    no_complex_half="div_cpu",
    self=lambda grad, other: grad / conj(other),
    other=lambda grad, self, other: negated_times(grad, conj((self / other) / other)),
)
def div_unrounded(self: Array | Number, other: Array | Number, *, rounding_mode: None) -> Array:
    """`self / other`, with `rounding_mode=None` said in full: a node of its own in torch."""
    return np.divide(self, other)


@differentiable(
    name="div",
    node="DivBackward2",
    # torch saves the operands though nothing comes of them: writing to one makes backward raise.
    self=lambda grad, other: zeros_like_grad(grad),
    other=lambda grad, self, other: zeros_like_grad(grad),
)
def div_rounded(self: Array | Number, other: Array | Number, *, rounding_mode: Str) -> Array:
    """`self / other` rounded to zero ("trunc") or down ("floor"), in the operands' dtype."""
    rounding = _ROUNDINGS.get(rounding_mode)
    if rounding is None:
        raise errors.rounding_mode(rounding_mode)
    return rounding(self, other)


def _floor_quotient(a: Any, b: Any) -> Any:
    _check_divisor("div_floor_cpu", a, b)
    if a.dtype.kind != "f":
        return np.floor_divide(a, b)
    # NumPy gives NaN for x // 0 with x infinite; torch falls back on the quotient
    return np.where(np.equal(b, 0), np.divide(a, b), np.floor_divide(a, b))


def _truncated_quotient(a: Any, b: Any) -> Any:
    _check_divisor("div_trunc_cpu", a, b)
    if a.dtype.kind == "f":
        return np.trunc(np.divide(a, b))
    return np.floor_divide(np.subtract(a, np.fmod(a, b)), b)


_ROUNDINGS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "floor": _floor_quotient,
    "trunc": _truncated_quotient,
}


def _check_divisor(kernel: str, a: Any, b: Any) -> None:
    """torch has no such kernel for bools and complex numbers; integers refuse zero."""
    kind = a.dtype.kind
    if kind in "bc":
        raise errors.not_implemented(kernel, dtypes.of(a))
    if kind in "iu" and a.size and not np.all(b):
        np.broadcast_shapes(a.shape, b.shape)  # its error comes first
        raise errors.zero_division()


@binary_operator("__floordiv__", in_python=True)
@differentiable(node="NotImplemented")
def floor_divide(self: Array | Number, other: Array | Number) -> Array:
    """`self // other`, rounded down; torch records it, but has no derivative."""
    return _floor_quotient(self, other)


def _by_tensor(name: str, rest: Callable[[Any, Any], Any], rounding: str) -> DifferentiableOp:
    """The op whose result is what is left of a division that is rounded so."""

    def by_tensor(self: Array, other: Array) -> Array:
        return rest(self, other)

    made = differentiable(
        name=name,
        node=f"{name.capitalize()}Backward1",
        self=lambda grad: grad,
        other=lambda grad, self, other: negated_times(
            grad, div_rounded(self, other, rounding_mode=rounding)
        ),
    )
    return made(by_tensor)


def _by_number(
    name: str, rest: Callable[[Any, Any], Any], tensors: DifferentiableOp
) -> DifferentiableOp:
    """Likewise by a Python number, as torch has it: in inference mode it calls that of tensors."""

    def by_number(self: Array, other: Number) -> Array:
        check_complex_half(f"{name}_cpu", self, other)
        return rest(*promoted(self, other))

    made = unpromoted(
        name=name,
        node=f"{name.capitalize()}Backward0",
        order=("self", "other"),
        self=lambda grad: grad,
        inside=inside.as_tensors(lambda: tensors),
    )
    return made(by_number)


def _remainder(a: Any, b: Any) -> Any:
    """With the sign of `b`."""
    _check_divisor("remainder_cpu", a, b)
    if a.dtype.kind != "f":
        return np.remainder(a, b)
    # not np.remainder: that gives a zero the sign of `b`
    rest = np.fmod(a, b)
    alike = np.signbit(rest) == np.signbit(b)
    return np.where(alike | (rest == 0), rest, rest + b) if has_zero(alike) else rest


def _fmod(a: Any, b: Any) -> Any:
    """With the sign of `a`."""
    _check_divisor("fmod_cpu", a, b)
    return np.fmod(a, b)


remainder_tensor: Final = _by_tensor("remainder", _remainder, "floor")
remainder_number: Final = _by_number("remainder", _remainder, remainder_tensor)
fmod_tensor: Final = _by_tensor("fmod", _fmod, "trunc")
fmod_number: Final = _by_number("fmod", _fmod, fmod_tensor)


@differentiable(
    name="remainder", node="NotImplemented", order=("self", "other"), inside=inside.saves
)
def remainder_of_number(self: Number, other: Array) -> Array:
    """`self % other` of a Python number; torch has no derivative."""
    check_complex_half("remainder_cpu", other, self)
    array, number = promoted(other, self)
    return _remainder(number, array)


@public("div", method=False)
def _div(*args: Any, **kwargs: Any) -> Any:
    """`self / other`, or rounded as `rounding_mode` says."""
    return _by_mode(kwargs)(*args, **kwargs)


_div.__name__ = _div.__qualname__ = "div"


@public("div", function=False, in_place=_BY_NUMBER._replace(augmented="/="))
def _div_method(*args: Any, **kwargs: Any) -> Any:
    return _by_mode(kwargs).method(*args, **kwargs)


_DIVIDED: Final = (
    "(Tensor input, Tensor other, *, Tensor out = None)",
    "(Tensor input, Tensor other, *, str rounding_mode, Tensor out = None)",
    "(Tensor input, Number other)",
    "(Tensor input, Number other, *, str rounding_mode)",
)


def _divide(call: Any, *, method: bool) -> Any:
    """`div` under its other name, which has one form more."""

    @overridable("divide", method=method)
    def divide(*args: Any, **kwargs: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except TypeError as error:
            refused = error
        if not str(refused).startswith("div()"):
            raise refused
        forms = listed_forms(_DIVIDED, None, method=method)
        raise none_fits("divide", forms, args[method:], kwargs)

    divide.__name__ = divide.__qualname__ = "divide"
    divide.__doc__ = _div.__doc__
    return divide


public(method=False)(_divide(_div, method=False))
public(function=False, in_place=_WRITTEN._replace(number_seen=True, composite=True))(
    _divide(_div_method, method=True)
)


def _by_mode(kwargs: dict[str, Any]) -> Any:
    if "rounding_mode" not in kwargs:
        return true_divide
    return div_unrounded if kwargs["rounding_mode"] is None else div_rounded


for _each in (true_divide, div_unrounded, div_rounded):
    with_forms(
        _each,
        function_forms=(
            "(Tensor input, Tensor other, *, Tensor out = None)",
            "(Tensor input, Tensor other, *, str rounding_mode, Tensor out = None)",
            "(Tensor input, Number other, *, str rounding_mode)",
        ),
    )
div = shared(true_divide, "div")  # as rules call it

remainder: Final = public(in_place=_BY_EITHER._replace(augmented="%="))(
    overloaded("remainder", remainder_tensor, remainder_of_number, remainder_number, out=(0, 2))
)
shared(remainder, "remainder")
public(in_place=_BY_EITHER)(overloaded("fmod", fmod_tensor, fmod_number, out=True))

public(in_place=InPlace(number_seen=True, composite=True))(
    overloaded("true_divide", true_divide, function_forms=BY_ANY)
)


@differentiable(name="floor_divide_", node="NotImplemented")
def _floor_divided(self: Array, other: Array | Number) -> Array:
    return floor_divide.op.bare(self, other)


public(
    in_place=_BY_NUMBER._replace(
        augmented="//=", recorded=overloaded("floor_divide", _floor_divided, function_forms=BY_ANY)
    )
)(overloaded("floor_divide", floor_divide, function_forms=BY_ANY))


@binary_operator("__rdiv__", "__rtruediv__", in_python=True)
def _reflected_quotient(self: Any, other: Any) -> Any:
    # torch multiplies by the reciprocal, in one rounding more
    return ops.reciprocal(self) * other


@binary_operator("__rfloordiv__", in_python=True)
def _reflected_floor(self: Any, other: Any) -> Any:
    return floor_divide(other, self)


@binary_operator("__mod__")
def _remainder_operator(self: Any, other: Any) -> Any:
    if type(other) in NUMBERS:
        return remainder_number.method(self, other)
    return remainder.method(self, other)


@binary_operator("__rmod__", in_python=True)
def _reflected_remainder(self: Any, other: Any) -> Any:
    return remainder(other, self)

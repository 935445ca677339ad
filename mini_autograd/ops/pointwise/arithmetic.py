"""Arithmetic: sums, differences and products, and how an op takes a number as no input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes, layout, numbers
from mini_autograd.core.op import (
    InPlace,
    binary_operator,
    differentiable,
    operator,
    public,
    unpromoted,
)
from mini_autograd.core.table import shared
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.messages.ops import kernels as kernel_errors
from mini_autograd.messages.ops import pointwise as errors
from mini_autograd.messages.ops import shapes as shape_errors
from mini_autograd.ops.pointwise.complexes import conj
from mini_autograd.parsing.forms import with_old_forms
from mini_autograd.parsing.overloads import composite, overloaded, with_forms
from mini_autograd.parsing.types import Array, Number, is_number


def scaled(grad: Any, factor: Any) -> Any:
    """`grad * factor` for a number; for one the gradient itself: torch records no step for it."""
    return grad if factor == 1 else times(grad, conj(factor))


def negated_times(grad: Any, factor: Any) -> Any:
    """`-grad * factor`, of which torch's compiler computes the factor before the sign.

    A walk through it goes in the other order, which its hooks and its errors show.
    """
    return -grad * factor


def scaled_times(grad: Any, number: float, factor: Any) -> Any:
    """`grad * number * factor`, likewise."""
    return times(grad, number) * factor


# NumPy's scalars: their type is a quicker answer than their dtype.
FLOATS: Final = frozenset({np.float16, np.float32, np.float64})
_WIDE: Final = frozenset({np.float32, np.float64})


def _times(array: Any, alpha: complex, beside: Any) -> Any:
    """`array * alpha`, after torch's checks: `True` and `1.0` are not the default.

    Complex numbers are multiplied by one too: torch's infinities become NaN by it.
    """
    if type(alpha) is int and alpha == 1 and (type(beside) in FLOATS or beside.dtype.kind != "c"):
        return array
    if beside.shape != array.shape:
        np.broadcast_shapes(beside.shape, array.shape)  # its error comes first
    numbers.check_alpha(alpha, array.dtype)
    return np.multiply(array, dtypes.number_array(alpha, array.dtype))


def _less(array: Any, other: Any, alpha: complex) -> Array:
    """`array - alpha * other`; torch adds the negative, by which it may be out of range."""
    if array.dtype.kind in "iu" and alpha != 1 and type(alpha) is int:
        return np.add(array, _times(other, -alpha, array))
    return np.subtract(array, _times(other, alpha, array))


# Of an op by a number, which becomes a tensor: torch's dispatcher sees no other form of it.
TENSORS: Final = (".Tensor", ".Tensor")
_OF_NUMBERS: Final = InPlace(number_seen=True, overloads=TENSORS)


@public(in_place=_OF_NUMBERS._replace(augmented="+=", shapes_first=True))
@differentiable(scalars=True, self=lambda grad: grad, other=lambda grad, alpha: scaled(grad, alpha))
def add(self: Array | Number, other: Array | Number, *, alpha: Number = 1) -> Array:
    """`self + alpha * other`."""
    return self + _times(other, alpha, self)


operator("__add__", "__radd__")(add.operator)


@differentiable(name="sub", self=lambda grad: grad, other=lambda grad, alpha: scaled(-grad, alpha))
def sub_promoted(self: Array | Number, other: Array | Number, *, alpha: Number = 1) -> Array:
    """`self - alpha * other`."""
    kind = self.dtype.kind  # type: ignore[union-attr]
    if kind == "b":
        raise errors.bool_subtraction()
    if type(alpha) is not bool and (alpha == 0 or kind == "c"):
        return np.add(self, _times(other, -alpha, self))  # by which torch's zeros have their sign
    return _less(self, other, alpha)


@public(in_place=_OF_NUMBERS._replace(augmented="*="))
@differentiable(
    scalars=True,
    self=lambda grad, other: grad * conj(other),
    other=lambda grad, self: grad * conj(self),
)
def mul(self: Array | Number, other: Array | Number) -> Array:
    """`self * other`."""
    return self * other  # type: ignore[return-value]  # a number comes as an array


operator("__mul__", "__rmul__")(mul.operator)


@unpromoted(
    name="mul",
    node="MulBackward1",
    elementwise=True,
    self=lambda grad, other: times(grad, conj(other)),
)
def times(self: Array, other: Number) -> Array:
    """`self * other` for rules: what torch records where its own formulas have a number."""
    if _plain(self, other):
        return _spread(self * other, self)
    return _by_number(np.multiply, self, other)


@unpromoted(
    name="div",
    node="DivBackward1",
    elementwise=True,
    self=lambda grad, other: over(grad, conj(other)),
)
def over(self: Array, other: Number) -> Array:
    """`self / other` for rules, likewise."""
    if _plain(self, other):
        return _spread(self / other, self)
    return _by_number(np.divide, self, other)


@unpromoted(name="add", node="AddBackward1", elementwise=True, self=lambda grad: grad)
def plus(self: Array, other: Number) -> Array:
    """`self + other` for rules, likewise."""
    return np.add(*promoted(self, other))


@unpromoted(name="sub", node="SubBackward1", elementwise=True, self=lambda grad: grad)
def minus(self: Array, other: Number) -> Array:
    """`self - other` for rules, likewise."""
    return np.subtract(*promoted(self, other))


def _plain(array: Any, number: complex) -> bool:
    """Whether NumPy's operators compute as torch: the number takes the array's dtype."""
    if type(number) not in _REAL:
        return False
    return type(array) in _WIDE or (array.dtype.kind == "f" and array.itemsize != 2)


def _spread(result: Any, array: Any) -> Any:
    """The result for an array that a rule has spread over dims: NumPy puts repeated ones elsewhere
    in memory."""
    if result.ndim > 2 and 0 in array.strides:
        return layout.arranged(result, array, 0)
    return result


def check_complex_half(kernel: str, array: Any, number: complex) -> None:
    """torch's complex halves, which these two make, have no such kernel."""
    if isinstance(number, complex) and array.dtype == np.float16:
        raise kernel_errors.not_implemented(kernel, dtypes.COMPLEX_HALF)


def _by_number(function: Callable[..., Any], array: Any, number: complex) -> Any:
    """In half precision torch rounds the result only, and not the number before it."""
    if array.dtype == np.float16 and type(number) in _REAL:
        return function(array, number, dtype=np.float32).astype(np.float16)
    return function(*promoted(array, number))


@differentiable(
    name="rsub",
    order=("other", "self"),
    self=lambda grad, alpha: scaled(-grad, alpha),
    other=lambda grad: grad,
)
def rsub_tensor(self: Array, other: Array, *, alpha: Number = 1) -> Array:
    """`other - alpha * self`."""
    if self.dtype.kind == "b":
        raise errors.bool_subtraction()
    try:
        return _less(other, self, alpha)
    except ValueError:  # torch says it of the operands as they are subtracted
        raise shape_errors.broadcast(other.shape, self.shape) from None


def _inside_rsub(result: Any, self: Any, other: Any, alpha: Any = 1) -> Any:
    """torch makes a tensor of the number, and subtracts."""
    sub_promoted.op.record(result, make(np.asarray(other)), self, alpha)
    return result


@unpromoted(
    name="rsub",
    node="RsubBackward1",
    order=("self", "other"),
    self=lambda grad, alpha: scaled(-grad, alpha),
    inside=_inside_rsub,
)
def rsub_number(self: Array, other: Number, alpha: Number = 1) -> Array:
    """`other - alpha * self` for a Python number."""
    array, number = promoted(self, other)
    return _less(number, array, alpha)


def promoted(array: Any, *numbers: complex) -> tuple[Any, ...]:
    """An array and Python numbers in their common dtype, for ops of which a number is no input."""
    wanted = array.dtype
    if wanted.kind == "f" and _REAL.issuperset(map(type, numbers)):
        pass
    else:
        array = np.asarray(array)  # a 0-d one comes as NumPy's scalar, which is no number of torch
        found = dtypes.result_type((array, *numbers))
        if found is dtypes.COMPLEX_HALF:
            raise kernel_errors.no_complex_half()
        wanted = found.numpy
        array = array if array.dtype == wanted else array.astype(wanted)
    return (array, *[dtypes.number_array(each, wanted) for each in numbers])


_REAL: Final = frozenset({int, float, bool})


def _subtracting(op: Any) -> Any:
    """The op, refusing a bool beside another dtype, as the promoted operands show no more."""

    def guarded(call: Callable[..., Any]) -> Callable[..., Any]:
        def subtract(*args: Any, **kwargs: Any) -> Any:
            for each in args[:2]:
                kind = type(each)
                if kind is bool or (kind is Tensor and each._array.dtype.kind == "b"):
                    operands = (*args, kwargs["other"]) if "other" in kwargs else args
                    if len(operands) > 1 and op.schema.parameters[0].accepts(args[0]):
                        _refuse_bool(operands[:2])
                    break
            return call(*args, **kwargs)

        subtract.__name__, subtract.__doc__ = op.schema.name, call.__doc__
        return subtract

    function: Any = guarded(op)
    function.method, function.schema = guarded(op.method), op.schema
    return function


def _refuse_bool(operands: Sequence[Any]) -> None:
    if not all(isinstance(each, Tensor) or is_number(each) for each in operands):
        return  # the parser refuses these
    kinds = [each._array.dtype if isinstance(each, Tensor) else type(each) for each in operands]
    if all(each == _BOOL for each in kinds):
        raise errors.bool_subtraction()
    raise errors.bool_subtraction_mixed()


_BOOL: Final = np.dtype(np.bool_)

_ADDED: Final = ("(Tensor input, Tensor other, *, Number alpha = 1, Tensor out = None)",)
_ADDED_BEFORE: Final = (
    "(Tensor input, Number alpha, Tensor other, *, Tensor out = None)",
    "(Number alpha, Tensor other)",
)
with_old_forms(with_forms(add, function_forms=_ADDED), _ADDED_BEFORE)
sub = _subtracting(with_old_forms(with_forms(sub_promoted, function_forms=_ADDED), _ADDED_BEFORE))
shared(sub, "sub")
binary_operator("__sub__")(public(in_place=_OF_NUMBERS._replace(augmented="-="))(sub))
rsub = binary_operator("__rsub__", in_python=True)(
    public(method=False)(_subtracting(overloaded("rsub", rsub_tensor, rsub_number)))
)


@operator("__neg__")
@public("neg", "negative", in_place=InPlace(function=True))
@differentiable(self=lambda grad: -grad)
def neg(self: Array) -> Array:
    """`-self`."""
    if self.dtype.kind == "b":
        raise errors.bool_negation()
    return np.negative(self)


BY_ANY: Final = (
    "(Tensor input, Tensor other, *, Tensor out = None)",
    "(Tensor input, Number other)",
)
public(in_place=InPlace(number_seen=True, composite=True))(
    overloaded("multiply", mul, function_forms=BY_ANY)
)


@composite(name="subtract")
def _subtract_number(self: Array, other: Number, alpha: Number = 1) -> Array:
    """`self - alpha * other` for a Python number, where `alpha` may stand by position."""
    return sub(self, other, alpha=alpha)


public(in_place=InPlace(number_seen=True, composite=True))(
    overloaded(
        "subtract",
        sub,
        _subtract_number,
        function_forms=(
            "(Tensor input, Tensor other, *, Number alpha = 1, Tensor out = None)",
            "(Tensor input, Number other, Number alpha = 1)",
        ),
    )
)


@operator("__pos__")
@public()
@composite
def positive(self: Array) -> Array:
    """`self` itself; a RuntimeError for bools."""
    if self.dtype == dtypes.bool_:
        raise errors.bool_positive()
    return self

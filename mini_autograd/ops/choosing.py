"""What takes one operand or another at each element: where, maximum, minimum, clamp."""

from __future__ import annotations

import warnings
from typing import Any, Final

import numpy as np

from mini_autograd import dtypes, ops
from mini_autograd.errors import pointwise as errors
from mini_autograd.op import Promotion, differentiable
from mini_autograd.ops.arithmetic import over, promoted
from mini_autograd.ops.rounding import kept
from mini_autograd.overloads import composite, overloaded
from mini_autograd.tensor import Tensor, make
from mini_autograd.types import Array, Mask, Number


@differentiable(
    name="where",
    self=lambda grad, condition: where(condition, grad, 0.0),
    other=lambda grad, condition: where(condition, 0.0, grad),
)
def where(condition: Mask, self: Array | Number, other: Array | Number) -> Array:
    """`self` where the condition holds, else `other`."""
    if condition.dtype.kind != "b":
        raise errors.condition_not_bool(condition.dtype)
    if type(other) is float and not other:  # as rules call it
        return kept(self, condition)
    if type(self) is float and not self:
        return kept(other, ~condition)
    return np.where(condition, self, other)


def _tie_split(grad: Any, tied: Any, lost: Any) -> Any:
    """The gradient of a maximum: half where tied, none where the other won."""
    return ops.masked_fill(where(tied, over(grad, 2), grad), lost, 0)


@differentiable(
    self=lambda grad, self, other: _tie_split(grad, self == other, self < other),
    other=lambda grad, self, other: _tie_split(grad, self == other, self > other),
)
def maximum(self: Array, other: Array) -> Array:
    """The greater of both; NaN if one is; a tie gives half the gradient to each."""
    if self.dtype.kind == "c":
        raise errors.extremum_of_complex("maximum")
    return np.maximum(self, other)


@differentiable(
    self=lambda grad, self, other: _tie_split(grad, self == other, self > other),
    other=lambda grad, self, other: _tie_split(grad, self == other, self < other),
)
def minimum(self: Array, other: Array) -> Array:
    """The smaller of both; NaN if one is; a tie gives half the gradient to each."""
    if self.dtype.kind == "c":
        raise errors.extremum_of_complex("minimum")
    return np.minimum(self, other)


def _clamped(array: Any, low: Any, high: Any) -> Any:
    """Not below `low` and not above `high`, which wins where they cross; NaN stays NaN."""
    if array.dtype.kind == "c":
        raise errors.clamp_of_complex()
    if low is not None:
        array = np.maximum(array, low)
    return array if high is None else np.minimum(array, high)


def _within(self: Any, low: Any, high: Any) -> Any:
    """Where `clamp` passes its input on: at the bounds too."""
    if high is None:
        return self >= low
    below = self <= high
    return below if low is None else (self >= low) & below


def _clamp_numbers(kernel: str, array: Any, low: Any, high: Any) -> Any:
    """By numbers, which must be within the range of the result's dtype."""
    if array.dtype.kind == "c":
        raise errors.clamp_of_complex()
    bounds = [each for each in (low, high) if each is not None]
    if not bounds:
        raise errors.clamp_without_bounds()
    for bound in bounds:
        errors.check_real(bound)
    array, *numbers = promoted(array, *[_real(bound) for bound in bounds])
    if array.dtype.kind == "b":
        raise errors.not_implemented(kernel, array.dtype)
    for bound in bounds:
        errors.check_representable(bound, array.dtype)
    given = iter(numbers)
    return _clamped(
        array, None if low is None else next(given), None if high is None else next(given)
    )


def _real(number: Any) -> Any:
    return number.real if isinstance(number, complex) else number


@differentiable(
    name="clamp",
    node="ClampBackward1",
    promotion=Promotion.NONE,
    self=lambda grad, self, min, max: where(_within(self, min, max), grad, 0.0),
)
def clamp_number(self: Array, min: Number | None = None, max: Number | None = None) -> Array:
    """`self` within numbers."""
    return _clamp_numbers("clamp_scalar_cpu", self, min, max)


@differentiable(
    name="clamp",
    self=lambda grad, self, min, max: where(_within(self, min, max), grad, 0.0),
    min=lambda grad, self, min, max: where(_at_min(self, min, max), grad, 0.0),
    max=lambda grad, self, min, max: where(_at_max(self, min, max), grad, 0.0),
)
def clamp_tensor(self: Array, min: Array | None = None, max: Array | None = None) -> Array:
    """`self` within tensors."""
    if min is None and max is None:
        raise errors.clamp_without_bounds()
    if self.dtype.kind == "b" and min is not None and max is not None:
        raise errors.not_implemented("clamp_cpu", self.dtype)
    return _clamped(self, min, max)


def _at_min(self: Any, low: Any, high: Any) -> Any:
    return self < low if high is None else (low < high) & (self < low)


def _at_max(self: Any, low: Any, high: Any) -> Any:
    return self > high if low is None else (self > high) | (high < low)


@differentiable(
    name="clamp_min",
    node="ClampMinBackward0",
    promotion=Promotion.NONE,
    self=lambda grad, self, min: where(self >= min, grad, 0.0),
)
def clamp_min_number(self: Array, min: Number) -> Array:
    """`self`, not below a number."""
    return _clamp_numbers("clamp_min_scalar_cpu", self, min, None)


@differentiable(
    name="clamp_min",
    node="ClampMinBackward1",
    self=lambda grad, self, min: where(self >= min, grad, 0.0),
    min=lambda grad, self, min: where(self < min, grad, 0.0),
)
def clamp_min_tensor(self: Array, min: Array) -> Array:
    """`self`, not below a tensor."""
    return _clamped(self, min, None)


@differentiable(
    name="clamp_max",
    node="ClampMaxBackward0",
    promotion=Promotion.NONE,
    self=lambda grad, self, max: where(self <= max, grad, 0.0),
)
def clamp_max_number(self: Array, max: Number) -> Array:
    """`self`, not above a number."""
    return _clamp_numbers("clamp_max_scalar_cpu", self, None, max)


@differentiable(
    name="clamp_max",
    node="ClampMaxBackward1",
    self=lambda grad, self, max: where(self <= max, grad, 0.0),
    max=lambda grad, self, max: where(self > max, grad, 0.0),
)
def clamp_max_tensor(self: Array, max: Array) -> Array:
    """`self`, not above a tensor."""
    return _clamped(self, None, max)


def _clamp(name: str) -> Any:
    return overloaded(
        name,
        clamp_number,
        clamp_tensor,
        function_forms=(
            "(Tensor input, Tensor min = None, Tensor max = None, *, Tensor out = None)",
            "(Tensor input, Number min = None, Number max = None, *, Tensor out = None)",
        ),
        method_forms=(
            "(Tensor min = None, Tensor max = None)",
            "(Number min = None, Number max = None)",
        ),
    )


def _one_sided(tensor: Any, number: Any, bound: str) -> Any:
    return overloaded(
        f"clamp_{bound}",
        tensor,
        number,
        function_forms=(
            f"(Tensor input, Tensor {bound}, *, Tensor out = None)",
            f"(Tensor input, Number {bound}, *, Tensor out = None)",
        ),
        method_forms=(f"(Tensor {bound})", f"(Number {bound})"),
    )


clamp: Final = _clamp("clamp")
clip: Final = _clamp("clip")
clamp_min: Final = _one_sided(clamp_min_tensor, clamp_min_number, "min")
clamp_max: Final = _one_sided(clamp_max_tensor, clamp_max_number, "max")


_UINT8_CONDITION: Final = (
    "where received a uint8 condition tensor. This behavior is deprecated and will be removed in a "
    "future version of PyTorch. Use a boolean condition instead."
)


@composite(name="where")
def where_indices(condition: Mask) -> Any:
    """The indices of the elements that are not zero: a tensor for each dim."""
    return ops.nonzero(condition, as_tuple=True)


@composite(name="where")
def where_parsed(condition: Mask, self: Array | Number, other: Array | Number) -> Array:
    """`self` where the condition holds, else `other`; both in their common dtype."""
    if (
        isinstance(self, Tensor)
        and isinstance(other, Tensor)
        and self._array.dtype is other._array.dtype
    ):
        return where(_as_mask(condition), self, other)
    values = [each._array if isinstance(each, Tensor) else each for each in (self, other)]
    wanted = dtypes.result_type(values)
    return where(_as_mask(condition), _brought(self, wanted), _brought(other, wanted))


def _as_mask(condition: Any) -> Any:
    found = condition._array.dtype
    if found == np.uint8:
        warnings.warn(_UINT8_CONDITION, UserWarning, stacklevel=4)
        return make(condition._array.astype(np.bool_))
    if found.kind != "b":
        raise errors.condition_not_bool(found)
    return condition


def _brought(value: Any, wanted: dtypes.dtype) -> Any:
    """torch converts before it records, unless the value is a number or a 0-d tensor."""
    if not isinstance(value, Tensor):
        errors.check_representable(value, wanted.numpy)
        return value
    if value._array.ndim and value._array.dtype != wanted.numpy:
        return ops.to_dtype(value, wanted)
    return value


@composite(name="where")
def where_of(self: Array, condition: Mask, other: Array | Number) -> Array:
    """`self` where the condition holds, else `other`: the method form."""
    return where_parsed(condition, self, other)


_choice: Final = overloaded(
    "where",
    where_indices,
    where_parsed,
    function_forms=(
        "(Tensor condition)",
        "(Tensor condition, Tensor input, Tensor other, *, Tensor out = None)",
        "(Tensor condition, Number self, Tensor other)",
        "(Tensor condition, Tensor input, Number other)",
        "(Tensor condition, Number self, Number other)",
    ),
)
_choice_of: Final = overloaded(
    "where",
    where_of,
    method_forms=("(Tensor condition, Tensor other)", "(Tensor condition, Number other)"),
)

__all__ = [
    "clamp",
    "clamp_max",
    "clamp_min",
    "maximum",
    "minimum",
    "where",
]

FUNCTIONS: Final[dict[str, Any]] = {
    "clamp": clamp,
    "clamp_max": clamp_max,
    "clamp_min": clamp_min,
    "clip": clip,
    "maximum": maximum,
    "minimum": minimum,
    "where": _choice,
}
METHODS: Final[dict[str, Any]] = {
    "clamp": clamp.method,
    "clamp_max": clamp_max.method,
    "clamp_min": clamp_min.method,
    "clip": clip.method,
    "maximum": maximum.method,
    "minimum": minimum.method,
    "where": _choice_of.method,
}

"""`clamp` and its one-sided forms, by numbers and by tensors."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes, numbers
from mini_autograd.core.op import InPlace, differentiable, public, unpromoted
from mini_autograd.core.saved.packing import is_watched
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.ops import pointwise as errors
from mini_autograd.messages.tensors import state as tensor_errors
from mini_autograd.ops.pointwise.arithmetic import promoted
from mini_autograd.ops.pointwise.choosing import where
from mini_autograd.ops.pointwise.rounding import FEW
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.types import Array, Number


def _clamped(array: Any, low: Any, high: Any) -> Any:
    """Not below `low` and not above `high`, which wins where they cross; NaN stays NaN."""
    if array.dtype.kind == "c":
        raise errors.clamp_of_complex()
    if low is not None:
        array = _bounded(np.maximum, array, low)
    return array if high is None else _bounded(np.minimum, array, high)


def _bounded(extreme: np.ufunc, array: Any, bound: Any) -> Any:
    """Of two zeros the array's, as torch has it for numbers, and where it is not vectorised for
    tensors; which one NumPy gives is a matter of its kernel."""
    result = extreme(bound, array)
    if result.dtype.kind != "f" or (bound.ndim == 0 and bound):
        return result
    if result.size <= FEW and not numbers.has_zero(result):
        return result
    if type(result) is not np.ndarray:
        return np.asarray(array)[()] if array == bound else result  # no view of what was given
    np.copyto(result, array, where=array == bound)
    return result


def _within(self: Any, low: Any, high: Any) -> Any:
    """Where `clamp` passes its input on: at the bounds too."""
    if high is None:
        return self >= low
    if low is None:
        return self <= high
    return _into(self >= low, (self >= low) & (self <= high))


def _into(target: Any, result: Any) -> Any:
    """The result, refused if it outgrows the mask that torch writes it into; where writes are
    watched, torch writes nothing."""
    if not is_watched() and result.shape != target.shape:
        raise tensor_errors.result_shape(target.shape, result.shape)
    return result


def _clamp_numbers(array: Any, low: Any, high: Any, *, two_sided: bool) -> Any:
    """By numbers, which must be within the range of the result's dtype."""
    bounds = [each for each in (low, high) if each is not None]
    if not bounds:
        raise errors.clamp_without_bounds()
    if array.dtype.kind == "f" and _REAL.issuperset(map(type, bounds)):
        dtype = array.dtype
        ends = [each if each is None else dtypes.number_array(each, dtype) for each in (low, high)]
        for bound in bounds:
            numbers.check_representable(bound, dtype)
        return _clamped(array, *ends)
    for bound in bounds:
        # only clamp takes `1 + 0j` as a bound, and only of floats
        if isinstance(bound, complex) and (array.dtype.kind != "f" or not two_sided):
            raise errors.clamp_of_complex()
    for bound in bounds:
        numbers.check_real(bound)
    array, *converted = promoted(array, *[_real(bound) for bound in bounds])
    if array.dtype.kind == "b":
        raise errors.not_implemented(_kernel(low, high), dtypes.of(array))
    if array.dtype.kind == "c":
        raise errors.clamp_of_complex()
    for bound in bounds:
        numbers.check_representable(bound, array.dtype)
    return _clamped(
        array, None if low is None else converted[0], None if high is None else converted[-1]
    )


_REAL: Final = frozenset({int, float, bool})


def _kernel(low: Any, high: Any) -> str:
    side = "" if low is not None and high is not None else "_max" if low is None else "_min"
    return f"clamp{side}_scalar_cpu"


def _real(number: Any) -> Any:
    return number.real if isinstance(number, complex) else number


def _clamp_one_sided(kernel: str, array: Any, low: Any, high: Any) -> Any:
    if array.dtype.kind == "c":
        raise errors.not_implemented(kernel, dtypes.of(array))
    return _clamped(array, low, high)


@unpromoted(
    name="clamp",
    node="ClampBackward1",
    order=("self",),
    self=lambda grad, self, min, max: where(_within(self, min, max), grad, 0.0),
)
def clamp_number(self: Array, min: Number | None = None, max: Number | None = None) -> Array:
    """`self` within numbers."""
    return _clamp_numbers(self, min, max, two_sided=True)


@differentiable(
    name="clamp",
    together=("min", "max"),
    self=lambda grad, self, min, max: where(_within(self, min, max), grad, 0.0),
    min=lambda grad, self, min, max: where(_at_min(self, min, max), grad, 0.0),
    max=lambda grad, self, min, max: where(_at_max(self, min, max), grad, 0.0),
)
def clamp_tensor(self: Array, min: Array | None = None, max: Array | None = None) -> Array:
    """`self` within tensors."""
    if min is None and max is None:
        raise errors.clamp_without_bounds()
    if self.dtype.kind in "bc" and min is not None and max is not None:
        raise errors.not_implemented("clamp_cpu", dtypes.of(self))
    return _clamp_one_sided("minimum_cpu" if min is None else "maximum_cpu", self, min, max)


@composite(name="clamp")
def clamp_by_tensors(self: Array, min: Array | None = None, max: Array | None = None) -> Any:
    """Likewise; of complex numbers not by any kernel, though bounds may be."""
    if isinstance(self, Tensor) and self._array.dtype.kind == "c" and not min is max is None:
        raise errors.clamp_of_complex()
    return clamp_tensor(self, min, max)


def _at_min(self: Any, low: Any, high: Any) -> Any:
    return self < low if high is None else _into(self < low, (self < low) & (low < high))


def _at_max(self: Any, low: Any, high: Any) -> Any:
    return self > high if low is None else _into(self > high, (self > high) | (high < low))


@unpromoted(
    name="clamp_min",
    node="ClampMinBackward0",
    order=("self",),
    self=lambda grad, self, min: where(self >= min, grad, 0.0),
)
def clamp_min_number(self: Array, min: Number) -> Array:
    """`self`, not below a number."""
    return _clamp_numbers(self, min, None, two_sided=False)


@differentiable(
    name="clamp_min",
    node="ClampMinBackward1",
    self=lambda grad, self, min: where(self >= min, grad, 0.0),
    min=lambda grad, self, min: where(self < min, grad, 0.0),
)
def clamp_min_tensor(self: Array, min: Array) -> Array:
    """`self`, not below a tensor."""
    return _clamp_one_sided("maximum_cpu", self, min, None)


@unpromoted(
    name="clamp_max",
    node="ClampMaxBackward0",
    order=("self",),
    self=lambda grad, self, max: where(self <= max, grad, 0.0),
)
def clamp_max_number(self: Array, max: Number) -> Array:
    """`self`, not above a number."""
    return _clamp_numbers(self, None, max, two_sided=False)


@differentiable(
    name="clamp_max",
    node="ClampMaxBackward1",
    self=lambda grad, self, max: where(self <= max, grad, 0.0),
    max=lambda grad, self, max: where(self > max, grad, 0.0),
)
def clamp_max_tensor(self: Array, max: Array) -> Array:
    """`self`, not above a tensor."""
    return _clamp_one_sided("minimum_cpu", self, None, max)


_CLAMPED: Final = InPlace(function=True, shapes_first=True, casts_first=True, number_cast=True)
_DISPATCHED: Final = _CLAMPED._replace(overloads=("", ".Tensor"))


def _clamp(name: str, in_place: InPlace) -> None:
    """Under its own name or its alias's, which errors say."""
    public(in_place=in_place)(overloaded(name, clamp_number, clamp_by_tensors, out=True))


def _one_sided(tensor: Any, number: Any, bound: str) -> None:
    both = overloaded(f"clamp_{bound}", tensor, number, out=True)
    public(in_place=_DISPATCHED._replace(numbers_refused_first=True))(both)


_clamp("clamp", _DISPATCHED)
_clamp("clip", _CLAMPED._replace(composite=True))
_one_sided(clamp_min_tensor, clamp_min_number, "min")
_one_sided(clamp_max_tensor, clamp_max_number, "max")

"""Making tensors of evenly spaced numbers."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes
from mini_autograd.core.op.promotion import quiet
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.tensors import creation as errors
from mini_autograd.ops.tensor.writing import checked_number
from mini_autograd.parsing.factories import OPTIONS, alternative, factory
from mini_autograd.parsing.types import Anything, Array, DType, Int, Number


def _number(value: Any) -> Any:
    return value.item() if isinstance(value, Tensor) else value


def _real(value: Any) -> Any:
    """A number as torch makes a double of it: a complex one must be real."""
    if not isinstance(value, complex):
        return value
    if value.imag:
        raise errors.overflow("double")
    return value.real


_MOST: Final = 2**62


@factory("arange")
def _arange(
    _: Anything, start: Number, end: Number, step: Number = 1, *, dtype: DType | None = None
) -> NDArray[Any]:
    """The numbers from `start`, 0 by default, up to but not including `end`, in steps."""
    return _spaced(start, end, step, dtype)


def _spaced(start: Any, end: Any, step: Any, dtype: dtypes.dtype | None) -> NDArray[Any]:
    whole = dtype is None and {type(start), type(end), type(step)} == {int}
    if whole and step == 1 and -_MOST < start <= end < _MOST:
        return np.arange(start, end)
    given = start, end, step
    for each in given:
        dtypes.check_int(each)
    if dtype is None:
        is_whole = all(isinstance(each, (int, np.integer)) for each in given)
        dtype = dtypes.int64 if is_whole else dtypes.get_default_dtype()
    if dtype is dtypes.bool_ or dtype.is_complex:
        raise errors.not_implemented("arange_cpu", dtype)
    numbers = [_real(each) for each in given]
    if not numbers[2] or math.isnan(numbers[2]):
        raise errors.zero_step()
    if not (math.isfinite(numbers[0]) and math.isfinite(numbers[1])):
        raise errors.unbounded_range(*numbers[:2])
    if (numbers[1] - numbers[0]) * math.copysign(1, numbers[2]) < 0:
        raise errors.range_direction()
    is_integral = dtype.numpy.kind in "iu"
    if is_integral and math.isinf(numbers[2]):
        raise errors.overflow("int64_t")
    counted = list(map(int, numbers)) if dtype is dtypes.int64 else numbers
    if counted[2] == 0:
        raise errors.zero_integral_step()
    # int64 is counted exactly; for other integers torch counts before it truncates the numbers
    is_exact = all(isinstance(each, int) for each in counted)
    length, pace = counted[1] - counted[0], counted[2]
    count = -(-length // pace) if is_exact else math.ceil(length / pace)
    start, _end, step = map(int, numbers) if is_integral else numbers
    offsets = np.arange(count, dtype=np.int64 if is_integral else np.float64)
    array: NDArray[Any] = quiet.run((start + offsets * step).astype, dtype.numpy)
    return array


@factory("arange")
def _arange_to(_: Anything, end: Number, *, dtype: DType | None = None) -> NDArray[Any]:
    return _spaced(0, end, 1, dtype)


arange: Final = alternative(
    "arange",
    _arange_to,
    _arange,
    forms=(
        f"(Number end, *, Tensor out = None, {OPTIONS}",
        f"(Number start, Number end, *, {OPTIONS}",
        f"(Number start, Number end, Number step = 1, *, Tensor out = None, {OPTIONS}",
    ),
)


_LINSPACE_FORMS: Final = tuple(
    f"({first} start, {last} end, int steps, *, Tensor out = None, {OPTIONS}"
    for first, last in (
        ("Tensor", "Tensor"), ("Number", "Tensor"), ("Tensor", "Number"), ("Number", "Number"),
    )
)  # fmt: skip


@factory("linspace")
def _linspace(
    _: Anything,
    start: Number | Array,
    end: Number | Array,
    steps: Int,
    *,
    dtype: DType | None = None,
) -> NDArray[Any]:
    """`steps` numbers at equal distances from `start` to `end`, both included."""
    given = {"start": start, "end": end}
    ranks = {name: each._array.ndim for name, each in given.items() if isinstance(each, Tensor)}
    if any(ranks.values()):
        raise errors.linspace_ends(ranks)
    first, last = _number(start), _number(end)
    if steps < 0:
        raise errors.negative_steps()
    are_complex = isinstance(first, complex) or isinstance(last, complex)
    inferred = dtypes.of_number(complex(first) if are_complex else float(first))
    if are_complex and dtype is not None and not dtype.is_complex:
        raise errors.linspace_dtype(inferred, dtype)
    wanted = (dtype or inferred).numpy
    if steps < 2:
        return np.full(steps, checked_number(first, wanted) if steps else 0, wanted)
    if wanted.kind == "b":
        raise errors.not_implemented("linspace_cpu", dtypes.bool_)
    first, last = checked_number(first, wanted), checked_number(last, wanted)
    if wanted.kind != "c":
        inner = np.dtype(np.float64) if wanted.kind in "iu" else wanted
        values: NDArray[Any] = quiet.run(_even, first, last, steps, inner).astype(wanted)
        return values
    values = np.empty(steps, wanted)
    values.real = quiet.run(_even, first.real, last.real, steps, values.real.dtype)
    values.imag = quiet.run(_even, first.imag, last.imag, steps, values.imag.dtype)
    return values


def _even(first: Any, last: Any, steps: int, wanted: np.dtype[Any]) -> NDArray[Any]:
    """Each half is computed from its own end, so that both ends are exact."""
    low, high = wanted.type(first), wanted.type(last)
    offsets = np.arange(steps)
    with np.errstate(all="ignore"):
        step = (high - low) / wanted.type(steps - 1)
        rising = low + step * offsets.astype(wanted)
        falling = high - step * (steps - 1 - offsets).astype(wanted)
    return np.asarray(np.where(offsets < steps // 2, rising, falling))


linspace: Final = alternative("linspace", _linspace, forms=_LINSPACE_FORMS)

"""Making tensors of evenly spaced numbers."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes
from mini_autograd.arrays.numbers import check_real, not_representable
from mini_autograd.core.op.promotion import quiet
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.tensors import creation as errors
from mini_autograd.ops.tensor.writing import checked_number
from mini_autograd.parsing.factories import OPTIONS, by_count, by_types, factory
from mini_autograd.parsing.schema import is_int, is_number
from mini_autograd.parsing.types import Anything, Array, DType, Int, Number


def _number(value: Any) -> Any:
    return value.item() if isinstance(value, Tensor) else value


def _real(value: Any) -> Any:
    """A number without an imaginary part."""
    check_real(value)
    return value.real if isinstance(value, complex) else value


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
    numbers = [_number(each) for each in (start, end, step)]
    for each in numbers:
        dtypes.check_int(each)
    if dtype is None:
        is_whole = all(isinstance(each, (int, np.integer)) for each in numbers)
        dtype = dtypes.int64 if is_whole else dtypes.get_default_dtype()
    if dtype is dtypes.bool_ or dtype.is_complex:
        raise errors.not_implemented("arange_cpu", dtype)
    numbers = [_real(each) for each in numbers]
    if not (numbers[2] > 0 or numbers[2] < 0):
        raise errors.zero_step()
    if not (math.isfinite(numbers[0]) and math.isfinite(numbers[1])):
        raise errors.unbounded_range(*numbers[:2])
    is_integral = dtype.numpy.kind in "iu"
    if is_integral and math.isinf(numbers[2]):
        raise not_representable(dtypes.int64.numpy)
    counted = list(map(int, numbers)) if dtype is dtypes.int64 else numbers
    if counted[2] == 0:
        raise errors.zero_integral_step()
    if (counted[1] - counted[0]) * counted[2] < 0:
        raise errors.range_direction()
    # int64 is counted exactly; for other integers torch counts before it truncates the numbers
    is_exact = all(isinstance(each, int) for each in counted)
    length, pace = counted[1] - counted[0], counted[2]
    count = -(-length // pace) if is_exact else math.ceil(length / pace)
    start, _end, step = map(int, numbers) if is_integral else numbers
    offsets = np.arange(count, dtype=np.int64 if is_integral else np.float64)
    return quiet.run((start + offsets * step).astype, dtype.numpy)  # type: ignore[no-any-return]


@factory("arange")
def _arange_to(_: Anything, end: Number, *, dtype: DType | None = None) -> NDArray[Any]:
    return _spaced(0, end, 1, dtype)


arange: Final = by_count(
    "arange",
    {1: _arange_to, 2: _arange, 3: _arange},
    (
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
    if steps == 0:
        return np.empty(0, wanted)
    low = checked_number(first, wanted)
    if steps == 1:
        return np.full(1, low)
    if wanted.kind == "b":
        raise errors.not_implemented("linspace_cpu", dtypes.bool_)
    values: NDArray[Any] = quiet.run(_line, low, checked_number(last, wanted), steps)
    return values


def _line(low: NDArray[Any], high: NDArray[Any], steps: int) -> NDArray[Any]:
    """At least two numbers at equal distances, in the dtype of both ends."""
    if low.dtype.kind == "c":
        made = np.empty(steps, low.dtype)
        made.real, made.imag = _line(low.real, high.real, steps), _line(low.imag, high.imag, steps)
        return made
    inner = np.dtype(np.float64) if low.dtype.kind in "iu" else low.dtype
    first, last = inner.type(low), inner.type(high)
    step = (last - first) / inner.type(steps - 1)
    # Each half is computed from its own end, so that both ends are exact.
    offsets = np.arange(steps)
    rising = first + step * offsets.astype(inner)
    falling = last - step * (steps - 1 - offsets).astype(inner)
    values = np.where(offsets < steps // 2, rising, falling)
    return values.astype(low.dtype)


def _is_end(value: Any) -> bool:
    return isinstance(value, Tensor) or is_number(value)


linspace: Final = by_types(
    "linspace",
    _linspace,
    (("start", _is_end), ("end", _is_end), ("steps", is_int)),
    _LINSPACE_FORMS,
)

"""When two values count as equal: torch's own table of tolerances, and how far apart they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeAlias

import numpy as np

from conformance.verdict import Distance, Greatest

Array: TypeAlias = np.ndarray[Any, Any]


@cache
def tolerances() -> Mapping[str, tuple[float, float]]:
    """`rtol` and `atol` by dtype, as `torch.testing.assert_close` has them; exact for the rest."""
    from torch.testing._comparison import _DTYPE_PRECISIONS  # read late: importing torch is slow

    return {str(dtype).rpartition(".")[2]: pair for dtype, pair in _DTYPE_PRECISIONS.items()}


def difference(expected: Array, actual: Array, dtype: str) -> Distance | None:
    """How far two arrays of one shape are apart beyond the tolerance of `dtype`, or None.

    The rule is `assert_close`'s, `|actual - expected| <= atol + rtol * |expected|`, with NaN equal
    to NaN and an infinity only to itself.
    """
    if expected.tobytes() == actual.tobytes() and expected.dtype == actual.dtype:
        return None
    rtol, atol = tolerances().get(dtype, (0.0, 0.0))
    differs = ~is_close(expected, actual, rtol, atol)
    if not differs.any():
        return None
    with np.errstate(all="ignore"):
        distance = _distance(expected, actual)
        relative = _greatest(differs, distance / np.abs(_wide(expected)), rtol)
    absolute = _greatest(differs, distance, atol)
    return Distance(int(differs.sum()), differs.size, absolute, relative)


def is_close(expected: Array, actual: Array, rtol: float, atol: float) -> Array:
    """Element by element, whether the values are within the tolerances."""
    with np.errstate(all="ignore"):
        equal = (expected == actual) | ((expected != expected) & (actual != actual))
        if expected.dtype.kind not in "fc" and actual.dtype.kind not in "fc":
            return np.asarray(equal)
        distance = _distance(expected, actual)
        finite = np.isfinite(expected) & np.isfinite(actual)
        return np.asarray(equal | finite & (distance <= atol + rtol * np.abs(_wide(expected))))


def _wide(array: Array) -> Array:
    """In double precision, so that the comparison itself neither rounds nor overflows."""
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def _distance(expected: Array, actual: Array) -> Any:
    return np.abs(_wide(actual) - _wide(expected))


def _greatest(differs: Array, measure: Array, allowed: float) -> Greatest:
    apart = np.where(differs, np.where(np.isnan(measure), np.inf, measure), -1.0)
    position = np.unravel_index(int(np.argmax(apart)), apart.shape)
    return float(apart[position]), tuple([int(i) for i in position]), allowed


_NUMBER = re.compile(r"-?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\binf\b|\bnan\b)")


_DTYPE = re.compile(r"\bdtype=torch\.(\w+)")


def same_text(expected: str, actual: str) -> bool:
    """Whether two printed tensors differ by no more than how their numbers were rounded.

    Values that agree within tolerance may print one unit apart in the last place that is shown,
    or as far as their dtype may be. Where one is written in more characters for that, a column's
    width may follow; every other character must be the same, white space as well.
    """
    if expected == actual:
        return True
    numbers = _NUMBER.findall(expected), _NUMBER.findall(actual)
    if len(numbers[0]) != len(numbers[1]):
        return False
    texts = [_NUMBER.sub("#", text) for text in (expected, actual)]
    if any(len(left) != len(right) for left, right in zip(*numbers, strict=True)):
        texts = [" ".join(text.split()) for text in texts]
    if texts[0] != texts[1]:
        return False
    said = _DTYPE.search(expected)
    relative, _ = tolerances().get(said[1] if said else "float32", (0.0, 0.0))
    return all(_rounded_alike(*pair, relative) for pair in zip(*numbers, strict=True))


def _rounded_alike(left: str, right: str, relative: float) -> bool:
    if left == right:
        return True
    if "." not in left or "." not in right:
        return False
    mantissa, _, exponent = left.lower().partition("e")
    places = len(mantissa.partition(".")[2])
    unit = 10.0 ** (int(exponent or 0) - places)
    allowed = max(1.001 * unit, relative * abs(float(left)))
    # `2.` is printed where every value is whole: there a unit apart is no rounding.
    return places > 0 and abs(float(left) - float(right)) <= allowed


def numbers_differ(expected: str, actual: str) -> bool:
    """Whether two texts differ in their numbers, and not only in their words."""
    return _NUMBER.findall(expected) != _NUMBER.findall(actual)


def sign_of_zero_differs(expected: Array, actual: Array) -> bool:
    """Whether a zero has another sign, which no tolerance sees; none does of another dtype.

    Nor does a part of a complex number: torch itself has no sign there. Its vector kernels compute
    a full vector otherwise than what remains, so that in the negative of nine equal numbers eight
    zeros are positive and the ninth is not (2.13.0, with AVX-512).
    """
    if expected.dtype != actual.dtype or expected.dtype.kind != "f":
        return False
    if expected.tobytes() == actual.tobytes():
        return False
    zeros = (expected == 0) & (actual == 0)
    return bool((np.signbit(expected) != np.signbit(actual))[zeros].any())


def as_array(value: Any) -> Array | None:
    """A plain value as an array of numbers, if it is one."""
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, bool | int | float | complex | list | tuple):
        try:
            array = np.asarray(value)
        except Exception:  # a ragged list, say, or one of lists in lists without an end
            return None
        return array if is_numeric(array) else None
    return None


def same(expected: Any, actual: Any) -> bool:
    """Whether two plain values are the same in every item, a NaN being the same as itself."""
    if type(expected) is not type(actual):
        return False
    if isinstance(expected, list | tuple):
        pairs = zip(expected, actual, strict=False)
        return len(expected) == len(actual) and all(same(*pair) for pair in pairs)
    if isinstance(expected, np.ndarray):
        told = (expected.dtype, expected.shape) == (actual.dtype, actual.shape)
        return bool(told and expected.tobytes() == actual.tobytes())
    if isinstance(expected, dict):
        return [*expected] == [*actual] and same([*expected.values()], [*actual.values()])
    return bool(expected == actual or (expected != expected and actual != actual))


def is_numeric(array: Array) -> bool:
    """Whether the array holds numbers, or truth values: an engine may give anything."""
    return array.dtype.kind in "biufc"

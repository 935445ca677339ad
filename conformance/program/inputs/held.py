"""The dtypes that NumPy has not, bfloat16 and complex32: which numbers they have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]

_CUT: Final = 16  # bits of a float32 that a bfloat16 does not have, all of its significand


def _to_bfloat16(values: Array) -> Array:
    """Nearest, a tie to the even one; what is beyond the greatest is an infinity."""
    bits = np.ascontiguousarray(values, "<f4").view("<u4")
    last = (bits >> _CUT) & 1
    near = (bits + (2 ** (_CUT - 1) - 1) + last) >> _CUT << _CUT
    return np.where(np.isnan(values), values, near.view("<f4"))


def _to_complex32(values: Array) -> Array:
    """Each part as a half."""
    parts = np.ascontiguousarray(values, "<c8").view("<f4")
    with np.errstate(over="ignore"):
        return parts.astype("<f2").astype("<f4").view("<c8")


def _of_bfloat16(bits: Array) -> Array:
    return (bits.view("<u2").astype("<u4") << _CUT).view("<f4")


def _of_complex32(bits: Array) -> Array:
    return bits.view("<f2").astype("<f4").view("<c8")


_ROUNDED: Mapping[str, Callable[[Array], Array]] = {
    "bfloat16": _to_bfloat16,
    "complex32": _to_complex32,
}
_READ: Mapping[str, Callable[[Array], Array]] = {
    "bfloat16": _of_bfloat16,
    "complex32": _of_complex32,
}


def rounded(values: Array, dtype: str) -> Array:
    """The numbers of a dtype that are nearest to the values, which are of the dtype that holds
    it; of a dtype that NumPy has, the values themselves."""
    nearest = _ROUNDED.get(dtype)
    return values if nearest is None else nearest(values.reshape(-1)).reshape(values.shape)


def has_all(dtype: str, values: Array) -> bool:
    """Whether the dtype has each of the values, which are of the dtype that holds it."""
    return dtype not in _ROUNDED or np.array_equal(rounded(values, dtype), values, equal_nan=True)


def widened(bits: Array, dtype: str) -> Array:
    """The numbers whose bits lie in a row of integers as wide, little-endian."""
    return _READ[dtype](bits)

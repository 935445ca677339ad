"""Checks of Python numbers in ops: whether a dtype can represent them."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes
from mini_autograd.messages.ops import kernels
from mini_autograd.messages.ops import pointwise as errors


def has_zero(array: Any) -> bool:
    """Whether an element of an array, or NumPy's scalar, is zero or false."""
    if type(array) is not np.ndarray:
        return not array
    return bool(np.count_nonzero(array) != array.size)


def check_alpha(alpha: complex, dtype: np.dtype[Any]) -> None:
    """Raise if the `alpha` of `add` or `sub` has a higher category than the result's dtype."""
    kind: str = dtype.kind
    if isinstance(alpha, bool) and kind != "b":
        raise errors.bool_alpha()
    if isinstance(alpha, (float, complex)) and kind in "biu":
        raise errors.fractional_alpha()
    if isinstance(alpha, complex) and kind != "c":
        raise errors.complex_alpha()
    if kind != "b":
        check_representable(alpha, dtype)


_REAL: Final = frozenset({int, float, bool})
# Up to here a number needs no closer look.
_SURELY: Final = {np.dtype(np.float16): 65504.0, np.dtype("f4"): 2.0**63, np.dtype("f8"): 2.0**63}


def check_real(number: complex) -> None:
    """Raise if a number that must be real has an imaginary part."""
    if isinstance(number, complex) and number.imag:
        raise not_representable(np.dtype(np.float64))


def check_representable(number: complex, dtype: np.dtype[Any]) -> None:
    """Raise if the number is out of the dtype's range; a negative one may wrap if unsigned."""
    if type(number) in _REAL and abs(number) <= _SURELY.get(dtype, -1):
        return
    if dtype.kind != "c":
        check_real(number)
    if not isinstance(number, complex):
        dtypes.check_int(number)
    if dtype.kind in "iu" and not isinstance(number, complex):
        info = np.iinfo(dtype)
        low = -info.max if dtype.kind == "u" else info.min
        if not low <= number <= info.max:
            raise not_representable(dtype)
        return
    if dtype.kind in "fc" and any(
        math.isfinite(part) and abs(part) > float(np.finfo(dtype).max)
        for part in (number.real, number.imag)
    ):
        raise not_representable(dtype)


def not_representable(dtype: np.dtype[Any]) -> RuntimeError:
    """The error for a number that a dtype cannot represent."""
    return kernels.dtype_overflow(dtypes.of_numpy(dtype))

"""Powers of complex numbers, as C99 has them: `exp(exponent * log(base))`, whose product finds the
infinities that rounding made NaN (ISO/IEC 9899, annex G.5.1)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_Complex = NDArray[Any]


def complex_power(base: _Complex, exponent: _Complex) -> _Complex:
    """`base ** exponent`; zero ** zero is NaN here."""
    found: _Complex = np.exp(_product(exponent, np.log(base)))
    return found


def one_over(array: _Complex) -> _Complex:
    """The reciprocal, with the signs of zeros that a quotient has."""
    found: _Complex = np.divide(array.dtype.type(1), array)
    return found


def _product(left: _Complex, right: _Complex) -> _Complex:
    found = np.empty(np.broadcast_shapes(left.shape, right.shape), np.result_type(left, right))
    # By its parts, as C rounds each product; NumPy's own kernel fuses some.
    found.real = left.real * right.real - left.imag * right.imag
    found.imag = left.real * right.imag + left.imag * right.real
    lost = np.isnan(found.real) & np.isnan(found.imag)
    if not lost.any():
        return found
    sides = np.broadcast_arrays(left, right)
    found[lost] = _recovered(sides[0][lost], sides[1][lost], found[lost])
    return found


def _recovered(left: _Complex, right: _Complex, naive: _Complex) -> _Complex:
    """The products of which the plain formula gives NaN in both parts."""
    a, b, c, d = left.real, left.imag, right.real, right.imag
    terms = np.array([a * c, b * d, a * d, b * c])
    first, second = np.isinf(a) | np.isinf(b), np.isinf(c) | np.isinf(d)
    a, b = (np.where(first, _boxed(each), each) for each in (a, b))
    c, d = (np.where(first, _zeroed(each), each) for each in (c, d))
    c, d = (np.where(second, _boxed(each), each) for each in (c, d))
    a, b = (np.where(second, _zeroed(each), each) for each in (a, b))
    overflowed = ~first & ~second & np.isinf(terms).any(0)
    a, b, c, d = (np.where(overflowed, _zeroed(each), each) for each in (a, b, c, d))
    infinity = a.dtype.type(np.inf)
    found = naive.copy()
    found.real, found.imag = infinity * (a * c - b * d), infinity * (a * d + b * c)
    return np.where(first | second | overflowed, found, naive)


def _boxed(part: _Complex) -> _Complex:
    """One for an infinity, zero for a number, each with its sign."""
    found: _Complex = np.copysign(np.isinf(part).astype(part.dtype), part)
    return found


def _zeroed(part: _Complex) -> _Complex:
    """A zero with its sign for NaN."""
    return np.where(np.isnan(part), np.copysign(part.dtype.type(0), part), part)

"""Random integers, and what torch says of the range that they are asked from."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes
from mini_autograd.arrays.generators import Generator, numbers_of
from mini_autograd.core.modes import warn_once
from mini_autograd.creation.data import checked_size
from mini_autograd.creation.sampling import check_kind, drawn_forms
from mini_autograd.messages.ops import filling as errors
from mini_autograd.parsing.factories import alternative, factory
from mini_autograd.parsing.types import Anything, DType, RandomSource, Sizes, SymInt

_LEAST: Final = -(2**63)
_MOST: Final = 2**63 - 1


def _exact_bits(found: np.dtype[Any]) -> int:
    """All integers of so many bits are numbers of a floating-point dtype."""
    return int(np.finfo(found).nmant) + 1


def _limits(found: np.dtype[Any]) -> tuple[int, int]:
    if found.kind == "b":
        return 0, 1
    info = np.finfo(found) if found.kind == "f" else np.iinfo(found)
    return int(info.min), int(info.max)


def _rounded(number: int, found: np.dtype[Any]) -> int:
    """As the dtype holds it; C makes its least integer of what is none then."""
    with np.errstate(over="ignore"):
        value = float(np.int64(min(number, _MOST)).astype(found))
    return int(value) if abs(value) < 2.0**63 else _LEAST


def _spacing(number: int, found: np.dtype[Any]) -> int:
    return 1 << max(abs(number).bit_length() - _exact_bits(found), 0)


def _from(low: int, found: np.dtype[Any]) -> int:
    """A lower bound of which a draw, as it is rounded, is not less."""
    after = _rounded(low + 1, found) if found.kind == "f" else low
    return after + _spacing(low + 1, found) if after < low else low


def _to(high: int, found: np.dtype[Any]) -> int:
    """An upper bound that a draw, as it is rounded, does not reach."""
    before = _rounded(high - 1, found) if found.kind == "f" else high - 1
    return before - _spacing(high - 1, found) if before >= high else high


def _check_bounds(low: int, last: int, found: np.dtype[Any]) -> None:
    """Whether the dtype has the bounds; a warning where it lacks integers between them."""
    if found.kind == "c":
        raise errors.no_bounds("check_random_bounds")
    bounds, (least, most) = {"from": low, "to - 1": last}, _limits(found)
    for name, bound in bounds.items():
        if not least <= bound <= most:
            raise errors.out_of_bounds(name, dtypes.of_numpy(found))
    if found.kind == "f":
        bits = _exact_bits(found)
        for name, bound in bounds.items():
            if abs(bound) > 2**bits:
                told = errors.imprecise_bound(name, bits, dtypes.of_numpy(found))
                warn_once.each_time(told)


def between(
    low: int, high: int, size: tuple[int, ...], found: np.dtype[Any], generator: Generator | None
) -> NDArray[Any]:
    """Integers from `low` up to but not including `high`, for an array of a dtype."""
    if low >= high:
        raise errors.no_integers(low, high)
    low, high = _from(low, found), _to(high, found)
    if low >= high:
        raise errors.no_representable(low, high)
    _check_bounds(low, high - 1, found)
    return np.asarray(numbers_of(generator).integers(low, high, size))


def at_least(
    low: int, size: tuple[int, ...], found: np.dtype[Any], generator: Generator | None
) -> NDArray[Any]:
    """Integers from `low` up to the last that the dtype has."""
    if low == _LEAST:
        if 0 not in size:
            _check_full_range(found)
        return np.asarray(numbers_of(generator).integers(_LEAST, 2**63, size))
    if found.kind == "c":
        raise errors.no_bounds("random_from_to_impl")
    last = 2 ** _exact_bits(found) if found.kind == "f" else _limits(found)[1]
    if found.kind == "f" and (low := _from(low, found)) >= last:
        raise errors.none_above(low, last)
    _check_bounds(low, last, found)
    return np.asarray(numbers_of(generator).integers(low, last + 1, size))


def _check_full_range(found: np.dtype[Any]) -> None:
    kernel = "random_full_64_bits_range_kernel_cpu"
    if found.kind in "bc" or found == np.float16:
        raise errors.not_implemented(kernel, dtypes.of_numpy(found))
    if found.itemsize < 4 or found == np.int32:
        raise errors.no_full_range(kernel)


def _made(
    low: int, high: int, size: Sizes, generator: Generator | None, wanted: dtypes.dtype | None
) -> NDArray[Any]:
    found = (wanted or dtypes.int64).numpy
    return between(low, high, checked_size("randint", size), found, generator).astype(found)


@factory("randint")
def _randint_between(
    _: Anything,
    low: SymInt,
    high: SymInt,
    size: Sizes,
    *,
    generator: RandomSource | None = None,
    dtype: DType | None = None,
) -> NDArray[Any]:
    """Integers from `low` (0 by default) up to but not including `high`."""
    return _made(low, high, size, generator, dtype)


@factory("randint")
def _randint_below(
    _: Anything,
    high: SymInt,
    size: Sizes,
    *,
    generator: RandomSource | None = None,
    dtype: DType | None = None,
) -> NDArray[Any]:
    return _made(0, high, size, generator, dtype)


randint: Final = alternative(
    "randint",
    _randint_below,
    _randint_between,
    forms=drawn_forms("int high, tuple of ints size", "int low, int high, tuple of ints size"),
)


def _check_order(n: int, found: np.dtype[Any]) -> None:
    """Whether the dtype has all the numbers below `n`."""
    if found.kind in "iu" and n - 1 > _limits(found)[1]:
        raise errors.dtype_overflow(dtypes.of_numpy(found))
    if found.kind == "f" and n > 2 ** (bits := _exact_bits(found)) + 1:
        raise errors.too_long_order(bits, dtypes.of_numpy(found))
    check_kind(found, "randperm", "iuf")


@factory("randperm")
def _order(
    _: Anything, n: SymInt, *, generator: RandomSource | None = None, dtype: DType | None = None
) -> NDArray[Any]:
    """The numbers below `n` in random order."""
    (n,) = checked_size("randperm", (n,))
    found = (dtype or dtypes.int64).numpy
    _check_order(n, found)
    return numbers_of(generator).permutation(n).astype(found)


randperm: Final = alternative("randperm", _order, forms=drawn_forms("int n"))

"""The values of a drawn tensor: mostly moderate, some of them ties, kinks, zeros, infinities."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np

from conformance.catalogue.entry import Category, Domain
from conformance.generate.drawing.tape import Tape, weighted
from conformance.program.inputs.held import rounded
from conformance.program.values import COMPLEX, FLOATING, HELD

Array = np.ndarray[Any, Any]

_LENGTH = 2048  # of the tables, from which a drawn start takes as many elements as are needed


@cache
def _moderate() -> Array:
    """Numbers of two decimals, few of them equal: short to print, and no zeros among them."""
    table = np.round(np.random.default_rng(2013).uniform(-3, 3, _LENGTH), 2)
    table[table == 0] = 0.25
    return table


@cache
def _shuffled(size: int) -> Array:
    return np.random.default_rng(size).integers(0, size, _LENGTH)


def _from(table: Array, start: int, count: int) -> Array:
    if start + count <= _LENGTH:
        return table[start : start + count]
    return np.resize(table[start:], count)


_NICE = (1.0, 2.0, 3.0, -1.0, 0.5, -2.0, 4.0)


def _nice(count: int, start: int) -> Array:
    """Small round numbers: what a shrunk program has."""
    return np.resize(np.roll(_NICE, -start), count)


def _ordinary(count: int, start: int) -> Array:
    return _from(_moderate(), start, count)


def _halves(count: int, start: int) -> Array:
    """Multiples of 0.5 about zero: ties, kinks, bounds and exact zeros."""
    return (_from(_shuffled(9), start, count) - 4) / 2


def _tied(count: int, start: int) -> Array:
    """Two values only."""
    return np.where(_from(_shuffled(2), start, count) == 0, _NICE[start % 7], _NICE[start % 5])


def _zeros(count: int, start: int) -> Array:
    """Zeros of both signs, or one and the same number."""
    if start % 4 == 0:
        return np.full(count, _NICE[start // 4 % 7])
    return np.where(_from(_shuffled(start % 4), start, count) == 0, 0.0, -0.0)


_SPECIAL = (
    np.inf,
    np.nan,
    -0.0,
    -np.inf,
    0.0,
    1e-40,  # subnormal in float32, zero in float16
    -6e-8,  # subnormal in float16
    1.1920929e-07,
    65504.0,
    3.0e38,
    1e30,
    -1e-30,
)


def _special(count: int, start: int) -> Array:
    """Moderate numbers with one to three special ones among them."""
    table = _from(_moderate(), start, count).copy()
    if count:
        for number in range(1 + start % 3):
            chosen = start * 7 + number * 5
            table[(start // 3 + number * 3) % count] = _SPECIAL[chosen % len(_SPECIAL)]
    return table


_Palette: TypeAlias = Callable[[int, int], Array]

_PALETTES: Sequence[_Palette] = weighted(
    (_nice, 10), (_ordinary, 44), (_halves, 20), (_tied, 8), (_zeros, 6), (_special, 14)
)
_FINITE_PALETTES: Sequence[_Palette] = weighted(
    (_nice, 10), (_ordinary, 50), (_halves, 20), (_tied, 8), (_zeros, 6)
)

_EDGE_PALETTES: Sequence[_Palette] = weighted(
    (_halves, 40), (_zeros, 20), (_tied, 20), (_special, 20)
)


def _positive(table: Array) -> Array:
    return np.abs(table) + 0.25


def _probability(table: Array) -> Array:
    return np.asarray(np.abs(table) / 4)


_DOMAINS: Mapping[Domain, Callable[[Array], Array]] = {
    "positive": _positive,
    "probability": _probability,
}


def elements(
    tape: Tape,
    count: int,
    dtype: str,
    domain: Domain = "real",
    *,
    special: bool = True,
    edges: bool = False,
) -> Array:
    """So many values of a dtype, in a row.

    Args:
        domain: where they lie; now and then elsewhere, unless it is a must.
        special: whether infinities, NaN and the like may be among them.
        edges: whether kinks and ties are wanted more than elsewhere.
    """
    if dtype in FLOATING or dtype in COMPLEX:
        values = _inexact(tape, count, dtype, domain, special, edges)
    else:
        values = _whole(tape, count, dtype)
    if domain == "divisor":
        values[values == 0] = 1
    return rounded(values, dtype)


def _whole(tape: Tape, count: int, dtype: str) -> Array:
    start = tape.byte()
    if dtype == "bool":
        return np.asarray(_from(_shuffled(2), start, count) == 1)
    low, size = (0, 6) if dtype == "uint8" else (-3, 8)
    if tape.chance(12):
        return (np.arange(count) % 5 + (dtype != "uint8") * (start % 3 - 2)).astype(dtype)
    return (_from(_shuffled(size), start, count) + low).astype(dtype)


def _inexact(
    tape: Tape, count: int, dtype: str, domain: Domain, special: bool, edges: bool
) -> Array:
    palettes = _PALETTES
    if edges and tape.chance(50):
        palettes = _EDGE_PALETTES
        domain = "real" if domain == "positive" else domain
    # What a product of complex infinities is depends on the path through torch's kernels.
    if not special or domain == "finite" or dtype in COMPLEX:
        palettes = _FINITE_PALETTES
    palette = tape.pick(palettes)
    start = tape.byte()
    table = palette(count, start)
    if domain in _DOMAINS and not tape.chance(20):
        table = _DOMAINS[domain](table)
    with np.errstate(all="ignore"):  # 3e38 is an infinity in float16, and that is meant.
        if dtype in COMPLEX:
            other = tape.pick((_nice, _halves, _ordinary))(count, start + 1)
            numbers: Array = np.empty(count, HELD[dtype])
            numbers.real, numbers.imag = table, other
            return numbers
        real: Array = table.astype(HELD[dtype])
        return real


def indices(tape: Tape, count: int, bound: int) -> Array:
    """So many valid indices into `bound` elements, which may repeat."""
    return (_from(_shuffled(251), tape.byte(), count) % max(bound, 1)).astype("<i8")


def number(
    tape: Tape, categories: frozenset[Category], *, special: bool = True
) -> float | int | complex | bool:
    """A Python number that fits a tensor of one of the categories; `special` may be infinite."""
    if "float" in categories or "complex" in categories:
        if special and tape.chance(12):
            return tape.pick(_SPECIAL[:4])
        if "complex" in categories and tape.chance(5):
            return tape.pick((1j, 0.5 - 2j))
        return tape.pick((2, 3.0, 0.5, -1.5, 1, -1, 0, 0.0, 2.5))
    if categories == frozenset({"bool"}):
        return tape.chance(50)
    return tape.pick((2, 1, 3, -1, 0))

"""Choices read from bytes, by which drawing costs little and still shrinks well.

Hypothesis pays some tens of microseconds for each draw, and a program takes a hundred choices; so
each step is one draw of a row of bytes, and the choices are read from it. A byte of 0 is always
the simplest choice, and so is a row that has come to its end: that is all that shrinking needs.

A row is read from its last byte to its first. Where Hypothesis climbs toward a target it takes a
row for one number and adds a little to it, so what it changes is the last bytes; these must be
the ones that matter most, or it would run the same program again and again.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import TypeVar

T = TypeVar("T")


def weighted(*rows: tuple[T, int]) -> tuple[T, ...]:
    """Items with their weights as a row to `pick` from, each standing as often as it weighs."""
    return tuple(item for item, weight in rows for _ in range(weight))


def spread(row: Sequence[T]) -> tuple[T, ...]:
    """The same row with equal items far from each other, so that a choice which is off by one is
    another choice. The first item stays the first."""
    size = len(row)
    stride = next((n for n in range(int(0.618 * size), size) if n and gcd(n, size) == 1), 1)
    return tuple(row[place * stride % size] for place in range(size))


SIZES = weighted((2, 34), (3, 34), (1, 18), (4, 10), (0, 4))


class Tape:
    """A row of bytes that is read choice by choice. `sizes` is what the sizes of dims are picked
    from: few in one program, so that its tensors fit each other; `dtypes` are those of its inputs,
    if these are few."""

    __slots__ = ("data", "dtypes", "position", "sizes")

    def __init__(
        self, data: bytes, sizes: Sequence[int] = SIZES, dtypes: Sequence[str] = ()
    ) -> None:
        self.data = data
        self.position = len(data)
        self.sizes = sizes
        self.dtypes = dtypes

    def byte(self) -> int:
        """The next byte; 0 after the end."""
        position = self.position
        if not position:
            return 0
        self.position = position = position - 1
        return self.data[position]

    def below(self, bound: int) -> int:
        """An integer from 0 up to `bound`, exclusive."""
        if bound <= 256:
            return self.byte() % bound
        return (self.byte() + 256 * self.byte()) % bound

    def between(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, inclusive; `low` is the simplest."""
        return low + self.below(high - low + 1)

    def chance(self, percent: float) -> bool:
        """True in so many of a hundred cases; False is the simpler."""
        return self.byte() >= 256 - 2.56 * percent

    def pick(self, items: Sequence[T]) -> T:
        """One of the items, the first of which is the simplest."""
        return items[self.below(len(items))]

    def size(self) -> int:
        """A size of a dim."""
        return self.pick(self.sizes)


def sizes_of_a_program(tape: Tape) -> Sequence[int]:
    """Two sizes that most of a program's dims have, with the others among them."""
    first, second = tape.pick(SIZES), tape.pick(SIZES)
    return (first, second, first, second, first, second, first, second, first, *SIZES[::20])

"""A sample of the mutants: of each operator as many as its share of all."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator

from kill_table.mutation.mutants import Mutant

FEWEST = 10  # of each operator, where it has as many places


def drawn(mutants: Iterable[Mutant], count: int, seed: int) -> Iterator[Mutant]:
    """All the mutants in the order in which they are taken: first a sample of so many, then what
    takes the place of those that turn out to be none.

    Of each operator there are as many as its share of all the mutants, but `FEWEST` at least. Each
    mutant has a lot, which depends on the seed and on its id alone, and the lowest are taken: so a
    change of the engine changes little else in the sample.
    """
    by_operator = defaultdict[str, list[Mutant]](list)
    for mutant in sorted(mutants, key=lambda each: _lot(each, seed)):
        by_operator[mutant.operator].append(mutant)
    quotas = _quotas({name: len(row) for name, row in by_operator.items()}, count)
    first = [each for name, row in by_operator.items() for each in row[: quotas[name]]]
    later = [each for name, row in by_operator.items() for each in row[quotas[name] :]]
    for part in (first, later):
        yield from sorted(part, key=lambda each: _lot(each, seed))


def _lot(mutant: Mutant, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}/{mutant.id}".encode()).digest()


def _quotas(places: dict[str, int], count: int) -> dict[str, int]:
    """How many of each operator: its share, or the fewest; what that adds, the others give."""
    whole = sum(places.values())
    low, high = 0.0, float(count)
    for _ in range(60):  # the share that fills the sample, found by halving
        middle = (low + high) / 2
        if sum(_quota(number, middle / whole, count) for number in places.values()) > count:
            high = middle
        else:
            low = middle
    return {name: _quota(number, low / whole, count) for name, number in places.items()}


def _quota(places: int, share: float, count: int) -> int:
    return min(places, max(min(FEWEST, count), round(places * share)))

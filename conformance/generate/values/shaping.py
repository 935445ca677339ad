"""Shapes: drawn freely, in relation to others, and by a pattern of named sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from conformance.generate.drawing.tape import Tape, weighted

Shape: TypeAlias = tuple[int, ...]
Sizes: TypeAlias = dict[str, int | Shape]
"""The size that each letter of a pattern stands for; under "..." the batch sizes."""

_RANKS = weighted((1, 30), (2, 38), (0, 14), (3, 15), (4, 3))
_BATCH_RANKS = weighted((0, 50), (1, 35), (2, 15))


def shape(tape: Tape) -> Shape:
    """A shape of up to four dims and 256 elements; sizes of 1 are common, of 0 rare."""
    return sizes(tape, tape.pick(_RANKS))


def sizes(tape: Tape, rank: int) -> Shape:
    """A shape of that many dims."""
    return tuple([tape.size() for _ in range(rank)])


def broadcast(first: Shape, second: Shape) -> Shape | None:
    """The shape that two shapes broadcast to, or None."""
    if len(first) < len(second):
        first, second = second, first
    lead = len(first) - len(second)
    result = list(first)
    for dim, size in enumerate(second, lead):
        if result[dim] == 1:
            result[dim] = size
        elif size not in (1, result[dim]):
            return None
    return tuple(result)


def partner(tape: Tape, of: Shape, *, within: bool = False) -> Shape:
    """A shape that broadcasts with another; `within`, one that broadcasts to it."""
    drop = tape.below(len(of) + 1) if tape.chance(30) else 0
    result = list(of[drop:])
    if tape.chance(45):
        for dim, size in enumerate(result):
            if tape.chance(35):
                result[dim] = 1 if size != 1 or within else tape.size()
    if not within and not drop and len(of) < 4 and tape.chance(12):
        result.insert(0, tape.size())
    return tuple(result)


def matches(pattern: str, given: Shape, bound: Sizes) -> Sizes | None:
    """What the letters of a pattern are for this shape, added to what they are already; None if
    the shape does not fit."""
    letters = pattern.split()
    batched = letters[:1] == ["..."]
    core = letters[1:] if batched else letters
    lead = len(given) - len(core)
    if lead < 0 or (lead and not batched):
        return None
    result = dict(bound)
    for letter, size in zip(core, given[lead:], strict=True):
        if result.setdefault(letter, size) != size:
            return None
    if batched:
        before = result.get("...", ())
        assert isinstance(before, tuple)
        together = broadcast(before, given[:lead])
        if together is None:
            return None
        result["..."] = together
    return result


def by_pattern(tape: Tape, pattern: str, bound: Sizes) -> Shape:
    """A shape that fits the pattern, with the sizes that its letters have already."""
    result: list[int] = []
    for letter in pattern.split():
        known = bound.get(letter)
        if letter == "...":
            result += (
                partner(tape, known)
                if isinstance(known, tuple)
                else sizes(tape, tape.pick(_BATCH_RANKS))
            )
        else:
            result.append(known if isinstance(known, int) else tape.size())
    return tuple(result)


def reshaped(tape: Tape, of: Shape) -> Shape:
    """Another shape of as many elements, perhaps with one size left to be inferred."""
    count = product(of)
    result = _refactored(tape, of, count)
    if result and tape.chance(20):
        place = tape.below(len(result))
        others = product([size for dim, size in enumerate(result) if dim != place])
        if others:  # With a size of 0 elsewhere, any size would do, which torch refuses.
            result[place] = -1
    return tuple(result)


def _refactored(tape: Tape, of: Shape, count: int) -> list[int]:
    way = tape.below(6)
    if way == 0:
        return [count]
    if way == 1:
        return list(of)
    if way == 2:
        return list(reversed(of))
    if way == 3 and len(of) > 1:
        place = tape.below(len(of) - 1)
        return [*of[:place], of[place] * of[place + 1], *of[place + 2 :]]
    if way == 4:
        result = list(of)
        result.insert(tape.below(len(of) + 1), 1)
        return result
    factors = [n for n in (2, 3, 4) if count and count % n == 0]
    if not factors:
        return [1, count]
    first = tape.pick(factors)
    return [first, count // first]


def product(of: Sequence[int]) -> int:
    """How many elements a shape has."""
    result = 1
    for size in of:
        result *= size
    return result

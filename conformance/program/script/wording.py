"""Outcomes, values and mismatches in words: the one place where what was compared becomes text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from conformance.program.trace import (
    Lost,
    NotRun,
    Opaque,
    Raised,
    Returned,
    Text,
    Unobserved,
    Unsupported,
)
from conformance.program.values import DType, Ref

if TYPE_CHECKING:
    from conformance.verdict import Distance, Mismatch

LIMIT = 400  # characters: a mismatch is read in a table or a message, never an array of thousands

BITS = 1024  # of an integer that is written


def words(compared: object) -> str:
    """A value as a person would write it, cut to `LIMIT`, or what a step did."""
    if (write := _WRITE.get(type(compared))) is not None:
        return write(compared)
    if isinstance(compared, str):
        return _cut(compared)
    if isinstance(compared, np.ndarray):
        return _cut(np.array2string(compared, separator=", ", threshold=40, floatmode="unique"))
    if isinstance(compared, tuple | list):
        inside = ", ".join(_items(compared))
        if isinstance(compared, list):
            return _cut(f"[{inside}]")
        return _cut(f"({inside},)" if len(compared) == 1 else f"({inside})")
    if isinstance(compared, int) and compared.bit_length() > BITS:
        return f"an int of {compared.bit_length()} bits"  # Python writes none of 4,300 digits.
    return _cut(repr(compared))


def _items(values: Sequence[Any]) -> Iterator[str]:
    """The items' texts, but no more of them than can be shown."""
    length = 0
    for value in values:
        if length > LIMIT:
            return
        yield (text := words(value))
        length += len(text) + 2


def _cut(text: str) -> str:
    return text if len(text) <= LIMIT else f"{text[: LIMIT - 1]}…"


_WRITE: Mapping[type, Callable[[Any], str]] = {
    Text: lambda printed: _cut(printed.text),
    Ref: lambda _: "a tensor",
    DType: lambda dtype: f"torch.{dtype.name}",
    Opaque: lambda value: f"a {value.type}",
    Unobserved: lambda unobserved: unobserved.value,
    Returned: lambda outcome: f"returned {words(outcome.value)}",
    Raised: lambda outcome: f"{outcome.error}: {_cut(outcome.message)}",
    Unsupported: lambda outcome: f"unsupported: {outcome.what}",
    NotRun: lambda outcome: f"not run: there is no {outcome.name}",
    Lost: lambda end: end.detail,
}


_SIDES: Mapping[str, Callable[[Any], str]] = {
    "warning": lambda side: " | ".join(f"{each.category}: {each.text}" for each in side) or "none",
    "hook_order": lambda side: ", ".join(side) or "none",
    "identity": lambda side: f"the object that {side.name} is" if side else "an object of its own",
}
"""Kinds of mismatch whose sides are no outcome and no value."""


class Worded(NamedTuple):
    """A mismatch in words."""

    where: str
    expected: str
    actual: str
    detail: str
    reason: str

    def sides(self, shorten: Callable[[str], str] = str) -> str:
        """`expected 4., got 5.`"""
        return f"expected {shorten(self.expected)}, got {shorten(self.actual)}"

    def located(self, shorten: Callable[[str], str] = str) -> str:
        """`t0: expected 4., got 5.`"""
        return f"{self.where}: {self.sides(shorten)}" if self.where else self.sides(shorten)


def worded(mismatch: Mismatch) -> Worded:
    """What was compared, and what else there is to say of it, in words; text stays as it is."""
    write = _SIDES.get(mismatch.kind, words)
    parts = (mismatch.expected, mismatch.actual, mismatch.reason)
    expected, actual, reason = (each if isinstance(each, str) else write(each) for each in parts)
    detail = mismatch.detail or ", ".join(_apart(mismatch.distance))
    return Worded(mismatch.where, expected, actual, detail, reason)


def _apart(distance: Distance | None) -> Iterator[str]:
    if distance is not None:
        yield f"{distance.differing} of {distance.size} elements"
        for name, (most, at, allowed) in zip(("absolute", "relative"), distance[2:], strict=True):
            place = f" at {at}" if at else ""
            yield f"greatest {name} difference {most:.4g}{place} (allowed {allowed:g})"

"""Outcomes and values as short text, for the expected and actual of a mismatch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from conformance.program.trace import (
    NotRun,
    Opaque,
    Outcome,
    Raised,
    Returned,
    Text,
    Unobserved,
    Unsupported,
)
from conformance.program.values import DType, Ref

LIMIT = 400  # characters: a mismatch is read in a table or a message, never an array of thousands

BITS = 1024  # of an integer that is written


def short_text(value: Any) -> str:
    """A value as a person would write it, cut to `LIMIT`."""
    if isinstance(value, str):
        return _cut(value)
    if isinstance(value, Text):
        return _cut(value.text)
    if isinstance(value, Ref):
        return "a tensor"
    if isinstance(value, DType):
        return f"torch.{value.name}"
    if isinstance(value, Opaque):
        return f"a {value.type}"
    if isinstance(value, Unobserved):
        return value.value
    if isinstance(value, np.ndarray):
        return _cut(np.array2string(value, separator=", ", threshold=40, floatmode="unique"))
    if isinstance(value, tuple | list):
        inside = ", ".join(_items(value))
        if isinstance(value, list):
            return _cut(f"[{inside}]")
        return _cut(f"({inside},)" if len(value) == 1 else f"({inside})")
    if isinstance(value, int) and value.bit_length() > BITS:
        return f"an int of {value.bit_length()} bits"  # Python writes none of 4,300 digits.
    return _cut(repr(value))


def _items(values: Sequence[Any]) -> Iterator[str]:
    """The items' texts, but no more of them than can be shown."""
    length = 0
    for value in values:
        if length > LIMIT:
            return
        yield (text := short_text(value))
        length += len(text) + 2


def _cut(text: str) -> str:
    return text if len(text) <= LIMIT else f"{text[: LIMIT - 1]}…"


_WRITE: Mapping[type, Callable[[Any], str]] = {
    Returned: lambda outcome: f"returned {short_text(outcome.value)}",
    Raised: lambda outcome: f"{outcome.error}: {_cut(outcome.message)}",
    Unsupported: lambda outcome: f"unsupported: {outcome.what}",
    NotRun: lambda outcome: f"not run: there is no {outcome.name}",
}


def outcome_text(outcome: Outcome) -> str:
    """What a step did, in a line."""
    return _WRITE[type(outcome)](outcome)

"""What may stand in an argument's place: a value at an edge, one beyond it, another type."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from conformance.program.values import DType, Ref, Value

FAR: Final = 100  # beyond any dim and size of a sample

_OF_TYPE: Mapping[type, Callable[[Any], tuple[Value, ...]]] = {
    bool: lambda value: (not value, None, "x", 1.5, 1),
    int: lambda value: (
        *dict.fromkeys((value + 1, value - 1, -value - 1, 0, FAR, -FAR)),
        *(1.5, 0.5 + 1j, True, None, "x", (value,)),
    ),
    float: lambda value: (
        *(0.0, -value, 1.0, math.inf, -math.inf, math.nan),
        *(2, True, 0.5 + 1j, None, "x"),
    ),
    complex: lambda value: (value.real, 0j, complex(math.inf, 1.0), None, "x"),
    str: lambda value: (value.upper(), "x", "", None, 1),
    type(None): lambda value: (1, 1.5, "x", True),
    DType: lambda value: (
        *map(DType, ("float64", "float16", "int64", "bool", "complex64")),
        *(None, "x", 1),
    ),
    Ref: lambda value: (None, 2, 2.5, 0.5 + 1j, True, "x", [value]),
}


def in_place_of(value: Value) -> Iterator[Value]:
    """What may stand there instead, plain values first, none twice."""
    known = {repr(value)}
    for other in _others(value):
        if repr(other) not in known:
            known.add(repr(other))
            yield other


def _others(value: Value) -> Iterator[Value]:
    if isinstance(value, list | tuple):
        yield from _in_place_of_items(value)
    elif (of_type := _OF_TYPE.get(type(value))) is not None:
        yield from of_type(value)


def _in_place_of_items(items: list[Value] | tuple[Value, ...]) -> Iterator[Value]:
    """Of several: fewer, more, one alone, and one of them another."""
    kind = type(items)
    yield kind()
    yield list(items) if kind is tuple else tuple(items)
    if items:
        yield kind(items[:-1])
        yield kind((*items, items[-1]))
        yield kind(reversed(items))
        yield items[0]
        for place in sorted({0, len(items) - 1}):
            for other in in_place_of(items[place]):
                yield kind((*items[:place], other, *items[place + 1 :]))
    yield from (None, "x")

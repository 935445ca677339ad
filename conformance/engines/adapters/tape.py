"""Which op made each value from which, and the calls replayed as a function of some of them.

A functional engine has no graph: it differentiates functions. So the calls of a program are
recorded, and a backward pass asks the engine for the gradient of the function that they make up.
Each gradient is a recorded call in turn, so that derivatives of any order are asked the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeAlias

Array: TypeAlias = Any
"""The engine's own array, or what stands for one while the engine traces a function."""

Function: TypeAlias = Callable[..., tuple[Array, ...]]
"""A function of arrays that gives arrays."""

VJP: TypeAlias = Callable[[Function, tuple[Array, ...], tuple[Array, ...]], Sequence[Array]]
"""Of a function, its arguments and a cotangent for each result: a gradient for each argument."""

_numbers = count()


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A call: a function of its operands' arrays. `number` is greater than those of the calls
    that it stands on."""

    function: Function
    operands: tuple[Value, ...]
    number: int


class Value:
    """An array, and the call that gave it, if that may matter to a gradient.

    Attributes:
        is_variable: whether gradients by it, or by what it was made of, are wanted.
        record, place: the call, and which of its results this is.
    """

    __slots__ = ("__weakref__", "array", "is_variable", "place", "record")

    def __init__(
        self, array: Array, is_variable: bool = False, record: Record | None = None, place: int = 0
    ) -> None:
        self.array, self.is_variable, self.record, self.place = array, is_variable, record, place


def record(function: Function, operands: Sequence[Value]) -> Record:
    """Note a call."""
    return Record(function, tuple(operands), next(_numbers))


class Calling:
    """A call with its arguments, of which some are put in anew."""

    def __init__(
        self, function: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]
    ) -> None:
        self.function, self.args, self.options = function, args, options

    def of(
        self, operands: Sequence[Value], results: int | None
    ) -> Callable[..., tuple[Array, ...]]:
        """The call as a function of these operands' arrays, which gives so many results; None if
        it gives one that is in no tuple."""

        def again(*arrays: Array) -> tuple[Array, ...]:
            put = dict(zip(operands, arrays, strict=True))
            value = self.function(*self.plain(self.args, put), **self.plain(self.options, put))
            # A traced tuple need be none of Python's.
            return (value,) if results is None else tuple(value[at] for at in range(results))

        return again

    def plain(self, value: Any, put: Mapping[Any, Array] | None = None) -> Any:
        """The arguments with arrays in the place of values."""
        if isinstance(value, Value):
            return put[value] if put and value in put else value.array
        if isinstance(value, tuple | list):
            return type(value)([self.plain(item, put) for item in value])
        if isinstance(value, dict):
            return {key: self.plain(item, put) for key, item in value.items()}
        return value


def values_in(value: Any) -> Iterator[Value]:
    if isinstance(value, Value):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from values_in(item)
    elif isinstance(value, dict):
        yield from values_in([*value.values()])


def gradients(
    vjp: VJP, roots: Sequence[Value], seeds: Sequence[Value], by: Sequence[Value]
) -> tuple[Function, tuple[Value, ...]]:
    """The call that gives the gradients of the roots, by each of `by`: a function, and its
    operands. Whatever else the roots are made of is an operand too, as the gradients depend on it.
    """
    replay = _Replay(roots, by)
    wanted, rest = len(by), len(replay.leaves)

    def function(*arrays: Array) -> tuple[Array, ...]:
        variables, others = arrays[:wanted], arrays[wanted : wanted + rest]
        return tuple(vjp(lambda *at: replay(*at, *others), variables, arrays[wanted + rest :]))

    return function, (*by, *replay.leaves, *seeds)


def leaves_of(roots: Sequence[Value]) -> list[Value]:
    """The variables that the roots are made of, and that no call gave."""
    return _Replay(roots, ()).leaves


def leads_to(roots: Sequence[Value], by: Value) -> bool:
    """Whether any of the roots is made of it."""
    return by in _Replay(roots, (by,)).met


class _Replay:
    """The calls between some values and the roots, to be made again.

    Attributes:
        leaves: the other variables that they begin with, in the order of their first use.
        met: every value on the way; what stands before one of `by` is not on it.
    """

    def __init__(self, roots: Sequence[Value], by: Sequence[Value]) -> None:
        # Values are looked up as keys alone: `==` between tensors is an op of the engine's.
        self.roots, self.by = roots, dict.fromkeys(by)
        self.met = dict.fromkeys(self._walk())
        records = {value.record for value in self.met if value.record and value not in self.by}
        self.records = sorted(records, key=lambda each: each.number)
        operands = (operand for each in self.records for operand in each.operands)
        first = dict.fromkeys((*operands, *roots))
        self.leaves = [
            each for each in first if each.is_variable and not each.record and each not in self.by
        ]

    def _walk(self) -> Iterator[Value]:
        left, seen = [*self.roots], set[Value]()
        while left:
            value = left.pop()
            if value in seen:
                continue
            seen.add(value)
            yield value
            if value.record is not None and value not in self.by:
                left.extend(value.record.operands)

    def __call__(self, *arrays: Array) -> tuple[Array, ...]:
        """The roots' arrays, of those of `by` and then of the leaves."""
        known = dict(zip((*self.by, *self.leaves), arrays, strict=True))
        made: dict[Record, tuple[Array, ...]] = {}

        def array_of(value: Value) -> Array:
            if value in known:
                return known[value]
            return made[value.record][value.place] if value.record in made else value.array

        for each in self.records:
            made[each] = each.function(*map(array_of, each.operands))
        return tuple(map(array_of, self.roots))

"""Failures that look like one cause, together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conformance.campaign.result import Result
from conformance.catalogue import op_of
from conformance.program.steps import kind_of
from conformance.verdict import GRADE_OF, Mismatch


@dataclass(frozen=True, slots=True)
class Group:
    """Failures that look like one cause: the same kind, at the same place of the same op; of any
    op where it is no value that differs, or where one error is raised on one side only. `shortest`
    stands for them."""

    kind: str
    shortest: Result
    results: tuple[Result, ...]

    @property
    def mismatch(self) -> Mismatch:
        """The difference that the shortest shows."""
        assert self.shortest.failure is not None
        return self.shortest.failure.mismatch

    @property
    def ops(self) -> tuple[str, ...]:
        """The ops that it was seen on; a generated program tells only once it is short."""
        telling = [result for result in self.results if result.op or _is_short(result)]
        shown = telling or [self.shortest]
        return tuple(dict.fromkeys(op for result in shown for op in _ops_of(result)))

    @property
    def about(self) -> tuple[str, ...]:
        """The ops, or else the kinds of step that the shortest takes."""
        assert self.shortest.failure is not None
        kinds = (kind_of(step) for step in self.shortest.failure.program.steps)
        return self.ops or tuple(dict.fromkeys(kinds))


def grouped(failing: Iterable[Result]) -> tuple[Group, ...]:
    """The failures in groups, gravest first."""
    found: dict[tuple[str, ...], list[Result]] = defaultdict(list)
    for result in failing:
        found[_cause(result)].append(result)
    groups = [
        Group(cause[0], min(results, key=_length), tuple(results))
        for cause, results in found.items()
    ]
    return tuple(sorted(groups, key=lambda group: (GRADE_OF[group.kind], -len(group.results))))


def _is_short(result: Result) -> bool:
    return result.failure is not None and result.failure.reduced


def _ops_of(result: Result) -> Iterator[str]:
    """A case of the corpus is about one op; of a generated program, what its shortest calls."""
    if result.op or result.failure is None:
        yield result.op
        return
    found = (op for step in result.failure.program.steps if (op := op_of(step)))
    yield from dict.fromkeys(found)


def _cause(result: Result) -> tuple[str, ...]:
    assert result.failure is not None
    mismatch = result.failure.mismatch
    place = re.sub(r"\d+", "", mismatch.where)
    if GRADE_OF[mismatch.kind] == 5:
        # Warnings and the order of hooks are at no place: what differs tells them apart.
        return mismatch.kind, place or re.sub(r"\d+", "", f"{mismatch.expected} {mismatch.actual}")
    if mismatch.kind in ("raises", "crash", "hang") and mismatch.expected.startswith("returned"):
        return mismatch.kind, re.sub(r"\d+", "", mismatch.actual)
    if mismatch.kind == "raises":
        return mismatch.kind, "returned", re.sub(r"\d+", "", mismatch.expected)
    if result.source == "generated" and result.failure.reduced:
        return mismatch.kind, *_ops_of(result)
    return mismatch.kind, place.partition(".")[2], result.op, result.check


def _length(result: Result) -> tuple[int, int]:
    """Short scripts first, and of those with few lines the one with few characters."""
    assert result.failure is not None
    script = result.failure.script
    return script.count("\n"), len(script)

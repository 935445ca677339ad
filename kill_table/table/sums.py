"""Records and marks → the numbers of the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from kill_table.running.questions import FEW
from kill_table.running.record import Record
from kill_table.table.marks import Mark

WANTED, WANTED_BY_FEW, WANTED_STEPS = 0.97, 0.85, 6
"""The share to be killed by anything, that by the first programs alone, and the most steps."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Of some mutants, how many are killed and by what.

    Attributes:
        mutants: without the equivalents.
        by_few, by_programs, by_corpus: killed by the first generated programs alone, by all of
            them alone, by the corpus alone.
        killed: by any.
    """

    name: str
    mutants: int
    equivalent: int
    by_corpus: int
    by_few: int
    by_programs: int
    killed: int

    def share(self, number: int) -> str:
        """A number of mutants as a part of all."""
        return f"{number / self.mutants:.1%}" if self.mutants else "–"


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that nothing kills, and what is said of it."""

    record: Record
    word: str
    reason: str


@dataclass(frozen=True, slots=True)
class Table:
    """All that is published.

    Attributes:
        about: date, commit, seed and such.
        programs, seconds: medians, to the first generated program that kills, of the number of
            programs and of the time to ask those that reach the change.
        steps: of those shortened, the median and the greatest number.
        shortened: how many these are, and how many of them take more than `WANTED_STEPS`.
    """

    about: Mapping[str, str]
    whole: Sum
    operators: Sequence[Sum]
    folders: Sequence[Sum]
    kinds: Sequence[tuple[str, int]]
    programs: float
    seconds: float
    steps: tuple[float, int]
    shortened: tuple[int, int]
    survivors: Sequence[Survivor]


UNREACHED = "no program and no case runs the line"


def table_of(
    records: Sequence[Record], marks: Mapping[str, Mark], about: Mapping[str, str]
) -> Table:
    """The numbers, of those that can be imported."""
    rows = [row for row in records if row.viable]
    found = [row.program for row in rows if row.program]
    shortened = [row.short for row in rows if row.short is not None]
    kinds: dict[str, int] = {}
    for kill in found or [row.case[1] for row in rows if row.case]:
        kinds[kill.kind] = kinds.get(kill.kind, 0) + 1
    return Table(
        about,
        _sum("all", rows, marks),
        _by(lambda row: row.operator, rows, marks),
        _by(_folder, rows, marks),
        sorted(kinds.items(), key=lambda each: -each[1]),
        median(kill.number + 1 for kill in found) if found else 0,
        median(kill.seconds for kill in found) if found else 0,
        (median(shortened), max(shortened)) if shortened else (0, 0),
        (len(shortened), sum(steps > WANTED_STEPS for steps in shortened)),
        [_survivor(row, marks) for row in rows if not row.killed],
    )


def _folder(row: Record) -> str:
    return "/".join(row.file.split("/")[1:-1]) or row.file.split("/")[0]


def _by(
    key: Callable[[Record], str], rows: Sequence[Record], marks: Mapping[str, Mark]
) -> list[Sum]:
    names = sorted({key(row) for row in rows})
    return [_sum(name, [row for row in rows if key(row) == name], marks) for name in names]


def _sum(name: str, rows: Sequence[Record], marks: Mapping[str, Mark]) -> Sum:
    left = [row for row in rows if row.killed or not _is_equivalent(row, marks)]
    return Sum(
        name,
        len(left),
        len(rows) - len(left),
        sum(row.case is not None for row in left),
        sum(row.program is not None and row.program.number < FEW for row in left),
        sum(row.program is not None for row in left),
        sum(row.killed for row in left),
    )


def _is_equivalent(row: Record, marks: Mapping[str, Mark]) -> bool:
    return row.id in marks and marks[row.id].word == "equivalent"


def _survivor(row: Record, marks: Mapping[str, Mark]) -> Survivor:
    if (mark := marks.get(row.id)) is not None:
        return Survivor(row, mark.word, mark.reason)
    if row.reached == (0, 0):
        return Survivor(row, "missed", f"{UNREACHED} of {row.scope or 'the module'}")
    return Survivor(row, "open", "")

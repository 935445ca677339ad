"""Verdicts → Report: the counts, groups and lists that every form of the report shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from conformance.campaign.gathering import Run
from conformance.campaign.result import Result
from conformance.known import Known
from conformance.report.groups import Group, grouped
from conformance.sources.case import CHECKS, hash_of_corpus
from conformance.verdict import GRADES, Mismatch, missed_grades

Standing: TypeAlias = Literal["agree", "differ", "known", "unsupported", "flaky"]
"""What a case comes to once the known differences are taken into account."""


@dataclass(slots=True)
class Tally:
    """How many cases came to what."""

    agree: int = 0
    differ: int = 0
    known: int = 0
    unsupported: int = 0
    flaky: int = 0

    def count(self, standing: Standing) -> None:
        """One more."""
        setattr(self, standing, getattr(self, standing) + 1)

    @property
    def attempted(self) -> int:
        """The cases that the subject could run; the others are neither failures nor passes."""
        return self.agree + self.differ + self.known + self.flaky

    @property
    def total(self) -> int:
        """All of them."""
        return self.attempted + self.unsupported

    @property
    def parity(self) -> float | None:
        """The share that agrees, of those attempted; a known difference is a difference."""
        return self.agree / self.attempted if self.attempted else None


@dataclass(frozen=True, slots=True)
class KnownUse:
    """A known difference, and the cases that showed it. `stale`: the cases that it names were run
    and do not differ so; `undrawn`: it names generated programs, and this run drew none that differ
    so; `unmatched`: it names none."""

    entry: Known
    cases: tuple[str, ...]
    state: Literal["used", "stale", "undrawn", "unmatched"]


@dataclass(frozen=True, slots=True)
class Report:
    """A run, judged: everything that its JSON, Markdown and terminal forms say.

    Attributes:
        grades: by grade, on the frozen corpus alone.
        tests: by op and check, on the frozen corpus alone.
        generated: the generated programs, which are no part of the score.
        groups: what differs and is not known, gravest first.
        unsupported: what the subject lacks, with the number of cases that needed it.
        unobservable: what it does not let be observed.
    """

    run: Run
    corpus_sha256: str
    total: Tally
    grades: Mapping[int, Tally]
    tests: Mapping[tuple[str, str], Tally]
    kinds: Mapping[tuple[str, str], Counter[str]]
    generated: Tally
    groups: tuple[Group, ...]
    known: tuple[KnownUse, ...]
    unsupported: Mapping[str, int]
    unobservable: tuple[str, ...]

    @property
    def unexpected(self) -> int:
        """The cases that differ though no list says so."""
        return self.total.differ + self.generated.differ

    @property
    def stale(self) -> tuple[KnownUse, ...]:
        """The known differences that are none any more."""
        return tuple(use for use in self.known if use.state == "stale")

    @property
    def exit_code(self) -> int:
        """What the command exits with: 0 only when nothing unexpected differs."""
        if self.unexpected or self.stale:
            return 1
        return 130 if self.run.interrupted else 0


@dataclass(slots=True)
class _Counts:
    total: Tally = field(default_factory=Tally)
    generated: Tally = field(default_factory=Tally)
    grades: dict[int, Tally] = field(default_factory=lambda: {grade: Tally() for grade in GRADES})
    tests: dict[tuple[str, str], Tally] = field(default_factory=dict)
    kinds: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    failing: list[Result] = field(default_factory=list)


def build_report(run: Run, known: Sequence[Known] = ()) -> Report:
    """The report of a run, with the differences in `known` told from the unexpected ones."""
    counts = _Counts()
    for result in run.results:
        _count(counts, result, known)
    counts.generated.agree += run.agreeing
    return Report(
        run=run,
        corpus_sha256=hash_of_corpus(run.corpus),
        total=counts.total,
        grades=counts.grades,
        tests=dict(sorted(counts.tests.items(), key=_in_order(run))),
        kinds=counts.kinds,
        generated=counts.generated,
        groups=grouped(counts.failing),
        known=tuple(_use(entry, run) for entry in known),
        unsupported=_unsupported(run.results),
        unobservable=_unobservable(run.results),
    )


def standing(result: Result, known: Sequence[Known]) -> Standing:
    """What the case comes to."""
    if result.verdict.outcome == "differ" and not unexpected(result, known):
        return "known"
    return result.verdict.outcome


def unexpected(result: Result, known: Sequence[Known]) -> tuple[Mismatch, ...]:
    """The case's differences that count and that no entry covers."""
    return tuple(
        mismatch
        for mismatch in result.verdict.mismatches
        if mismatch.counts and not any(entry.covers(result.id, mismatch) for entry in known)
    )


def _count(counts: _Counts, result: Result, known: Sequence[Known]) -> None:
    came_to = standing(result, known)
    if came_to == "differ":
        counts.failing.append(result)
    if result.source == "generated":
        counts.generated.count(came_to)
        return
    counts.total.count(came_to)
    test = (result.op, result.check)
    counts.tests.setdefault(test, Tally()).count(came_to)
    counts.kinds[test].update({m.kind for m in result.verdict.mismatches if m.counts})
    missed = missed_grades(unexpected(result, known), result.verdict.shows)
    known_to_miss = result.verdict.failing - missed
    for grade, tally in counts.grades.items():
        if grade in missed:
            tally.count("differ")
        elif grade in known_to_miss:
            tally.count("known")
        elif (came_to_there := result.verdict.grade(grade)) != "silent":
            tally.count(came_to_there)


def _in_order(run: Run) -> Callable[[tuple[tuple[str, str], Tally]], tuple[int, int]]:
    ops = {name: number for number, name in enumerate(("tutorial", *run.settings.names))}
    checks: Sequence[str] = CHECKS

    def key(entry: tuple[tuple[str, str], Tally]) -> tuple[int, int]:
        (op, check), _ = entry
        return ops.get(op, len(ops)), checks.index(check)

    return key


def _use(entry: Known, run: Run) -> KnownUse:
    named = [result for result in run.results if entry.names(result.id)]
    shown = tuple(
        result.id
        for result in named
        if any(m.counts and entry.covers(result.id, m) for m in result.verdict.mismatches)
    )
    if shown:
        return KnownUse(entry, shown, "used")
    # Of what is generated, another run shows something else: its absence proves nothing. Nor does
    # that of a pattern, while other cases that it may mean were not run.
    ran = [result.id for result in named if result.source == "corpus"]
    if ran and (run.whole or entry.pattern in ran):
        return KnownUse(entry, (), "stale")
    return KnownUse(entry, (), "undrawn" if entry.of_programs else "unmatched")


def _unsupported(results: Iterable[Result]) -> Mapping[str, int]:
    lacks: Counter[str] = Counter()
    for result in results:
        found = (m for m in result.verdict.mismatches if m.kind == "unsupported")
        lacks.update({m.detail for m in found if m.step is not None})
    return dict(sorted(lacks.items(), key=lambda entry: (-entry[1], entry[0])))


def _unobservable(results: Iterable[Result]) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                mismatch.detail
                for result in results
                for mismatch in result.verdict.mismatches
                if mismatch.kind == "unsupported" and mismatch.step is None
            }
        )
    )

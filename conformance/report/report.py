"""Verdicts → Report: the counts, groups and lists that every form of the report shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from conformance.campaign.gathering import Run
from conformance.campaign.result import Result
from conformance.claims.known import Known
from conformance.corpus.case import CHECKS, hash_of_corpus
from conformance.report.apart import Excused, Lack, excused_of, lacks_of, unclaimed_of
from conformance.report.findings import Counts, Finding, folded
from conformance.report.scoring.counting import Score, attempted_in, standing, standing_at
from conformance.report.scoring.score import Tally
from conformance.report.systematic import Systematic, systematic, without
from conformance.verdict import GRADES


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
        folder: where its files are, as a prefix of their names: `build/`.
        score: by grade, on the frozen corpus alone; the user's own ops and the generated programs
            beside it.
        tests: by op and check, on the frozen corpus and the user's own ops.
        basics: likewise, each case at the lowest grade that it can show: values and gradients,
            or for an error that it is raised.
        systematic: what nearly every case shows.
        only_systematic: the cases that differ in nothing else.
        findings: what else differs and is not known, what is to be mended first at the front.
        lacks: what the subject lacks or does not let be read, the commonest first.
        excused: what is not counted, as the reference itself is of two minds.
    """

    run: Run
    folder: str
    corpus_sha256: str
    score: Score
    tests: Mapping[tuple[str, str], Tally]
    basics: Mapping[tuple[str, str], Tally]
    kinds: Mapping[tuple[str, str], Counter[str]]
    systematic: tuple[Systematic, ...]
    only_systematic: int
    findings: tuple[Finding, ...]
    known: tuple[KnownUse, ...]
    lacks: tuple[Lack, ...]
    excused: tuple[Excused, ...]
    unclaimed: Mapping[str, int]

    @property
    def total(self) -> Tally:
        """The cases of the frozen corpus."""
        return self.score.total

    @property
    def grades(self) -> Mapping[int, Tally]:
        """The cases of the frozen corpus by grade."""
        return self.score.grades

    @property
    def lost(self) -> Mapping[str, int]:
        """The cases that crashed or hung, by the kind."""
        return self.score.lost

    @property
    def own(self) -> Tally:
        """The cases of the user's own ops, which are no part of the score."""
        return self.score.own

    @property
    def generated(self) -> Tally:
        """The generated programs, which are no part of the score."""
        return self.score.generated

    @property
    def unexpected(self) -> int:
        """The cases that differ or are flaky, and are in no list of known differences."""
        return sum(tally.differ + tally.flaky for tally in (self.total, self.own, self.generated))

    @property
    def stale(self) -> tuple[KnownUse, ...]:
        """The known differences that no longer show."""
        return tuple(use for use in self.known if use.state == "stale")

    @property
    def exit_code(self) -> int:
        """What the command exits with: 0 only when nothing unexpected differs, and all that was
        asked was answered."""
        if self.unexpected or self.stale or self.run.given_up or self.run.unanswered:
            return 1
        return 130 if self.run.interrupted else 0


@dataclass(slots=True)
class _Tests:
    """The counts by op and check."""

    tests: dict[tuple[str, str], Tally] = field(default_factory=dict)
    basics: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    kinds: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def count(self, result: Result, known: Sequence[Known]) -> None:
        test, attempted = (result.op, result.check), attempted_in(result.verdict)
        tally = self.tests.setdefault(test, Tally())
        tally.count(standing(result, known), attempted=attempted)
        lowest = min(result.verdict.shows, default=max(GRADES))
        self.basics[test].count(standing_at(lowest, result, known), attempted=attempted)
        self.kinds[test].update({m.kind for m in result.verdict.mismatches if m.counts})


def build_report(run: Run, known: Sequence[Known] = (), folder: str = "build/") -> Report:
    """The report of a run, with the differences in `known` told from the unexpected ones; its
    files are going to be in `folder`."""
    score, tests = Score(), _Tests()
    for result in run.results:
        score.count(result, known, run.settings.claims.grade)
        if result.source != "generated":
            tests.count(result, known)
    score.generated.agree += run.agreeing
    score.generated.unclaimed += sum(run.unclaimed.values())

    failing = [result for result in run.results if standing(result, known) in ("differ", "flaky")]
    counted = counts_beside(known)
    everywhere = systematic(run.results, counted, run.agreeing)
    findings = folded(failing, without(everywhere, counted))
    return Report(
        run=run,
        folder=folder,
        corpus_sha256=hash_of_corpus(run.corpus),
        score=score,
        tests=dict(sorted(tests.tests.items(), key=_in_order(run))),
        basics=tests.basics,
        kinds=tests.kinds,
        systematic=everywhere,
        only_systematic=len(failing) - sum(len(each.results) for each in findings),
        findings=findings,
        known=tuple(_use(entry, run) for entry in known),
        lacks=lacks_of(run.results),
        excused=excused_of(run.results),
        unclaimed=unclaimed_of(run.results, run.unclaimed),
    )


def counts_beside(known: Sequence[Known]) -> Counts:
    """Which differences of a case are to be looked at: those that no entry covers."""
    return lambda result, mismatch: not any(entry.covers(result.id, mismatch) for entry in known)


def _in_order(run: Run) -> Callable[[tuple[tuple[str, str], Tally]], tuple[int, int]]:
    ops = {name: number for number, name in enumerate(("tutorial", *run.settings.names))}
    checks: Sequence[str] = CHECKS
    return lambda entry: (ops.get(entry[0][0], len(ops)), checks.index(entry[0][1]))


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
    ran = [result.id for result in named if result.source != "generated"]
    if ran and (run.whole or entry.pattern in ran):
        return KnownUse(entry, (), "stale")
    return KnownUse(entry, (), "undrawn" if entry.of_programs else "unmatched")

"""Results → the score: what each case comes to, and the counts by grade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

from conformance.campaign.result import Result
from conformance.claims.known import Known
from conformance.report.scoring.score import Standing, Tally, headline, outcomes
from conformance.verdict import GRADES, Mismatch, Verdict, missed_grades

GradeStanding: TypeAlias = Standing | Literal["silent"]
"""What a case comes to at one grade."""


@dataclass(slots=True)
class Score:
    """How many cases came to what; of the results of several processes, each makes its own.

    Attributes:
        total: of the frozen corpus, each case in all that it shows.
        grades: likewise, by grade.
        own: of the user's own ops, which are no part of the score.
        generated: of the generated programs, which are none either.
        lost: the cases that crashed or hung, by the kind.
    """

    total: Tally = field(default_factory=Tally)
    own: Tally = field(default_factory=Tally)
    generated: Tally = field(default_factory=Tally)
    grades: dict[int, Tally] = field(default_factory=lambda: {grade: Tally() for grade in GRADES})
    lost: Counter[str] = field(default_factory=Counter)

    def count(self, result: Result, known: Sequence[Known], aim: int = max(GRADES)) -> None:
        """One more case. What is above the grade that the subject aims at is not claimed."""
        mismatches, attempted = result.verdict.mismatches, attempted_in(result.verdict)
        self.lost.update({m.kind for m in mismatches if m.kind in ("crash", "hang")})
        came_to = standing(result, known)
        beside = {"own": self.own, "generated": self.generated}
        whole = beside.get(result.source, self.total)
        whole.count(came_to, attempted=attempted)
        whole.as_claimed += came_to == "unclaimed" and not result.verdict.outside
        if result.source in beside:
            return
        for grade, tally in self.grades.items():
            at_grade = standing_at(grade, result, known)
            if grade > aim and at_grade != "silent":
                at_grade = "unclaimed"
            tally.count(at_grade, attempted=attempted)

    def merge(self, other: Score) -> None:
        """Add what another process counted."""
        self.total.add(other.total)
        self.own.add(other.own)
        self.generated.add(other.generated)
        for grade, tally in other.grades.items():
            self.grades[grade].add(tally)
        self.lost.update(other.lost)

    def lines(self, programs: str = "generated programs") -> list[str]:
        """The score as every form that is text says it: a line a grade, then all cases.

        Args:
            programs: how to call what was generated.
        """
        lines = [*headline(self.grades), f"cases: {outcomes(self.total)}"]
        if not self.total.total and (self.own.total or self.generated.total):
            lines = []  # Nothing of the corpus was to be run.
        if self.own.total:
            lines.append(f"{self.own.total:,} cases of your own ops: {outcomes(self.own)}")
        if self.generated.total:
            lines.append(f"{self.generated.total:,} {programs}: {outcomes(self.generated)}")
        said = {"crash": "killed their process", "hang": "never ended"}
        if lost := [f"{count:,} {said[kind]}" for kind, count in sorted(self.lost.items())]:
            lines.append(f"of all cases, {' and '.join(lost)}")
        return lines

    def to_json(self) -> dict[str, Any]:
        """The counts as JSON data, for another process."""
        return {
            "total": asdict(self.total),
            "own": asdict(self.own),
            "generated": asdict(self.generated),
            "grades": {str(grade): asdict(tally) for grade, tally in self.grades.items()},
            "lost": dict(self.lost),
        }

    @property
    def is_empty(self) -> bool:
        """Whether nothing was counted."""
        return not (self.total.total or self.own.total or self.generated.total)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Score:
        """What `to_json` wrote."""
        grades = {int(grade): Tally(**tally) for grade, tally in data["grades"].items()}
        lost = Counter[str](data["lost"])
        total, own, generated = (Tally(**data[name]) for name in ("total", "own", "generated"))
        return cls(total, own, generated, grades, lost)


def attempted_in(verdict: Verdict) -> bool:
    """Whether the subject could run the case, or as much of it as shows a difference."""
    differ = any(m.counts and m.kind != "unsupported" for m in verdict.mismatches)
    return verdict.attempted or differ


def standing(result: Result, known: Sequence[Known]) -> Standing:
    """What the case comes to."""
    if result.verdict.outcome == "differ" and not unexpected(result, known):
        return "known"
    return result.verdict.outcome


def standing_at(grade: int, result: Result, known: Sequence[Known]) -> GradeStanding:
    """What the case comes to at a grade: it may differ at another one only."""
    came_to = result.verdict.grade(grade)
    if came_to != "differ":
        return came_to
    missed = missed_grades(unexpected(result, known), result.verdict.shows)
    return "differ" if grade in missed else "known"


def unexpected(result: Result, known: Sequence[Known]) -> tuple[Mismatch, ...]:
    """The case's differences that count and that no entry covers."""
    return tuple(
        mismatch
        for mismatch in result.verdict.mismatches
        if mismatch.counts and not any(entry.covers(result.id, mismatch) for entry in known)
    )

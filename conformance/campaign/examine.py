"""Case × engines → Result: judged, and the first few that differ made as short as possible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from conformance.campaign.result import Failure, Result, Source
from conformance.engines import Engine
from conformance.execute import execute
from conformance.judge.referee import judge
from conformance.program import Program
from conformance.signature import (
    Signature,
    Suspect,
    Symptom,
    by_gravity,
    is_common,
    needs_shrinking,
    shows_the_same,
    suspect_of,
    symptom_of,
)
from conformance.sources.case import Case
from conformance.sources.reduction import reduce
from conformance.verdict import GRADE_OF, Mismatch, Verdict

ATTEMPTS = 300  # programs tried to shorten one; a count and not a time, to be the same everywhere


def gravest(mismatches: Iterable[Mismatch]) -> Mismatch:
    """Of those that count, the first that breaks the lowest grade."""
    return min((m for m in mismatches if m.counts), key=lambda m: GRADE_OF[m.kind])


class Examiner:
    """Judges cases on a pair of engines. It remembers how many of each cause it has shortened, and
    what the subject was seen to lack."""

    def __init__(self, reference: Engine, subject: Engine) -> None:
        self.reference, self.subject = reference, subject
        self._shrunk: Counter[Signature] = Counter()
        self._symptoms: Counter[Symptom] = Counter()
        self._differing = 0
        self._lacking: set[str] = set()

    def examine(self, case: Case, source: Source) -> Result:
        """The case's result."""
        return self.result(case, source, judge(case.program, self.reference, self.subject))

    def result(self, case: Case, source: Source, verdict: Verdict) -> Result:
        """The result of a case that is judged."""
        failure = None
        if verdict.outcome == "differ":
            failure = self._failure(case, verdict)
        elif verdict.outcome == "unsupported":
            failure = self._example(case, verdict)
        return Result(case.id, case.op, case.check, source, verdict, failure)

    def _example(self, case: Case, verdict: Verdict) -> Failure | None:
        """The case's program, if it is the first that lacks what it does."""
        lacking = [m for m in verdict.mismatches if m.kind == "unsupported"]
        if self._lacking.issuperset(mismatch.detail for mismatch in lacking):
            return None
        self._lacking.update(mismatch.detail for mismatch in lacking)
        return Failure(case.program, tuple(lacking), case.program.script(), False)

    def _failure(self, case: Case, verdict: Verdict) -> Failure:
        ranked = by_gravity(verdict.mismatches)
        # A tutorial's cell is text that people know, a provocation is short: they stay as they are.
        wanted = self._telling(ranked)
        shrunk = None
        if wanted is not None and case.check not in ("tutorial", "messages"):
            suspect = suspect_of(case.program, wanted, case.op, shrunk=False)
            if needs_shrinking(suspect, self._shrunk):
                shrunk = self._shortened(case, suspect)
        if shrunk is not None:
            return shrunk
        text = case.program.script(execute(case.program, self.reference), ranked)
        return Failure(case.program, tuple(ranked), text, False)

    def _telling(self, ranked: Sequence[Mismatch]) -> Mismatch | None:
        """The gravest difference, but for what most cases show, which would hide the others."""
        symptoms = [symptom_of(mismatch) for mismatch in ranked]
        self._differing += 1
        self._symptoms.update({symptom for symptom in symptoms if symptom is not None})
        rare = (
            mismatch
            for mismatch, symptom in zip(ranked, symptoms, strict=True)
            if not is_common(symptom, self._symptoms, self._differing)
        )
        return next(rare, None)

    def _shortened(self, case: Case, suspect: Suspect) -> Failure | None:
        """The shortest program that shows the difference; None where it shows none when it is run
        once more."""
        program = self.shorten(case.program, suspect)
        counted = [m for m in judge(program, self.reference, self.subject).mismatches if m.counts]
        # What it was shortened for comes first: the rest may be of another cause.
        counted.sort(key=lambda mismatch: not shows_the_same(program, mismatch, suspect))
        if not counted:
            return None
        shortest = suspect_of(program, counted[0], case.op, shrunk=True)
        self._shrunk.update({shortest.signature, suspect.signature})
        text = program.script(execute(program, self.reference), counted)
        return Failure(program, tuple(counted), text, True)

    def shorten(self, program: Program, suspect: Suspect) -> Program:
        """The shortest program found that still shows the difference."""
        left = ATTEMPTS

        def still_fails(candidate: Program) -> bool:
            nonlocal left
            left -= 1
            if left < 0:
                return False
            verdict = judge(candidate, self.reference, self.subject)
            return any(
                m.counts and shows_the_same(candidate, m, suspect) for m in verdict.mismatches
            )

        return reduce(program, still_fails, self.reference)

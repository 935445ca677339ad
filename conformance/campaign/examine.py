"""Case × engines → Result: judged, and the first few that differ made as short as possible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from conformance.campaign.result import Failure, Result, Source
from conformance.engines import Engine
from conformance.execute import execute
from conformance.judge.referee import judge
from conformance.program import Program
from conformance.signature import Signature, by_gravity, needs_shrinking, suspect_of
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
        shrinks = case.check not in ("tutorial", "messages")
        wanted = next((m for m in ranked if shrinks and self._is_news(case, m)), None)
        shrunk = None if wanted is None else self._shortened(case, wanted)
        if shrunk is not None:
            return shrunk
        text = case.program.script(execute(case.program, self.reference), ranked)
        return Failure(case.program, tuple(ranked), text, False)

    def _shortened(self, case: Case, wanted: Mismatch) -> Failure | None:
        """The shortest program that shows the difference; None where it shows none when it is run
        once more."""
        program = self.shorten(case.program, wanted.kind)
        mismatches = judge(program, self.reference, self.subject).mismatches
        # What it was shortened for comes first: the rest may be of another cause.
        counted = sorted((m for m in mismatches if m.counts), key=lambda m: m.kind != wanted.kind)
        if not counted:
            return None
        shortest = suspect_of(program, counted[0], case.op, shrunk=True)
        guess = suspect_of(case.program, wanted, case.op, shrunk=False)
        self._shrunk.update({shortest.signature, guess.signature})
        text = program.script(execute(program, self.reference), counted)
        return Failure(program, tuple(counted), text, True)

    def _is_news(self, case: Case, mismatch: Mismatch) -> bool:
        suspect = suspect_of(case.program, mismatch, case.op, shrunk=False)
        return needs_shrinking(suspect, self._shrunk)

    def shorten(self, program: Program, kind: str) -> Program:
        """The shortest program found on which something of that kind still differs."""
        left = ATTEMPTS

        def still_fails(candidate: Program) -> bool:
            nonlocal left
            left -= 1
            if left < 0:
                return False
            verdict = judge(candidate, self.reference, self.subject)
            return any(m.counts and m.kind == kind for m in verdict.mismatches)

        return reduce(program, still_fails, self.reference)

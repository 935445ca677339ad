"""Case × engines → Result: judged, and the first few that differ made as short as possible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from conformance.campaign.result import Failure, Result, Source
from conformance.engines import Engine
from conformance.execute import execute
from conformance.judge.referee import judge
from conformance.program import Program
from conformance.sources.case import Case
from conformance.sources.reduction import reduce
from conformance.verdict import GRADE_OF, Mismatch, Verdict

SHRINKS = 2  # of each op, check and kind: the tenth of a kind has nothing more to tell
UNNAMED = 6  # of a kind where no op is at fault by name, since there the causes may be many
ATTEMPTS = 300  # programs tried to shorten one; a count and not a time, to be the same everywhere


def gravest(mismatches: Iterable[Mismatch]) -> Mismatch:
    """Of those that count, the first that breaks the lowest grade."""
    return min((m for m in mismatches if m.counts), key=lambda m: GRADE_OF[m.kind])


class Examiner:
    """Judges cases on a pair of engines. It remembers only how many of each kind of failure it
    has shortened."""

    def __init__(self, reference: Engine, subject: Engine) -> None:
        self.reference, self.subject = reference, subject
        self._shrunk: Counter[tuple[str, str, str]] = Counter()

    def examine(self, case: Case, source: Source) -> Result:
        """The case's result."""
        return self.result(case, source, judge(case.program, self.reference, self.subject))

    def result(self, case: Case, source: Source, verdict: Verdict) -> Result:
        """The result of a case that is judged."""
        failure = None
        if verdict.outcome == "differ":
            failure = self._failure(case, verdict)
        return Result(case.id, case.op, case.check, source, verdict, failure)

    def _failure(self, case: Case, verdict: Verdict) -> Failure:
        kind = gravest(verdict.mismatches).kind
        shrunk = (case.op, case.check, kind)
        # A tutorial's cell is text that people know, a provocation is short: they stay as they are.
        limit = SHRINKS if case.op else UNNAMED
        reduced = case.check not in ("tutorial", "messages") and self._shrunk[shrunk] < limit
        program, mismatches = case.program, verdict.mismatches
        if reduced:
            self._shrunk[shrunk] += 1
            program = self.shorten(program, kind)
            mismatches = judge(program, self.reference, self.subject).mismatches
        # What it was shortened for comes first: the rest may be of another cause.
        counted = sorted((m for m in mismatches if m.counts), key=lambda m: m.kind != kind)
        text = program.script(execute(program, self.reference), counted)
        return Failure(program, tuple(counted), text, reduced)

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

"""Case × engines → Result: judged, run again where it differs, and made as short as possible."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from conformance.campaign.causes.signature import Suspect, shows_the_same, suspect_of
from conformance.campaign.result import Failure, Result, Source, lost_worker, written
from conformance.claims import EVERYTHING, Claims
from conformance.claims.values import raises_by_values
from conformance.corpus.case import Case
from conformance.engines import Engine
from conformance.engines.execute import execute
from conformance.engines.isolation import RemoteEngine
from conformance.engines.isolation.wire import encode
from conformance.judge.referee import adjudicate, judge
from conformance.judge.shown_grades import shown_grades
from conformance.program import Program
from conformance.program.script.wording import worded
from conformance.program.trace import Trace, Unsupported
from conformance.shrink.reduction import reduce
from conformance.verdict import GRADE_OF, Mismatch, Verdict

ATTEMPTS = 300  # programs tried to shorten one; a count and not a time, to be the same everywhere
SLOW_ATTEMPTS = 30  # where each costs a process that dies
KEPT = 12  # differences of a case that are kept; of each kind the first is among them
CONFIRMED = 3  # runs in which a failure must show again, to be no accident

WHOLE: frozenset[str] = frozenset({"tutorial", "messages"})
"""The checks whose programs are not shortened: people know them, or they are a few lines."""


def gravest(mismatches: Iterable[Mismatch]) -> Mismatch:
    """The first mismatch of those that count and break the lowest grade."""
    return min((m for m in mismatches if m.counts), key=lambda m: GRADE_OF.get(m.kind, 1))


def judged(
    program: Program, expected: Trace, reference: Engine, subject: Engine
) -> Callable[[], Verdict] | None:
    """A function that computes the verdict on the subject, given the reference's trace; None where
    the two agree bit for bit, as most do."""
    if isinstance(subject, RemoteEngine):
        answer = subject.answer(program)
        if answer.data == encode(expected) and not _lacks(expected):
            return None
        actual = subject.trace_of(answer)
    else:
        actual = execute(program, subject)
    return lambda: adjudicate(program, expected, actual, reference, subject)


def _lacks(trace: Trace) -> bool:
    """Whether the reference itself could not do something, so that agreement says nothing."""
    return bool(trace.missing) or any(isinstance(o, Unsupported) for o in trace.outcomes)


class Examiner:
    """Judges cases on a pair of engines."""

    def __init__(self, reference: Engine, subject: Engine, claims: Claims = EVERYTHING) -> None:
        self.reference, self.subject, self.claims = reference, subject, claims

    def examine(self, case: Case, source: Source) -> Result:
        """The case's result."""
        expected = execute(case.program, self.reference)
        if (end := expected.end) is not None:
            key = case.program.hash
            return lost_worker(case.id, case.op, case.check, source, key, end.detail)
        verdict = self.verdict(case.program, expected)
        if verdict is None:
            shows = shown_grades(case.program, expected)
            return Result(
                case.id, case.op, case.check, source, Verdict(case.program.hash, (), shows)
            )
        return self.result(case, source, verdict)

    def verdict(self, program: Program, expected: Trace) -> Verdict | None:
        """The verdict; None where the subject agrees bit for bit. Where it differs, the program is
        run again: a subject that then does something else is `flaky`."""
        if outside := self._outside(program, expected):
            shows = shown_grades(program, expected)
            return Verdict(program.hash, (), shows, outside)
        first = judged(program, expected, self.reference, self.subject)
        if first is None:
            return None
        verdict = self._claimed(first(), program)
        if verdict.outcome != "differ":
            return verdict
        return self._asked_again(program, expected, verdict)

    def _outside(self, program: Program, expected: Trace) -> str | None:
        """Why the program is outside of what is claimed; None if it is inside."""
        if outside := self.claims.about(program, expected):
            return outside
        told = "values" in self.claims.fields or not raises_by_values(
            program, expected, self.reference
        )
        return None if told else "error about values"

    def _asked_again(self, program: Program, expected: Trace, verdict: Verdict) -> Verdict:
        """The verdict, or that the subject is flaky."""
        once_more = judged(program, expected, self.reference, self.subject)
        nothing = Verdict(verdict.program_hash, (), verdict.shows)
        again = self._claimed(once_more(), program) if once_more else nothing
        if _places(again) == _places(verdict):
            return verdict
        if gravest(verdict.mismatches).kind == "hang" and again.outcome != "differ":
            return again  # It was slow once: the machine had other work.
        return flaky(verdict, again, "the same program gives another answer when it is run again")

    def result(self, case: Case, source: Source, verdict: Verdict) -> Result:
        """The result of a case that is judged, in words."""
        verdict = replace(verdict, mismatches=written(verdict.mismatches))
        failure = None
        if verdict.outcome == "differ":
            counted = tuple(m for m in verdict.mismatches if m.counts)
            failure = Failure(case.program, counted, "", False)
        elif verdict.outcome in ("flaky", "unsupported"):
            failure = Failure(case.program, verdict.mismatches, "", False)
        return Result(case.id, case.op, case.check, source, verdict, failure)

    def shorten(self, result: Result) -> Result:
        """The result with the shortest program that was found to show its difference, and the
        script of that. A difference that is not seen in a fresh process is `flaky`."""
        failure = result.failure
        assert failure is not None
        if result.verdict.outcome != "differ":
            return replace(result, failure=self._written(failure))
        sought = gravest(failure.mismatches)
        # To see a hang again takes long, and of what hung often nothing is seen again.
        if sought.kind == "hang" or not self._is_asked(failure.program):
            return replace(result, failure=self._written(failure))
        suspect = suspect_of(failure.program, sought, result.op, shrunk=False)
        self._refresh()
        if not all(self._shows(failure.program, suspect) for _ in range(CONFIRMED)):
            reason = "it does not show again in a fresh process"
            verdict = flaky(result.verdict, None, reason)
            return replace(result, verdict=verdict, failure=self._written(failure))
        if result.check in WHOLE:
            return replace(result, failure=self._written(failure))
        return replace(result, failure=self._reduced(failure, sought.kind, suspect))

    def _is_asked(self, program: Program) -> bool:
        return not isinstance(self.subject, RemoteEngine) or self.subject.asks(program)

    def _reduced(self, failure: Failure, kind: str, suspect: Suspect) -> Failure:
        program = reduce(failure.program, self._still_shows(kind, suspect), self.reference)
        self._refresh()
        mismatches = written(m for m in self._judge(program).mismatches if m.counts)
        if not any(shows_the_same(program, m, suspect) for m in mismatches):
            # The shorter program needs what ran before it: keep the one that shows it alone.
            return self._written(replace(failure, reduced=True))
        # What it was shortened for comes first: the rest may be of another cause.
        ordered = tuple(sorted(mismatches, key=lambda m: not shows_the_same(program, m, suspect)))
        return self._written(Failure(program, ordered, "", True))

    def _still_shows(self, kind: str, suspect: Suspect) -> Callable[[Program], bool]:
        left = SLOW_ATTEMPTS if kind == "crash" else ATTEMPTS

        def still_shows(candidate: Program) -> bool:
            nonlocal left
            left -= 1
            return left >= 0 and self._shows(candidate, suspect)

        return still_shows

    def _shows(self, program: Program, suspect: Suspect) -> bool:
        """Whether the program shows the difference that is sought, and not just any."""
        found = self._judge(program).mismatches
        return any(m.counts and shows_the_same(program, m, suspect) for m in found)

    def _judge(self, program: Program) -> Verdict:
        return self._claimed(judge(program, self.reference, self.subject), program)

    def _claimed(self, verdict: Verdict, program: Program) -> Verdict:
        """The verdict after the claims: a difference in what is not claimed does not count, and
        something claimed that is unsupported does."""
        if self.claims.everything or not verdict.mismatches:
            return verdict
        weighed = tuple([self._weighed(mismatch, program) for mismatch in verdict.mismatches])
        return replace(verdict, mismatches=weighed)

    def _weighed(self, mismatch: Mismatch, program: Program) -> Mismatch:
        if not mismatch.counts and mismatch.kind != "unsupported":
            return mismatch
        if not self.claims.covers(mismatch, program):
            return replace(mismatch, judgement="unclaimed")
        # What the reference cannot do either is nothing that the subject lacks.
        if mismatch.kind == "unsupported" and not isinstance(mismatch.expected, Unsupported):
            return replace(mismatch, judgement="claimed")
        return mismatch

    def _written(self, failure: Failure) -> Failure:
        text = failure.program.script(
            execute(failure.program, self.reference), [m for m in failure.mismatches if m.counts]
        )
        return replace(failure, script=text)

    def _refresh(self) -> None:
        """Let the subject forget what it has run."""
        if isinstance(self.subject, RemoteEngine):
            self.subject.restart()


def flaky(verdict: Verdict, again: Verdict | None, reason: str) -> Verdict:
    """The verdict on a subject that does not always do the same: nothing that differed counts."""
    first = gravest(verdict.mismatches)
    second = next((m for m in again.mismatches if m.counts), None) if again else None
    texts = worded(first)
    mismatch = Mismatch(
        "flaky",
        first.step,
        first.where,
        f"the same each time; {texts.expected}",
        f"{texts.actual}; then {worded(second).actual if second else 'as expected'}",
        reason=reason,
    )
    return Verdict(verdict.program_hash, (mismatch,), verdict.shows)


def _places(verdict: Verdict) -> list[tuple[str, str]]:
    """What differs, and where. The values are left out: an address in a text may change."""
    return [(m.kind, m.where) for m in verdict.mismatches if m.counts]


def trimmed(result: Result) -> Result:
    """The result with the first few of its differences, at least one of each kind: those of an
    engine that does everything wrong would fill the memory."""
    mismatches = result.verdict.mismatches
    if len(mismatches) <= KEPT:
        return result
    groups: dict[tuple[str, bool, bool], int] = {}
    kept = list[Mismatch]()
    for mismatch in mismatches:
        group = (mismatch.kind, mismatch.counts, mismatch.step is None)
        groups[group] = groups.get(group, 0) + 1
        if groups[group] == 1 or len(kept) < KEPT:
            kept.append(mismatch)
    verdict = replace(result.verdict, mismatches=tuple(kept))
    failure = result.failure
    if failure is not None:
        failure = replace(failure, mismatches=failure.mismatches[:KEPT])
    return replace(result, verdict=verdict, failure=failure)

"""Asks an engine, in this process, program after program until one shows a difference."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from conformance import Program, TorchLike, Verdict, adjudicate, execute, resolve_engine
from conformance.campaign.examine import gravest
from conformance.engines.isolation.wire import decode
from kill_table.running.questions import ENGINE, NO_TRACE, Question, answer_of, hashed


@dataclass(frozen=True, slots=True)
class Kill:
    """The first difference.

    Attributes:
        number: of the question.
        kind: of the mismatch; `unsupported` where the mutant lacks what the engine has; `crash`,
            `hang` of its process.
        where: what differs.
        steps: of the program.
        seconds: since the first program was asked.
    """

    number: int
    kind: str
    where: str
    steps: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Found:
    """What came of asking.

    Attributes:
        kill: the first difference, if there was one.
        asked: how many programs were asked.
        flaky: how many of them answered otherwise the second time.
        late: whether time was over before all were asked.
    """

    kill: Kill | None
    asked: int
    flaky: int = 0
    late: bool = False


def ask(
    questions: Sequence[Question],
    numbers: Iterable[int],
    subject: TorchLike,
    begin: Callable[[int], None] = lambda number: None,
) -> Found:
    """Ask the questions of those numbers in turn.

    Args:
        begin: told the number of each before it is asked.
    """
    began, asked, flaky = time.monotonic(), 0, 0
    for number in numbers:
        question = questions[number]
        if question.differs:
            continue
        begin(number)
        asked += 1
        program: Program = pickle.loads(question.program)
        data = answer_of(execute(program, subject))
        if data == question.expected or hashed(data) == question.whole:
            continue
        shown = difference(question, program, data, subject)
        if shown is None:
            flaky += 1
        elif shown[0] != "agree":
            seconds = time.monotonic() - began
            return Found(Kill(number, *shown, len(program.steps), seconds), asked, flaky)
    return Found(None, asked, flaky)


def difference(
    question: Question, program: Program, data: bytes, subject: TorchLike
) -> tuple[str, str] | None:
    """The kind of the gravest difference that the judge sees in an answer, and where; "agree" if
    it sees none. None where the subject does not do the same when it is asked again."""
    first = _judged(question, program, data, subject)
    if first[0] == "agree":
        return first
    again = _judged(question, program, answer_of(execute(program, subject)), subject)
    return first if again == first else None


def _judged(
    question: Question, program: Program, data: bytes, subject: TorchLike
) -> tuple[str, str]:
    if data == NO_TRACE:
        return "crash", "the final state"
    reference, expected = resolve_engine("torch"), decode(question.expected, "torch")
    return told(adjudicate(program, expected, decode(data, ENGINE), reference, subject))


def told(verdict: Verdict) -> tuple[str, str]:
    """The kind of the gravest difference, and where it is."""
    if any(mismatch.counts for mismatch in verdict.mismatches):
        worst = gravest(verdict.mismatches)
        return worst.kind, worst.where
    return verdict.outcome, ""

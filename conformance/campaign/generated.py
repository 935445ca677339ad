"""Generated programs as results of a campaign."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.campaign.examine import Examiner
from conformance.campaign.plan import Piece, Settings
from conformance.campaign.result import Result
from conformance.catalogue import op_of
from conformance.engines import Engine, TorchLike
from conformance.execute import execute
from conformance.judge.referee import adjudicate, judge
from conformance.program import Program
from conformance.sources.case import Case
from conformance.sources.counting import Counting
from conformance.sources.generated import drawn
from conformance.sources.rewriting import without_steps, without_unused_inputs
from conformance.sources.statistics import Statistics
from conformance.trace import Trace, Unsupported
from conformance.verdict import Verdict


def results(
    piece: Piece,
    done: int,
    settings: Settings,
    reference: Engine,
    subject: Engine,
    statistics: Statistics,
) -> Iterator[Result]:
    """A result for each program of the piece, but for the first `done` of them.

    A program's id says the op at which it first differs, and the program itself. Of one that the
    subject cannot run, what is left without the steps that it lacks is judged as well: if that
    differs, it is the result. The statistics count all that are drawn: a piece that is gone on
    with has lost what its first part counted.
    """
    if not isinstance(reference, TorchLike):
        raise TypeError(f"programs are drawn on a torch-like reference; {reference.name} is none")
    examiner, counting = Examiner(reference, subject), Counting(statistics)
    ops = settings.ops or None
    for number, (program, expected) in enumerate(
        drawn(reference, count=piece.count, seed=piece.seed, ops=ops)
    ):
        counting.add(program, expected)
        if number >= done:
            actual = execute(program, subject)
            verdict = adjudicate(program, expected, actual, reference)
            if verdict.outcome == "unsupported":
                rest = without_lacking(program, actual)
                left = judge(rest, reference, subject)
                if left.outcome == "differ":
                    program, verdict = rest, left
            yield examiner.result(_case(program, verdict), "generated", verdict)


def without_lacking(program: Program, actual: Trace) -> Program:
    """The program without the steps that the engine lacks what they need for."""
    lacking = (n for n, outcome in enumerate(actual.outcomes) if isinstance(outcome, Unsupported))
    return without_unused_inputs(without_steps(program, lacking))


def _case(program: Program, verdict: Verdict) -> Case:
    op = op_at_fault(program, verdict)
    name = "/".join(filter(None, ("programs", op, verdict.program_hash[:12])))
    return Case(name, op, "programs", program)


def op_at_fault(program: Program, verdict: Verdict) -> str:
    """The op of the step that first differs; "" when nothing does, or it is no op's."""
    steps = (mismatch.step for mismatch in verdict.mismatches if mismatch.counts)
    step = next(steps, None)
    return "" if step is None else op_of(program.steps[step]) or ""

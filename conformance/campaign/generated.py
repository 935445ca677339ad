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
from conformance.sources.lacking import without_lacking
from conformance.sources.statistics import Statistics
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
    subject cannot run, what is left without the steps that it lacks is judged as well; if that
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
            verdict = adjudicate(program, expected, execute(program, subject), reference)
            if verdict.outcome == "unsupported":
                rest = without_lacking(program, subject, reference)
                left = judge(rest, reference, subject)
                if left.outcome == "differ":
                    program, verdict = rest, left
            yield examiner.result(_case(program, verdict), "generated", verdict)


def _case(program: Program, verdict: Verdict) -> Case:
    op = op_at_fault(program, verdict)
    name = "/".join(filter(None, ("programs", op, verdict.program_hash[:12])))
    return Case(name, op, "programs", program)


def op_at_fault(program: Program, verdict: Verdict) -> str:
    """The op of the step that first differs; "" when nothing does, or it is no op's."""
    steps = (mismatch.step for mismatch in verdict.mismatches if mismatch.counts)
    step = next(steps, None)
    return "" if step is None else op_of(program.steps[step]) or ""

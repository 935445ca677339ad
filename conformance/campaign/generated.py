"""Generated programs as results of a campaign."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from conformance.campaign.examine import Examiner
from conformance.campaign.plan import Piece, Settings
from conformance.campaign.result import Number, Result, lost_worker
from conformance.catalogue import op_of
from conformance.corpus.case import Case
from conformance.engines import TorchLike, resolve_engine
from conformance.engines.execute import execute
from conformance.generate.drawing.drawn import Drawn
from conformance.generate.generated import drawn
from conformance.generate.statistics import Statistics
from conformance.generate.statistics.counting import Counting
from conformance.judge.referee import judge
from conformance.program import Program
from conformance.shrink.unsupported import without_unsupported
from conformance.verdict import Verdict

RESCUED = 60  # programs of a piece: each takes ten runs, and of some engines nearly all need it


@dataclass(slots=True)
class Rescues:
    """Of the programs that need something unsupported, how many were run without it as well, and
    how many were not, since the piece had enough of them."""

    done: int = 0
    left: int = 0

    def is_next(self) -> bool:
        """Whether one more is run without what is lacking; counted either way."""
        if self.done < RESCUED:
            self.done += 1
            return True
        self.left += 1
        return False


def results(
    piece: Piece,
    settings: Settings,
    examiner: Examiner,
    statistics: Statistics,
    *,
    rescues: Rescues | None = None,
    lost: Sequence[tuple[int, str]] = (),
    begin: Callable[[int], None] = lambda number: None,
) -> Iterator[Result | None]:
    """For each program of the piece its result, or None where it agrees bit for bit.

    A program's id says the op at which it first differs, and the program itself. Of one that the
    subject cannot run, what is left without the steps that it lacks is judged as well, of the
    first few of the piece; if that differs, it is the result.

    Args:
        rescues: counts those of which the rest is judged.
        lost: the numbers of programs over which this process died, with what killed it.
        begin: told the number of each structure of programs before it is drawn.
    """
    counting, rescues = Counting(statistics), rescues or Rescues()
    for number, found in _drawn(piece, settings, examiner, dict(lost), begin):
        if isinstance(found, str):
            name = f"{piece.seed}-{number}"
            lost_id = f"programs/lost/{name}"
            yield lost_worker(lost_id, "", "programs", "generated", name, found)
            continue
        program, expected = found
        counting.add(program, expected)
        verdict = examiner.verdict(program, expected)
        if verdict is None:
            yield None
            continue
        rescue = not verdict.attempted and rescues.is_next()
        result = result_of(program, verdict, examiner, rescue=rescue)
        yield replace(result, drawn=Number(piece.seed, number, piece.op))


def result_of(
    program: Program, verdict: Verdict | None, examiner: Examiner, *, rescue: bool
) -> Result:
    """The result of a generated program; no verdict means that it agrees bit for bit.

    Args:
        rescue: whether what the subject lacks is left out, so that the rest is judged.
    """
    if verdict is None:
        return Result("programs", "", "programs", "generated", Verdict(""))
    if rescue:
        program, verdict = _rest(program, verdict, examiner)
    return examiner.result(_case(program, verdict), "generated", verdict)


def _drawn(
    piece: Piece,
    settings: Settings,
    examiner: Examiner,
    lost: dict[int, str],
    begin: Callable[[int], None],
) -> Iterator[tuple[int, Drawn | str]]:
    """The numbered programs, with what the reference did; or what its process was lost to. A
    reference in a process of its own has no part in the drawing, for which the torch at hand is
    stepped through."""
    reference = examiner.reference
    on = reference if isinstance(reference, TorchLike) else resolve_engine("torch")
    assert isinstance(on, TorchLike)
    ops = (piece.op,) if piece.op else settings.drawn or None
    features = settings.claims.drawn_features
    for number in range(piece.count):
        begin(number)
        if number in lost:
            yield number, lost[number]
        else:
            (found,) = drawn(on, count=1, seed=piece.seed, start=number, ops=ops, features=features)
            if on is not reference:
                found = replace(found, trace=execute(found.program, reference))
            yield number, found.trace.end.detail if found.trace.end else found


def _rest(program: Program, verdict: Verdict, examiner: Examiner) -> tuple[Program, Verdict]:
    """What is left of a program without what the subject lacks, if that differs."""
    rest = without_unsupported(program, examiner.subject, examiner.reference)
    left = judge(rest, examiner.reference, examiner.subject)
    if left.outcome != "differ":
        return program, verdict
    confirmed = examiner.verdict(rest, execute(rest, examiner.reference))
    return (rest, confirmed) if confirmed is not None else (program, verdict)


def _case(program: Program, verdict: Verdict) -> Case:
    op = op_at_fault(program, verdict)
    name = "/".join(filter(None, ("programs", op, verdict.program_hash[:12])))
    return Case(name, op, "programs", program)


def op_at_fault(program: Program, verdict: Verdict) -> str:
    """The op of the step that first differs; "" when nothing does, or it is no op's."""
    steps = (mismatch.step for mismatch in verdict.mismatches if mismatch.counts)
    step = next(steps, None)
    return "" if step is None else op_of(program.steps[step]) or ""

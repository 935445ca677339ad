"""Generated programs: drawn under a seed, run on the subject, judged, and made short."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from conformance.catalogue import op_of
from conformance.engines import TorchLike
from conformance.engines.protocol import Engine
from conformance.execute import execute
from conformance.judge.referee import adjudicate, judge
from conformance.program import Program
from conformance.sources.counting import Counting
from conformance.sources.reduction import reduce
from conformance.sources.statistics import Statistics
from conformance.strategies import HEADER, ROW, Drawn, entries_of, filled, interpret
from conformance.trace import Trace
from conformance.verdict import Mismatch, Verdict

SHRINKS = 4  # programs made short of each kind and op; of a kind that names no op, so many more
ATTEMPTS = 2000  # programs tried to make one short

FEW_STEPS = 3  # a shorter program is a part of many a longer one
FILLS = 3  # programs of one structure, which differ in the values of the inputs
VALUES = 64  # bytes from which the values of a fill are read

__all__ = ["Finding", "Statistics", "drawn", "examined", "generate", "reduce"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference that generated programs show.

    Attributes:
        program: the shortest program found that shows it.
        verdict: what is said of that program.
        drawn: the program as it was drawn.
        count: how many drawn programs came down to the same.
    """

    program: Program
    verdict: Verdict
    drawn: Program
    count: int = 1

    @property
    def mismatch(self) -> Mismatch:
        """The first difference that counts."""
        return next(mismatch for mismatch in self.verdict.mismatches if mismatch.counts)


def drawn(
    reference: TorchLike,
    *,
    count: int,
    seed: int,
    start: int = 0,
    ops: Sequence[str] | None = None,
    max_steps: int = 12,
    fills: int = FILLS,
) -> Iterator[Drawn]:
    """So many programs from number `start` on, with what the reference did; the same ones for the
    same arguments. Of each structure there are `fills`, that differ in the inputs' values.

    The bytes that `strategies.programs` asks Hypothesis for come from a plain generator here.
    Hypothesis looks for a failure and then for its smallest form, so it draws a good part of its
    examples by repeating pieces of earlier ones, and remembers each; a campaign wants each op as
    often as any other, and a memory that does not grow. Program `number` of a seed does not
    depend on those before it.
    """
    entries = entries_of(ops)
    few = min(FEW_STEPS, max_steps)
    number, end = start, start + count
    while number < end:
        structure, fill = divmod(number, fills)
        rng = Random(f"{seed}/{structure}")
        rows = [rng.randbytes(ROW) for _ in range(few + rng.randrange(max_steps - few + 1))]
        first = interpret(reference, entries, rows, rng.randbytes(HEADER))
        others = [rng.randbytes(VALUES) for _ in range(fills - 1)]
        for place in range(fill, min(fills, fill + end - number)):
            number += 1
            if place:
                program = filled(first.program, others[place - 1])
                yield Drawn(program, execute(program, reference))
            else:
                yield first


def examined(
    engine: Engine,
    reference: TorchLike,
    *,
    count: int,
    seed: int,
    ops: Sequence[str] | None = None,
) -> Iterator[tuple[Program, Trace, Verdict]]:
    """The drawn programs, with what the reference did and the verdict on the subject."""
    for program, expected in drawn(reference, count=count, seed=seed, ops=ops):
        verdict = adjudicate(program, expected, execute(program, engine), reference)
        yield program, expected, verdict


def generate(
    engine: Engine,
    reference: TorchLike,
    *,
    count: int,
    seed: int,
    ops: Sequence[str] | None = None,
    stats: Statistics | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Finding]:
    """Draw so many programs and give what differs, each difference once, as short as it can be.

    Args:
        ops: the ops to call, by their names in the catalogue; all of them by default.
        stats: counts what was drawn, if given.
        progress: called with the number of programs done, after each.
    """
    findings = _Findings(engine, reference)
    counting = Counting(Statistics() if stats is None else stats)
    verdicts = examined(engine, reference, count=count, seed=seed, ops=ops)
    for number, (program, expected, verdict) in enumerate(verdicts, 1):
        counting.add(program, expected, verdict)
        if verdict.outcome == "differ":
            findings.add(program, verdict)
        if progress is not None:
            progress(number)
    return findings.found()


class _Findings:
    """What differed so far, by kind and by the ops of the shortest program."""

    def __init__(self, engine: Engine, reference: TorchLike) -> None:
        self.engine, self.reference = engine, reference
        self._found: dict[tuple[str, ...], Finding] = {}
        self._shrunk: dict[tuple[str, str], int] = {}

    def found(self) -> list[Finding]:
        """Each difference once, those first that came first."""
        return list(self._found.values())

    def add(self, program: Program, verdict: Verdict) -> None:
        """Make the program short, unless enough of its like were."""
        mismatch = next(m for m in verdict.mismatches if m.counts)
        op = "" if mismatch.step is None else op_of(program.steps[mismatch.step]) or ""
        like = (mismatch.kind, op)
        self._shrunk[like] = self._shrunk.get(like, 0) + 1
        if self._shrunk[like] > SHRINKS * (1 if op else 8):
            return
        short = self._reduced(program, mismatch.kind)
        names = (op_of(step) or type(step).__name__ for step in short.steps)
        key = (mismatch.kind, *dict.fromkeys(names))
        before = self._found.get(key)
        if before is None:
            verdict = judge(short, self.reference, self.engine)
            self._found[key] = Finding(short, verdict, program)
        else:
            shortest = min(before.program, short, key=lambda p: len(p.steps))
            verdict = judge(shortest, self.reference, self.engine)
            self._found[key] = Finding(shortest, verdict, before.drawn, before.count + 1)

    def _reduced(self, program: Program, kind: str) -> Program:
        left = ATTEMPTS

        def still_fails(candidate: Program) -> bool:
            nonlocal left
            left -= 1
            if left < 0:
                return False
            verdict = judge(candidate, self.reference, self.engine)
            return any(m.counts and m.kind == kind for m in verdict.mismatches)

        return reduce(program, still_fails, self.reference)

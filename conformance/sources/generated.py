"""Generated programs: drawn under a seed, run on the subject, and judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from conformance.engines import TorchLike
from conformance.engines.protocol import Engine
from conformance.execute import execute
from conformance.judge.referee import adjudicate
from conformance.program import Program
from conformance.strategies import HEADER, ROW, Drawn, entries_of, filled, interpret
from conformance.trace import Trace
from conformance.verdict import Verdict

FEW_STEPS = 3  # a shorter program is a part of many a longer one
FILLS = 3  # programs of one structure, which differ in the values of the inputs
VALUES = 64  # bytes from which the values of a fill are read


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
        verdict = adjudicate(program, expected, execute(program, engine), reference, engine)
        yield program, expected, verdict

"""Generated programs: drawn under a seed, run on the subject, and judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from conformance.engines import TorchLike
from conformance.engines.execute import execute
from conformance.engines.protocol import Engine
from conformance.generate.drawing.drawn import Drawn
from conformance.generate.drawing.interpretation import (
    HEADER,
    MOST_STEPS,
    Choices,
    interpret,
    of_many_steps,
)
from conformance.generate.drawing.ops import entries_of
from conformance.judge.referee import adjudicate
from conformance.program import Program
from conformance.program.trace import Trace
from conformance.verdict import Verdict


def drawn(
    reference: TorchLike,
    *,
    count: int,
    seed: int,
    start: int = 0,
    ops: Sequence[str] | None = None,
    features: frozenset[str] | None = None,
    max_steps: int = MOST_STEPS,
) -> Iterator[Drawn]:
    """So many programs from number `start` on, with what the reference did; the same ones for the
    same arguments. They may use these features, or all of them.

    The choices that `strategies.programs` asks Hypothesis for come from a plain generator here.
    Hypothesis looks for a failure and then for its smallest form, so it draws a good part of its
    examples by repeating pieces of earlier ones, and remembers each; a campaign wants a memory
    that does not grow. Program `number` of a seed does not depend on those before it.
    """
    entries = entries_of(ops)
    for number in range(start, start + count):
        choices = _choices(seed, number)
        yield interpret(reference, entries, choices, features=features, max_steps=max_steps)


def _choices(seed: int, number: int) -> Choices:
    generator = Random(f"{seed}/{number}")

    def choices(size: int) -> bytes:
        made = generator.randbytes(size)
        return of_many_steps(made) if size == HEADER else made

    return choices


def choices_of(
    reference: TorchLike,
    number: int,
    *,
    seed: int,
    ops: Sequence[str] | None = None,
    max_steps: int = MOST_STEPS,
) -> list[bytes]:
    """The choices by which `strategies.programs` gives the program that `drawn` numbers so."""
    draw = _choices(seed, number)
    made: list[bytes] = []

    def choices(size: int) -> bytes:
        made.append(draw(size))
        return made[-1]

    interpret(reference, entries_of(ops), choices, max_steps=max_steps)
    return made


def examined(
    engine: Engine, reference: TorchLike, *, count: int, seed: int, ops: Sequence[str] | None = None
) -> Iterator[tuple[Program, Trace, Verdict]]:
    """The drawn programs, with what the reference did and the verdict on the subject."""
    for program, expected in drawn(reference, count=count, seed=seed, ops=ops):
        verdict = adjudicate(program, expected, execute(program, engine), reference, engine)
        yield program, expected, verdict

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
    REFILLED,
    VALUES,
    Choices,
    interpret,
    of_many_steps,
    refilled,
)
from conformance.generate.drawing.ops import entries_of
from conformance.judge.referee import adjudicate
from conformance.program import Program
from conformance.program.trace import Trace
from conformance.verdict import Verdict

FILLS = 3  # programs of one structure, which differ in the values of the inputs


def drawn(
    reference: TorchLike,
    *,
    count: int,
    seed: int,
    start: int = 0,
    ops: Sequence[str] | None = None,
    max_steps: int = MOST_STEPS,
    fills: int = FILLS,
) -> Iterator[Drawn]:
    """So many programs from number `start` on, with what the reference did; the same ones for the
    same arguments. Of each structure there are `fills`, that differ in the inputs' values.

    The choices that `strategies.programs` asks Hypothesis for come from a plain generator here.
    Hypothesis looks for a failure and then for its smallest form, so it draws a good part of its
    examples by repeating pieces of earlier ones, and remembers each; a campaign wants a memory
    that does not grow. Program `number` of a seed does not depend on those before it.
    """
    entries = entries_of(ops)
    number, end = start, start + count
    while number < end:
        structure, fill = divmod(number, fills)
        choices = _choices(seed, structure)
        first = interpret(reference, entries, choices, max_steps=max_steps)
        others = [choices(VALUES) for _ in range(fills - 1)]
        for place in range(fill, min(fills, fill + end - number)):
            number += 1
            yield refilled(first, others[place - 1], reference) if place else first


def _choices(seed: int, structure: int) -> Choices:
    generator = Random(f"{seed}/{structure}")

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
    fills: int = FILLS,
) -> list[bytes]:
    """The choices by which `strategies.programs` gives the program that `drawn` numbers so."""
    structure, fill = divmod(number, fills)
    draw = _choices(seed, structure)
    made: list[bytes] = []

    def choices(size: int) -> bytes:
        made.append(draw(size))
        return made[-1]

    interpret(reference, entries_of(ops), choices, max_steps=max_steps)
    if not fill:
        return made
    others = [draw(VALUES) for _ in range(fills - 1)]
    header, *rows = made
    if header[0] == REFILLED:
        rows.pop()
    return [bytes([REFILLED]) + header[1:], *rows, others[fill - 1]]


def examined(
    engine: Engine, reference: TorchLike, *, count: int, seed: int, ops: Sequence[str] | None = None
) -> Iterator[tuple[Program, Trace, Verdict]]:
    """The drawn programs, with what the reference did and the verdict on the subject."""
    for program, expected in drawn(reference, count=count, seed=seed, ops=ops):
        verdict = adjudicate(program, expected, execute(program, engine), reference, engine)
        yield program, expected, verdict

"""Whole programs, drawn step by step while the reference runs them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

from conformance.catalogue import CATALOGUE
from conformance.catalogue.entry import OpEntry, Operand
from conformance.engines import TorchLike
from conformance.program import Program
from conformance.program.steps import Backward, LeaveMode, Step
from conformance.strategies import acts
from conformance.strategies.calls import call
from conformance.strategies.drawing import Drawing
from conformance.strategies.tape import Tape, sizes_of_a_program, weighted
from conformance.trace import Trace

ROW = 44  # bytes a step: enough for nearly all; the choices beyond are the simplest
JOIN_PERCENT = 35.0  # of the programs that end with `backward` join two graphs before
LEAVE_PERCENT = 30.0  # of the steps within a `with` block end it
FLAWED_PERCENT = 24.0  # of the programs may hold what torch refuses

_Act = Callable[[Drawing], Step | None]

_ACTS: Sequence[_Act | None] = weighted(
    (None, 188),  # a call
    (acts.backward, 18),
    (acts.grad, 12),
    (acts.read, 10),
    (acts.mode, 6),
    (acts.detach, 5),
    (acts.requires_grad, 4),
    (acts.retain_grad, 5),
    (acts.clear_grad, 4),
    (acts.set_grad, 4),
)


class Drawn(NamedTuple):
    """A drawn program, and what the reference did while it was drawn."""

    program: Program
    trace: Trace

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """How Hypothesis shows it: as a script that a person can run."""
        with printer.indent(0):
            printer.text("# a program:\n" + self.program.script(self.trace))


def programs(
    reference: TorchLike,
    *,
    ops: Sequence[str] | None = None,
    max_steps: int = 8,
) -> st.SearchStrategy[Drawn]:
    """Programs with what the reference did.

    Most are valid, about a quarter hold something that torch refuses. They shrink by losing
    steps, and by every choice in a step becoming the simplest.

    Args:
        reference: the engine that runs each step as it is drawn: torch.
        ops: the ops to call, by their names in the catalogue; all of them by default.
        max_steps: the most steps that are drawn; two may be added, an op that joins two graphs
            and a last `backward`.
    """
    entries = entries_of(ops)
    row = st.binary(min_size=ROW, max_size=ROW)
    rows = st.lists(row, min_size=1, max_size=max_steps)

    @st.composite
    def drawn(draw: st.DrawFn) -> Drawn:
        return interpret(reference, entries, draw(rows), draw(row))

    return drawn()


def entries_of(ops: Sequence[str] | None) -> tuple[OpEntry, ...]:
    """The catalogue's entries of those names, all of them for None, each as often as it is to be
    drawn: one without a signature never is.

    Raises:
        ValueError: none of them can be drawn.
    """
    entries = [CATALOGUE[name] for name in (CATALOGUE if ops is None else ops)]
    drawable = [entry for entry in entries if entry.signatures]
    if not drawable:
        raise ValueError(f"no generated program calls any of {', '.join(ops or CATALOGUE)}")
    return weighted(*((entry, _weight(entry)) for entry in drawable))


def _weight(entry: OpEntry) -> int:
    """More for an op where graphs join, less for one where they end."""
    if not entry.differentiable:
        return 1
    operands = [param for param in entry.signatures[0] if isinstance(param, Operand)]
    return 6 if len(operands) > 1 or operands[0].many else 3


def interpret(
    reference: TorchLike, ops: Sequence[OpEntry], rows: Sequence[bytes], end: bytes
) -> Drawn:
    """The program whose choices are in these bytes: a row for each step, and one for the last
    `backward` and for whether the program may be wrong. Any bytes give a program."""
    drawing = Drawing(reference)
    last = Tape(end)
    drawing.flawed = last.chance(FLAWED_PERCENT)
    last.sizes = sizes_of_a_program(last)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # What torch warns of is no part of an outcome.
        try:
            for row in rows:
                drawing.tape = Tape(row, last.sizes)
                drawing.take(_step(drawing, ops))
            drawing.tape = last
            _finish(drawing, ops)
        except BaseException:
            drawing.session.finish()
            raise
    return Drawn(*drawing.finish())


def _step(drawing: Drawing, ops: Sequence[OpEntry]) -> Step:
    if drawing.modes and drawing.tape.chance(LEAVE_PERCENT):
        return LeaveMode()
    act = _ACTS[drawing.tape.byte()]
    step = act(drawing) if act is not None else None
    return call(drawing, ops) if step is None else step


def _finish(drawing: Drawing, ops: Sequence[OpEntry]) -> None:
    """Go backward at the end of most programs that have not done so, through an op that joins
    two graphs at times: what is lost on one path shows only where another leads on."""
    done = any(isinstance(step, Backward) for step in drawing.steps)
    joining = [entry for entry in ops if entry.differentiable and _joins(entry)]
    if joining and not done and drawing.tape.chance(JOIN_PERCENT):
        drawing.take(call(drawing, joining))
    if drawing.tape.chance(25 if done else 85):
        step = acts.backward(drawing)
        if step is not None:
            drawing.take(step)


def _joins(entry: OpEntry) -> bool:
    second = entry.signatures[0][1:2]
    return any(isinstance(param, Operand) and param.shape == "broadcast" for param in second)

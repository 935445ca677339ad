"""Whole programs, drawn step by step while the reference runs them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

from hypothesis import strategies as st

from conformance.catalogue import CATALOGUE
from conformance.catalogue.entry import OpEntry
from conformance.engines import TorchLike
from conformance.program import Program
from conformance.steps import Backward, LeaveMode, Step
from conformance.strategies import acts
from conformance.strategies.calls import call
from conformance.strategies.drawing import Drawing
from conformance.strategies.tape import Tape, weighted
from conformance.trace import Trace

ROW = 44  # bytes a step: enough for nearly all; the choices beyond are the simplest
LEAVE_PERCENT = 30.0  # of the steps within a `with` block end it
FLAWED_PERCENT = 24.0  # of the programs may hold what torch refuses

_Act = Callable[[Drawing], Step | None]

_ACTS: Sequence[_Act | None] = weighted(
    (None, 176),  # a call
    (acts.backward, 26),
    (acts.grad, 14),
    (acts.read, 10),
    (acts.mode, 8),
    (acts.detach, 5),
    (acts.requires_grad, 4),
    (acts.retain_grad, 5),
    (acts.clear_grad, 4),
    (acts.set_grad, 4),
)


def programs(
    reference: TorchLike,
    *,
    ops: Sequence[str] | None = None,
    max_steps: int = 8,
) -> st.SearchStrategy[tuple[Program, Trace]]:
    """Programs with what the reference did.

    Most are valid, about a fifth hold a call that torch refuses. They shrink by losing steps,
    and by every choice in a step becoming the simplest.

    Args:
        reference: the engine that runs each step as it is drawn: torch.
        ops: the ops to call, by their names in the catalogue; all of them by default.
        max_steps: the most steps that are drawn; a last `backward` may be added.
    """
    entries = entries_of(ops)
    row = st.binary(min_size=ROW, max_size=ROW)
    rows = st.lists(row, min_size=1, max_size=max_steps)
    return st.builds(lambda steps, end: interpret(reference, entries, steps, end), rows, row)


def entries_of(ops: Sequence[str] | None) -> tuple[OpEntry, ...]:
    """The catalogue's entries of those names; all of them for None."""
    return tuple(CATALOGUE[name] for name in (CATALOGUE if ops is None else ops))


def interpret(
    reference: TorchLike, ops: Sequence[OpEntry], rows: Sequence[bytes], end: bytes
) -> tuple[Program, Trace]:
    """The program whose choices are in these bytes: a row for each step, and one for the last
    `backward` and for whether the program may be wrong. Any bytes give a program."""
    drawing = Drawing(reference)
    last = Tape(end)
    drawing.flawed = last.chance(FLAWED_PERCENT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # What torch warns of is no part of an outcome.
        try:
            for row in rows:
                drawing.tape = Tape(row)
                drawing.take(_step(drawing, ops))
            drawing.tape = last
            _finish(drawing)
        except BaseException:
            drawing.session.finish()
            raise
    return drawing.finish()


def _step(drawing: Drawing, ops: Sequence[OpEntry]) -> Step:
    if drawing.modes and drawing.tape.chance(LEAVE_PERCENT):
        return LeaveMode()
    act = _ACTS[drawing.tape.byte()]
    step = act(drawing) if act is not None else None
    return call(drawing, ops) if step is None else step


def _finish(drawing: Drawing) -> None:
    """Go backward at the end of most programs that have not done so."""
    done = any(isinstance(step, Backward) for step in drawing.steps)
    if drawing.tape.chance(25 if done else 85):
        step = acts.backward(drawing)
        if step is not None:
            drawing.take(step)

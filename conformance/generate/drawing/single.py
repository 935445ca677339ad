"""How bytes become a program that asks one thing of one op."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias, get_args

from conformance.catalogue import CATALOGUE
from conformance.corpus.opinfo.own import entry_of
from conformance.engines import TorchLike
from conformance.generate.drawing.drawing import Drawing
from conformance.generate.drawing.drawn import Drawn
from conformance.generate.drawing.interpretation import ROW, Choices
from conformance.generate.drawing.ops import entries_of
from conformance.generate.drawing.tape import Tape, sizes_of_a_program
from conformance.generate.steps import calls
from conformance.generate.steps.walks import passes

Question: TypeAlias = Literal["value", "gradient", "second_order", "errors"]
QUESTIONS: tuple[Question, ...] = get_args(Question)

WRITES_PERCENT = 30.0  # of the calls of an op that can be written in place


def interpret_call(reference: TorchLike, op: str, check: Question, choices: Choices) -> Drawn:
    """The program that the choices make: a call of the op, and what its check asks for."""
    drawing = Drawing(reference, entries_of((op,)))
    call, pass_ = Tape(choices(ROW)), Tape(choices(ROW))
    call.sizes = pass_.sizes = sizes_of_a_program(call)
    drawing.flawed = check == "errors"
    drawing.walked = check in ("gradient", "second_order")
    drawing.tape = call
    try:
        _call(drawing, op)
        drawing.tape = pass_
        _FOLLOWED[check](drawing)
    except BaseException:
        drawing.session.finish()
        raise
    return drawing.finish()


def _call(drawing: Drawing, op: str) -> None:
    entry = entry_of(op)
    there = entry in drawing.ops.writing or entry in drawing.ops.items
    writes = there and (not entry.forms or drawing.tape.chance(WRITES_PERCENT))
    if writes and drawing.walked:  # A leaf may not be written to, and no graph would tell.
        drawing.take(calls.call(drawing, CATALOGUE["clone"]))
    drawing.take(calls.call(drawing, entry, writes=writes))


def _not(drawing: Drawing) -> None:
    """Nothing follows."""


def _backward(drawing: Drawing) -> None:
    if step := passes.backward(drawing):
        drawing.take(step)


def _double_backward(drawing: Drawing) -> None:
    if step := passes.grad_with_graph(drawing):
        drawing.take(step)
        _backward(drawing)


_FOLLOWED: Mapping[Question, Callable[[Drawing], None]] = {
    "value": _not,
    "gradient": _backward,
    "second_order": _double_backward,
    "errors": _not,
}

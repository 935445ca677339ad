"""The operands of a function that a program is given: floats, with a graph if possible."""

from __future__ import annotations

from conformance.generate.drawing.drawing import Drawing, Live
from conformance.generate.drawing.tape import weighted
from conformance.generate.values import making
from conformance.generate.values.shaping import shape

LIKE_GRAD_PERCENT = 60.0  # of the new operands beside a first one; the others need no gradient


def operand(drawing: Drawing, written: bool = False) -> Live:
    """A tensor of real numbers, with a graph if possible; a new one where there is none."""
    tape = drawing.tape
    fits = [live for live in drawing.live() if live.category == "float"]
    if written:
        fits = [live for live in fits if drawing.may_be_written(live)]
    if written and drawing.grad_enabled and not drawing.flawed:
        fits = [live for live in fits if not (live.is_leaf and live.requires_grad)]
    fits.sort(key=lambda live: live.is_leaf)
    if fits and not tape.chance(12):
        return fits[tape.pick(PLACES) % len(fits)]
    size = shape(tape)
    return drawing.fresh(
        lambda name: making.tensor(
            tape, name, "float32", size, special=False, grad_percent=0 if written else 85
        )
    )


PLACES = weighted((0, 6), (1, 3), (2, 1), (3, 1))


def like(drawing: Drawing, first: Live, *, grad_percent: float = LIKE_GRAD_PERCENT) -> Live:
    """Another tensor of the same dtype and shape, that may require grad unless that is never to
    be."""
    tape, shape = drawing.tape, first.shape
    fits = [live for live in drawing.live() if live.shape == shape and live.dtype == first.dtype]
    if not grad_percent:
        fits = [live for live in fits if not live.requires_grad]
    fits.sort(key=lambda live: live.ref == first.ref)
    if fits and not tape.chance(25):
        return tape.pick(fits)
    return drawing.fresh(
        lambda name: making.tensor(
            tape, name, first.dtype, shape, special=False, grad_percent=grad_percent
        )
    )


def small(drawing: Drawing) -> Live:
    """A floating tensor of few elements; a new one where there is none."""
    tape = drawing.tape
    fits = [live for live in drawing.live() if live.category == "float" and live.size <= 12]
    if fits:
        return fits[tape.pick(PLACES) % len(fits)]
    return drawing.fresh(
        lambda name: making.tensor(tape, name, "float32", (tape.size(),), special=False)
    )

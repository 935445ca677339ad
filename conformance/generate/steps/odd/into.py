"""Calls that write their result into a tensor that they are given: `out=`."""

from __future__ import annotations

from dataclasses import replace

from conformance.catalogue.entry import OpEntry
from conformance.generate.drawing.drawing import Drawing, Live
from conformance.generate.steps.calls import call
from conformance.generate.values import making
from conformance.generate.values.shaping import Shape
from conformance.program.steps import Step, refs_of
from conformance.program.values import Ref, Value

KEPT_PERCENT = 10.0  # of the calls on what requires grad, which torch refuses

_NAMES = (
    "abs add atan2 bmm cat ceil clamp cos cumsum cumprod div eq exp floor ge gt le log lt matmul "
    "maximum mean minimum mm mul mv ne neg pow prod reciprocal round rsqrt sigmoid sign sin sqrt "
    "stack sub sum tan tanh trunc"
)
_TAKING = frozenset(_NAMES.split())
"""The ops that take `out=`, among those whose result is one tensor."""


def into(drawing: Drawing) -> Step | None:
    """A call that is given `out=`: a tensor of the program's, or a new one."""
    plain = [entry for entry in drawing.ops.plain if entry.signatures]
    entries = [entry for entry in plain if _function(entry) is not None]
    if not entries or drawing.flawed:  # Who lacks it refuses it, whatever else is wrong.
        return None
    entry = drawing.pick_op(entries)
    step = call(drawing, entry, form=_function(entry))
    tape = drawing.tape
    used = [drawing.named(ref) for ref in refs_of(step)]
    given = [live for live in used if live is not None]
    refused = drawing.grad_enabled and any(live.requires_grad for live in given)
    if not given or (refused and not tape.chance(KEPT_PERCENT)):
        return step
    target = _target(drawing, given)
    kwargs: dict[str, Value] = {**step.kwargs, "out": target}
    return replace(step, kwargs=kwargs)


def _function(entry: OpEntry) -> int | None:
    """The place of the function of torch's own that takes `out=`, among the op's forms."""
    places = (n for n, f in enumerate(entry.forms) if f.kind == "function" and f.op in _TAKING)
    return next(places, None)


def _target(drawing: Drawing, given: list[Live]) -> Ref:
    """One that fits the operands, as far as these tell; torch gives it another shape if need be."""
    tape, first = drawing.tape, given[0]
    shape: Shape = max((live.shape for live in given), key=len)
    fits = [
        live
        for live in drawing.live()
        if live.dtype == first.dtype and not live.requires_grad and drawing.may_be_written(live)
    ]
    if fits and tape.chance(45):
        return tape.pick(fits).ref
    return drawing.fresh(
        lambda name: making.tensor(tape, name, first.dtype, shape, special=False, grad_percent=0)
    ).ref

"""Calls that write their result into a tensor that they are given: `out=`."""

from __future__ import annotations

import warnings
from dataclasses import replace
from operator import attrgetter

from conformance.generate.drawing.drawing import Drawing, Live
from conformance.generate.drawing.ops import function_with_out
from conformance.generate.steps.calls import call
from conformance.generate.values import making
from conformance.program.steps import Call, Step, refs_of
from conformance.program.values import Ref, Value

KEPT_PERCENT = 10.0  # of the calls on what requires grad, which torch refuses


def into(drawing: Drawing) -> Step | None:
    """A call that is given `out=`: a tensor of the program's, or a new one."""
    entries = drawing.ops.taking_out
    if not entries or drawing.flawed:  # Who lacks it refuses it, whatever else is wrong.
        return None
    entry = drawing.pick_op(entries)
    step = call(drawing, entry, form=function_with_out(entry))
    tape = drawing.tape
    used = [drawing.named(ref) for ref in refs_of(step)]
    given = [live for live in used if live is not None]
    refused = drawing.grad_enabled and any(live.requires_grad for live in given)
    if not given or (refused and not tape.chance(KEPT_PERCENT)):
        return step
    result = _result(drawing, step)
    if result is None:
        return step
    kwargs: dict[str, Value] = {**step.kwargs, "out": _target(drawing, result)}
    return replace(step, kwargs=kwargs)


def _result(drawing: Drawing, call: Call) -> Live | None:
    """What the call gives without it."""
    names = drawing.session.names
    function = attrgetter(call.op)(drawing.session.module)
    with warnings.catch_warnings(), drawing.session.module.no_grad():
        warnings.simplefilter("ignore")
        try:
            given = function(*names.all(call.args), **names.resolve(call.kwargs))
        except Exception:
            return None
    return Live("", given, ())


def _target(drawing: Drawing, result: Live) -> Ref:
    """One of the result's shape and dtype: torch gives another's memory, which is not its own, the
    new shape before it says that it cannot. Nor does every kernel look what is expanded."""
    tape = drawing.tape
    fits = [
        live
        for live in drawing.live()
        if (live.dtype, live.shape) == (result.dtype, result.shape)
        and not (live.requires_grad or live.is_expanded)
        and drawing.may_be_written(live)
    ]
    if fits and tape.chance(45):
        return tape.pick(fits).ref
    return drawing.fresh(
        lambda name: making.tensor(
            tape, name, result.dtype, result.shape, special=False, grad_percent=0, dense=True
        )
    ).ref

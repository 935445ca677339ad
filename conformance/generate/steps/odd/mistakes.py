"""Arguments that torch may well refuse: out of range, of another length, of another type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import FunctionType

from conformance.catalogue.entry import Arg, Kind
from conformance.generate.drawing.drawing import Drawing
from conformance.generate.drawing.tape import Tape
from conformance.generate.values.arguments import rank_of, size_along
from conformance.generate.values.operands import Call
from conformance.program.steps import Call as Step
from conformance.program.values import Value


def wrong_argument(call: Call, arg: Arg) -> Value:
    """A value that torch may well refuse."""
    tape = call.drawing.tape
    of_kind = _WRONG.get(arg.kind)
    if of_kind is None or tape.chance(15):
        value = tape.pick(("x", 1.5, None, (0, 0), [1, -1], -3, True, 1j))
    else:
        value = of_kind(call, tape)
    call.arguments[arg.name or arg.kind] = value
    return value


def surplus(drawing: Drawing, step: Step) -> Step:
    """The call with an argument that it does not take; unchanged where Python itself would refuse
    it, and not torch."""
    if step.form not in ("function", "method") or step.kwargs:  # what is given by name stands last
        return step
    owner = "Tensor." if step.form == "method" else ""
    if isinstance(drawing.session.names.lookup(f"{owner}{step.op}"), FunctionType):
        return step
    tape = drawing.tape
    return replace(step, args=(*step.args, tape.pick((1.5, "x", step.args[0]))))


def _outside(call: Call, tape: Tape) -> Value:
    """A dim that there is not."""
    rank = max(rank_of(call), 1)
    return tape.pick((rank, -rank - 1, rank + 3))


def _wrong_new_dim(call: Call, tape: Tape) -> Value:
    """A place that there is not, where one more dim would be."""
    rank = rank_of(call) + 1
    return tape.pick((rank, -rank - 1, rank + 3))


def _wrong_dims(call: Call, tape: Tape) -> Value:
    outside = _outside(call, tape)
    return tape.pick((outside, (0, 0), (0, outside), (-1, max(rank_of(call), 1) - 1)))


def _wrong_shape(call: Call, tape: Tape) -> Value:
    shape = call.first.shape
    return tape.pick(((*shape, 2), (7,), (-1, -1), (-2, *shape), shape[1:], ()))


def _wrong_expansion(call: Call, tape: Tape) -> Value:
    # No size of -2: torch 2.13 gives a tensor of negative size for `zeros(0).expand(-2, 0)`.
    shape = call.first.shape
    return tape.pick(((*shape, 2), (7,), (-1, *shape), shape[1:], ()))


def _wrong_position(call: Call, tape: Tape) -> Value:
    size = size_along(call)
    return tape.pick((size, -size - 1, size + 5))


_WRONG: Mapping[Kind, Callable[[Call, Tape], Value]] = {
    "chunks": lambda call, tape: tape.pick((0, -1)),
    **dict.fromkeys(("dim", "later_dim", "other_dim", "range_dim", "squeezable"), _outside),
    **dict.fromkeys(("dims", "dims_moved", "dims_permuted", "dims_together"), _wrong_dims),
    "length": lambda call, tape: tape.pick((size_along(call) + 1, -1)),
    "new_dim": _wrong_new_dim,
    "order": lambda call, tape: tape.pick(("max", -1j)),
    "reduction": lambda call, tape: "average",
    "repeats": lambda call, tape: tape.pick(((), (-1,) * rank_of(call))),
    "rounding_mode": lambda call, tape: "round",
    "shape_expanded": _wrong_expansion,
    "shape_reshaped": _wrong_shape,
    "smoothing": lambda call, tape: tape.pick((-0.5, 1.5)),
    "split": lambda call, tape: tape.pick((0, -1, [1, 7], [-1, 2])),
    **dict.fromkeys(("position", "start"), _wrong_position),
}

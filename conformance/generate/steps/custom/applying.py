"""Custom functions that a program applies."""

from __future__ import annotations

from conformance.generate.drawing.drawing import Drawing
from conformance.generate.drawing.tape import weighted
from conformance.generate.planning.effects import IN_PLACE
from conformance.generate.steps.custom.operands import like, operand
from conformance.program.steps import Apply, Step
from conformance.program.values import Value
from conformance.program.words.functions import FUNCTIONS

REFUSED_PERCENT = 4.0  # of the functions, in a program that is not wrong on purpose

_REFUSED = [
    "TooMany", "TooFew", "WrongShape", "WrongType", "WrongResult", "SaveNumber", "MarkNumber",
    "RaiseForward", "RaiseBackward", "NoBackward", "Wider", "WriteSaved", "MarkedForNothing",
    "MarkedAndKept",
]  # fmt: skip
# Of two operands, and of a second backward pass, one call shows little.
_OFTEN = {
    **dict.fromkeys(("Multiply", "TwoResults", "OnceProduct"), 3),
    **dict.fromkeys(("NotMaterialized", "Forward"), 2),
    "Once": 4,
}
_FUNCTIONS = weighted(*((name, _OFTEN.get(name, 1)) for name in FUNCTIONS if name not in _REFUSED))


def apply(drawing: Drawing) -> Step | None:
    """`apply` of a custom function."""
    tape = drawing.tape
    refused = tape.chance(35 if drawing.flawed else REFUSED_PERCENT)
    name = tape.pick(_REFUSED if refused else _FUNCTIONS)
    first = operand(drawing, name in IN_PLACE)
    args: list[Value] = [first.ref]
    for _ in range(FUNCTIONS[name].operands - 1):
        args.append(like(drawing, first).ref)
    if name == "WithNumber" and tape.chance(15):
        args.append(2.5)
    return Apply(name, tuple(args), drawing.result())

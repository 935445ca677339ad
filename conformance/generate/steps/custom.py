"""Custom functions that a program applies, and functional calls that differentiate one."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.generate.drawing.drawing import Drawing, Live
from conformance.generate.drawing.tape import weighted
from conformance.generate.planning.effects import IN_PLACE
from conformance.generate.values import making
from conformance.generate.values.shaping import Shape, shape
from conformance.program.steps import Apply, Functional, Step
from conformance.program.values import Value
from conformance.program.words.functionals import MAPS
from conformance.program.words.functions import FUNCTIONS

LIKE_GRAD_PERCENT = 60.0  # of the new operands beside a first one; the others need no gradient
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
    first = _operand(drawing, name in IN_PLACE)
    args: list[Value] = [first.ref]
    for _ in range(FUNCTIONS[name].operands - 1):
        args.append(_like(drawing, first).ref)
    if name == "WithNumber" and tape.chance(15):
        args.append(2.5)
    return Apply(name, tuple(args), drawing.result())


def _operand(drawing: Drawing, written: bool = False) -> Live:
    """A tensor of real numbers, with a graph if possible; a new one where there is none."""
    tape = drawing.tape
    fits = [live for live in drawing.live() if live.category == "float"]
    if written:
        fits = [live for live in fits if drawing.may_be_written(live)]
    if written and drawing.grad_enabled and not drawing.flawed:
        fits = [live for live in fits if not (live.is_leaf and live.requires_grad)]
    fits.sort(key=lambda live: live.is_leaf)
    if fits and not tape.chance(12):
        return fits[tape.pick(_PLACES) % len(fits)]
    size = shape(tape)
    return drawing.fresh(
        lambda name: making.tensor(
            tape, name, "float32", size, special=False, grad_percent=0 if written else 85
        )
    )


_PLACES = weighted((0, 6), (1, 3), (2, 1), (3, 1))


def _like(drawing: Drawing, first: Live, shape: Shape | None = None) -> Live:
    """Another tensor of the same dtype, and of that shape or the first one's."""
    tape = drawing.tape
    shape = first.shape if shape is None else shape
    fits = [live for live in drawing.live() if live.shape == shape and live.dtype == first.dtype]
    fits.sort(key=lambda live: live.ref == first.ref)
    if fits and not tape.chance(25):
        return tape.pick(fits)
    return drawing.fresh(
        lambda name: making.tensor(
            tape, name, first.dtype, shape, special=False, grad_percent=LIKE_GRAD_PERCENT
        )
    )


_SCALARS = ("square_sum", "total", "product_sum", "unused", "in_place", "detached", "constant")
_ANY = (*_SCALARS, "cube", "linear", "product", "pair")
_SAME_SHAPE = ("cube", "linear", "product")
_WRONG = ("number", "raising")
_PREFIX = "autograd.functional."
_APIS: Mapping[str, tuple[int, tuple[str, ...]]] = {
    f"{_PREFIX}jacobian": (3, _ANY),
    f"{_PREFIX}vjp": (4, (*_SAME_SHAPE, *_SCALARS)),
    f"{_PREFIX}jvp": (3, _ANY),
    f"{_PREFIX}hessian": (1, _SCALARS),
    f"{_PREFIX}vhp": (2, _SCALARS),
    f"{_PREFIX}hvp": (2, _SCALARS),
    "func.grad": (3, _SCALARS),
    "func.grad_and_value": (1, _SCALARS),
    "func.vjp": (2, _SAME_SHAPE),
    "func.jacrev": (1, _ANY),
    "func.hessian": (1, _SCALARS),
}
"""How often each is called, and of which functions."""

_WEIGHTED = weighted(*((api, weight) for api, (weight, _) in _APIS.items()))


def functional(drawing: Drawing) -> Step | None:
    """A call of `autograd.functional` or `func`."""
    tape = drawing.tape
    api = tape.pick(_WEIGHTED)
    function = tape.pick(_APIS[api][1])
    if tape.chance(30 if drawing.flawed else 3):
        function = tape.pick(_WRONG)
    small = [live for live in drawing.live() if live.category == "float" and live.size <= 12]
    first = small[tape.pick(_PLACES) % len(small)] if small else _small(drawing)
    operands = [first, *(_like(drawing, first) for _ in range(MAPS[function].operands - 1))]
    inputs: list[Value] = [live.ref for live in operands]
    # torch's forward mode ties what it gives to the values that it went through by zeros without
    # memory, which torch itself refuses to print once they are somebody's gradient.
    if api == "func.hessian" and any(live.requires_grad for live in operands):
        api = "func.jacrev"
    given: Value = inputs[0] if len(inputs) == 1 else tuple(inputs)
    kwargs: dict[str, Value] = {}
    if api.startswith(_PREFIX):
        if tape.chance(25):
            kwargs["create_graph"] = True
        if tape.chance(12):
            kwargs["strict"] = True
    vectors = _vectors(drawing, api, function, first)
    return Functional(api, function, given, vectors, kwargs, drawing.result())


def _small(drawing: Drawing) -> Live:
    tape = drawing.tape
    return drawing.fresh(
        lambda name: making.tensor(tape, name, "float32", (tape.size(),), special=False)
    )


def _vectors(drawing: Drawing, api: str, function: str, first: Live) -> Value:
    """The cotangents of a `vjp`, the tangents of the others, where the API takes any."""
    kind = api.rpartition(".")[2]
    if kind == "vjp" and function in _SAME_SHAPE:
        return _like(drawing, first).ref
    if kind in ("jvp", "vhp", "hvp"):
        count = MAPS[function].operands
        vectors = tuple(_like(drawing, first).ref for _ in range(count))
        return vectors[0] if count == 1 else vectors
    return None

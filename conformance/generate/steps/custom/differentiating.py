"""Functional calls that differentiate a function."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.generate.drawing.drawing import Drawing, Live
from conformance.generate.drawing.tape import weighted
from conformance.generate.steps.custom.operands import like, small
from conformance.program.steps import Functional, Step
from conformance.program.values import Value
from conformance.program.words.functionals import MAPS

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
    first = small(drawing)
    operands = [first, *(like(drawing, first) for _ in range(MAPS[function].operands - 1))]
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


def _vectors(drawing: Drawing, api: str, function: str, first: Live) -> Value:
    """The cotangents of a `vjp`, the tangents of the others, where the API takes any."""
    kind = api.rpartition(".")[2]
    if kind == "vjp" and function in _SAME_SHAPE:
        return like(drawing, first).ref
    if kind in ("jvp", "vhp", "hvp"):
        count = MAPS[function].operands
        vectors = tuple(like(drawing, first).ref for _ in range(count))
        return vectors[0] if count == 1 else vectors
    return None

"""Calls that run a function in another way: under a mode, in a thread, many times, mapped over a
dim, along a tangent, or once more when the graph is walked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conformance.generate.drawing.drawing import Drawing, Live
from conformance.generate.drawing.tape import weighted
from conformance.generate.steps.custom.operands import like, operand, small
from conformance.program.steps import Functional, Step
from conformance.program.values import Value
from conformance.program.words.functionals import APIS, MAPS

WRONG_PERCENT = 1.5  # of the functions raise, in a program that is not wrong on purpose

_FUNCTIONS = weighted(
    *(("cube", 3), ("product", 3), ("square_sum", 2), ("sines", 3), ("pair", 2), ("linear", 1)),
    *(("product_sum", 1), ("in_place", 2), ("walking", 2), ("detached", 1), ("constant", 1)),
)
_PLAIN = tuple(
    name for name in _FUNCTIONS if name != "walking"
)  # It goes backward, in a graph of its own
# A repeated one must give what it takes; of these the numbers stay small.
_REPEATED = weighted(("shifted", 4), ("sines", 1))
_ROWS = {
    feature: tuple(name for name, row in APIS.items() if row.feature == feature)
    for feature in ("decorators", "threads")
}
# A graph that is deeper than Python has frames takes as long as a hundred of other programs.
_TIMES = weighted(("30 times", 7), ("1200 times", 1))


def decorated(drawing: Drawing) -> Step | None:
    """A function, or a generator, that a mode decorates."""
    return _call(drawing, drawing.tape.pick(_ROWS["decorators"]), functions=_PLAIN)


def in_a_thread(drawing: Drawing) -> Step | None:
    """A function in a thread of its own."""
    return _call(drawing, drawing.tape.pick(_ROWS["threads"]))


def repeated(drawing: Drawing) -> Step | None:
    """A function of what it gave, again and again: a graph deeper than any program has steps."""
    tape = drawing.tape
    api, function = tape.pick(_TIMES), tape.pick(_REPEATED)
    # Each call of the other one is recorded.
    return Functional(
        api if function == "shifted" else _TIMES[0],
        function,
        small(drawing).ref,
        result=drawing.result(),
    )


def checkpointed(drawing: Drawing) -> Step | None:
    """A function whose intermediates are computed anew in the backward pass."""
    kwargs: dict[str, Value] = {"use_reentrant": drawing.tape.chance(30)}
    return _call(drawing, "utils.checkpoint.checkpoint", kwargs, functions=_PLAIN)


def mapped(drawing: Drawing) -> Step | None:
    """`vmap` of a function over the first dim, or another."""
    tape = drawing.tape
    kwargs: dict[str, Value] = {}
    if tape.chance(20):
        kwargs["in_dims"] = tape.pick((-1, 1, 0))
    if tape.chance(15):
        kwargs["out_dims"] = tape.pick((-1, 1))
    return _call(drawing, "func.vmap", kwargs, lambda live: bool(live.shape), _PLAIN)


def along(drawing: Drawing) -> Step | None:
    """`func.jvp` of a function along tangents, or `func.jacfwd` of it.

    An engine without a forward mode may take tangents from a backward pass. Its graph is another
    than theirs, and so is what is saved and which mode holds: nothing here requires grad, and no
    block is open.
    """
    if drawing.history.modes:
        return None
    tape = drawing.tape
    function = tape.pick(("cube", "product", "square_sum", "pair", "linear", "product_sum"))
    first = like(drawing, small(drawing), grad_percent=0)
    second = (like(drawing, first, grad_percent=0) for _ in range(MAPS[function].operands - 1))
    return _jvp(drawing, function, [first, *second])


def _jvp(drawing: Drawing, function: str, operands: list[Live]) -> Step:
    inputs: tuple[Value, ...] = tuple(live.ref for live in operands)
    if drawing.tape.chance(35):
        return Functional("func.jacfwd", function, inputs, result=drawing.result())
    tangents = tuple(_tangent(drawing, live) for live in operands)
    return Functional("func.jvp", function, inputs, tangents, result=drawing.result())


def _tangent(drawing: Drawing, live: Live) -> Value:
    """A tensor laid out as the operand, of which the layout of the result's tangent follows."""
    other = like(drawing, live, grad_percent=0)
    return (other if other.tensor.stride() == live.tensor.stride() else live).ref


def _call(
    drawing: Drawing,
    api: str,
    kwargs: dict[str, Value] | None = None,
    fits: Callable[[Live], bool] = lambda live: True,
    functions: Sequence[str] = _FUNCTIONS,
) -> Step | None:
    tape = drawing.tape
    raises = tape.chance(20 if drawing.flawed else WRONG_PERCENT)
    function = "raising" if raises else tape.pick(functions)
    first = operand(drawing)
    if not fits(first):
        return None
    operands = [live.ref for live in _operands(drawing, function, first)]
    given: Value = operands[0] if len(operands) == 1 else tuple(operands)
    return Functional(api, function, given, kwargs=kwargs or {}, result=drawing.result())


def _operands(drawing: Drawing, function: str, first: Live) -> list[Live]:
    return [first, *(like(drawing, first) for _ in range(MAPS[function].operands - 1))]

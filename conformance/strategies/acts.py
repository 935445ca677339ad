"""The steps that are no call: backward, gradients, flags, modes and reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance.program.steps import (
    Backward,
    ClearGrad,
    Detach,
    EnterMode,
    Grad,
    Read,
    RequiresGrad,
    RetainGrad,
    SetGrad,
    Step,
)
from conformance.program.values import Value
from conformance.strategies import tensors
from conformance.strategies.drawing import Drawing, Live, differentiable
from conformance.strategies.seeds import seed
from conformance.strategies.tape import Tape, weighted


def backward(drawing: Drawing) -> Step | None:
    """`backward` from a result that requires grad, whose graph is still there if possible."""
    root = _root(drawing)
    if root is None:
        return None
    tape = drawing.tape
    gradient = seed(drawing, root)
    retain, create = _graph_options(tape)
    inputs = None
    if tape.chance(12):
        inputs = _inputs(drawing, root)
    return Backward(root.ref, gradient, retain, create, inputs)


def _graph_options(tape: Tape) -> tuple[Value, Value]:
    """`retain_graph` and `create_graph`."""
    return tape.pick(_GRAPH_OPTIONS)


_GRAPH_OPTIONS = weighted(
    ((None, False), 62),
    ((True, False), 18),
    ((None, True), 14),
    ((False, False), 2),
    ((True, True), 3),
    ((False, True), 1),
)


def _root(drawing: Drawing) -> Live | None:
    live = drawing.live()
    if not live:
        return None
    if drawing.flawed and drawing.tape.chance(15):
        return drawing.tape.pick(live)
    able = [entry for entry in live if entry.requires_grad]
    fitting = [entry for entry in able if not drawing.is_spent(entry)] or (
        able if drawing.flawed else []
    )
    results = [entry for entry in fitting if not entry.is_leaf]
    if not results and drawing.tape.chance(20):
        results = fitting
    # The newest mostly: its graph is the deepest.
    return results[drawing.tape.pick(_ROOTS) % len(results)] if results else None


_ROOTS = weighted((0, 8), (1, 1), (2, 1))


def _inputs(drawing: Drawing, root: Live) -> Value:
    """One to three of the tensors that the root was made from, in a list, a tuple or alone."""
    tape = drawing.tape
    ancestors = drawing.ancestors([root.ref])
    able = [entry for entry in drawing.live() if entry.requires_grad]
    fitting = [entry for entry in able if entry.ref.name in ancestors]
    leaves = [entry for entry in fitting if entry.is_leaf]
    if drawing.flawed and tape.chance(30):
        fitting = drawing.live()
    elif leaves and not tape.chance(30):
        fitting = leaves
    if not fitting:
        return []
    chosen = [tape.pick(fitting).ref for _ in range(tape.pick((1, 1, 2, 3)))]
    unique = list(dict.fromkeys(chosen))
    if len(unique) == 1 and tape.chance(50):
        return unique[0]
    return tuple(unique) if tape.chance(30) else unique


def grad(drawing: Drawing) -> Step | None:
    """`autograd.grad` of a result for some of what it was made from."""
    root = _root(drawing)
    if root is None:
        return None
    tape = drawing.tape
    wanted = _inputs(drawing, root)
    retain, create = _graph_options(tape)
    allow, materialize = tape.pick(
        ((None, False), (None, False), (True, False), (True, True), (None, True), (False, False))
    )
    return Grad(
        root.ref,
        wanted,
        seed(drawing, root),
        retain,
        create,
        allow,
        materialize,
        drawing.result(),
    )


def set_grad(drawing: Drawing) -> Step | None:
    """`.grad` of a tensor given by hand."""
    live = _one(drawing, lambda entry: entry.is_leaf and entry.requires_grad)
    if live is None:
        return None
    tape = drawing.tape
    shape, dtype = live.shape, live.dtype
    if drawing.flawed and tape.chance(40):
        shape, dtype = (*shape, 1), tensors.dtype(tape)
    value = drawing.fresh(
        lambda name: tensors.tensor(tape, name, dtype, shape, special=False, grad_percent=5)
    )
    return SetGrad(live.ref, value.ref)


def clear_grad(drawing: Drawing) -> Step | None:
    """`.grad = None`."""
    live = _one(drawing, lambda entry: entry.is_leaf and entry.requires_grad)
    return None if live is None else ClearGrad(live.ref)


def detach(drawing: Drawing) -> Step | None:
    """`.detach()`."""
    live = _one(drawing, lambda entry: entry.requires_grad)
    return None if live is None else Detach(live.ref, drawing.result())


def requires_grad(drawing: Drawing) -> Step | None:
    """`.requires_grad_(...)`, of a leaf that may."""
    fitting = [entry for entry in differentiable(drawing.live()) if entry.is_leaf]
    if drawing.flawed and drawing.tape.chance(40):
        fitting = drawing.live()
    if not fitting:
        return None
    live = drawing.tape.pick(fitting)
    return RequiresGrad(live.ref, not live.requires_grad)


def retain_grad(drawing: Drawing) -> Step | None:
    """`.retain_grad()`, of a result for the most part."""
    live = _one(drawing, lambda entry: entry.requires_grad and not entry.is_leaf)
    return None if live is None else RetainGrad(live.ref)


def _one(drawing: Drawing, fits: Callable[[Live], bool]) -> Live | None:
    """A tensor that fits; any one in a program that may be wrong."""
    live = drawing.live()
    fitting = [entry for entry in live if fits(entry)]
    if drawing.flawed and drawing.tape.chance(20):
        fitting = live
    return drawing.tape.pick(fitting) if fitting else None


def mode(drawing: Drawing) -> Step | None:
    """A `with` block opened."""
    return drawing.tape.pick(_MODES)


_MODES = weighted(
    (EnterMode("no_grad"), 4),
    (EnterMode("enable_grad"), 2),
    (EnterMode("set_grad_enabled", (False,)), 1),
    (EnterMode("set_grad_enabled", (True,)), 1),
)


def read(drawing: Drawing) -> Step | None:
    """One observation of one tensor."""
    live = drawing.live()
    if not live:
        return None
    tape = drawing.tape
    chosen = tape.pick(live)
    return Read(chosen.ref, tape.pick([what for what, fits in _READS.items() if fits(chosen)]))


def _always(live: Live) -> bool:
    return True


def _is_number(live: Live) -> bool:
    return live.size == 1


def _is_real_number(live: Live) -> bool:
    return live.size == 1 and live.category != "complex"


def _is_whole(live: Live) -> bool:
    return live.size == 1 and live.category in ("int", "bool")


_READS: Mapping[str, Callable[[Live], bool]] = {
    "tolist": _always,
    "item": _is_number,
    "repr": _always,
    "shape": _always,
    "dtype": _always,
    "grad_is_none": _always,
    "grad_fn": _always,
    "is_leaf": _always,
    "requires_grad": _always,
    "retains_grad": _always,
    "version": _always,
    "output_nr": _always,
    "stride": _always,
    "storage_offset": _always,
    "is_contiguous": _always,
    "numel": _always,
    "dim": _always,
    "ndim": _always,
    "size": _always,
    "str": _always,
    "format": _is_number,
    "len": lambda live: bool(live.shape),
    "numpy": lambda live: not live.requires_grad,
    "float": _is_real_number,
    "int": _is_whole,
    "bool": _is_number,
    "complex": _is_number,
    "is_floating_point": _always,
    "is_complex": _always,
}

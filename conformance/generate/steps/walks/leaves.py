"""Steps that change what a leaf or a gradient is."""

from __future__ import annotations

from conformance.generate.drawing.drawing import Drawing, Live, differentiable
from conformance.generate.steps.walks.passes import backward
from conformance.generate.values import making
from conformance.program.steps import (
    Call,
    ClearGrad,
    RequiresGrad,
    RetainGrad,
    SetGrad,
    SetGradDtype,
    Step,
)
from conformance.program.values import DType


def set_grad(drawing: Drawing) -> Step | None:
    """`.grad` of a tensor given by hand."""
    live = drawing.one(lambda entry: entry.is_leaf and entry.requires_grad)
    if live is None:
        return None
    tape = drawing.tape
    shape, dtype = live.shape, live.dtype
    if drawing.flawed and tape.chance(40):
        shape, dtype = (*shape, 1), making.dtype(tape)
    value = drawing.fresh(
        lambda name: making.tensor(tape, name, dtype, shape, special=False, grad_percent=5)
    )
    return SetGrad(live.ref, value.ref)


_GRAD_DTYPES = tuple(map(DType, ("float64", "float32", "float16", "complex64", "int64")))


def set_grad_dtype(drawing: Drawing) -> Step | None:
    """`.grad_dtype` of a leaf: what its gradients are cast to, or None for any."""
    live = drawing.one(lambda entry: entry.is_leaf and entry.requires_grad, 30)
    if live is None:
        return None
    tape = drawing.tape
    fitting = _GRAD_DTYPES[: 5 if drawing.flawed else 3]
    return SetGradDtype(live.ref, None if tape.chance(25) else tape.pick(fitting))


def use_grad(drawing: Drawing) -> Step | None:
    """`.grad` of a leaf, under a name, so that what follows computes with it; backward where no
    leaf has one."""
    fits = _with_grad(drawing)
    if not fits:
        return backward(drawing)
    return Call("grad", (drawing.tape.pick(fits).ref,), {}, "attribute", drawing.result())


def _with_grad(drawing: Drawing) -> list[Live]:
    """The leaves that have a gradient. No others are asked, since torch would warn."""
    leaves = drawing.leaves
    return [
        live for live in drawing.live() if live.ref.name in leaves and live.tensor.grad is not None
    ]


def clear_grad(drawing: Drawing) -> Step | None:
    """`.grad = None`, where there is one for the most part."""
    if (fits := _with_grad(drawing)) and not drawing.tape.chance(10):
        chosen = drawing.tape.pick(fits)
        if "use .grad" in drawing.features and not _has_name(drawing, chosen.tensor.grad):
            # Under a name it is looked at when the program ends, whatever becomes of the leaf's.
            return Call("grad", (chosen.ref,), {}, "attribute", drawing.result())
        return ClearGrad(chosen.ref)
    live = drawing.one(lambda entry: entry.is_leaf and entry.requires_grad)
    return None if live is None else ClearGrad(live.ref)


def _has_name(drawing: Drawing, gradient: object) -> bool:
    return any(live.tensor is gradient for live in drawing.live())


def requires_grad(drawing: Drawing) -> Step | None:
    """`.requires_grad_(...)`, of a leaf that may."""
    fitting = [entry for entry in differentiable(drawing.live()) if entry.is_leaf]
    if drawing.flawed and drawing.tape.chance(40):
        fitting = drawing.live()
    if not fitting:
        return None
    live = drawing.tape.pick(fitting)
    return RequiresGrad(live.ref, not live.requires_grad)


def _is_result(live: Live) -> bool:
    return live.requires_grad and not live.is_leaf


def retain_grad(drawing: Drawing) -> Step | None:
    """`.retain_grad()`, of a result for the most part, and of one that has a hook."""
    live = None
    if drawing.tape.chance(50):
        live = drawing.one(
            lambda entry: _is_result(entry) and drawing.history.is_hooked(entry.ref.name)
        )
    live = live or drawing.one(_is_result)
    return None if live is None else RetainGrad(live.ref)

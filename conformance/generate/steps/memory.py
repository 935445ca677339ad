"""Steps by which tensors come to share memory, or lose what they share, past the graph."""

from __future__ import annotations

from conformance.generate.drawing.drawing import Drawing, Live
from conformance.generate.drawing.tape import weighted
from conformance.generate.values import making
from conformance.program.steps import Call, Copy, Detach, Forget, SetData, Step
from conformance.program.words.operators import COPIES


def detach(drawing: Drawing) -> Step | None:
    """`.detach()`."""
    live = drawing.one(_requires_grad)
    return None if live is None else Detach(live.ref, drawing.result())


def data(drawing: Drawing) -> Step | None:
    """`.data`, under a name."""
    live = drawing.one(_requires_grad)
    if live is None:
        return None
    return Call("data", (live.ref,), {}, "attribute", drawing.result())


def set_data(drawing: Drawing) -> Step | None:
    """`.data = ...`, mostly with a tensor of the same shape and dtype that requires no grad."""
    tape = drawing.tape
    # An inference tensor is left half of one by torch: the next write to it ends the process.
    live = drawing.one(lambda x: x.category == "float" and not x.tensor.is_inference())
    if live is None:
        return None
    like = [entry for entry in drawing.live() if _may_replace(live, entry)]
    if drawing.flawed and tape.chance(40):
        like = drawing.live()
    if like and not tape.chance(40):
        return SetData(live.ref, tape.pick(like).ref)
    shape = (*live.shape, 2) if tape.chance(10) else live.shape
    value = drawing.fresh(
        lambda name: making.tensor(tape, name, live.dtype, shape, special=False, grad_percent=5)
    )
    return SetData(live.ref, value.ref)


def _may_replace(live: Live, other: Live) -> bool:
    return (
        other.dtype == live.dtype
        and other.shape == live.shape
        and not other.requires_grad
        and other.ref != live.ref
    )


_HOW = weighted(*((how, 1) for how in COPIES))


def copy(drawing: Drawing) -> Step | None:
    """A copy of a leaf; of a result torch refuses it."""
    live = drawing.one(lambda entry: entry.is_leaf, 60)
    if live is None:
        return None
    return Copy(live.ref, drawing.tape.pick(_HOW), drawing.result())


def forget(drawing: Drawing) -> Step | None:
    """`del x`, of one of several tensors, among them those whose memory or graph lives on."""
    live = drawing.live()
    if len(live) < 3:
        return None
    names = [entry for entry in live if "[" not in entry.ref.name]
    return Forget(drawing.tape.pick(names).ref) if names else None


def _requires_grad(live: Live) -> bool:
    return live.requires_grad

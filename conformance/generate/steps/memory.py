"""Steps by which tensors come to share memory, or lose what they share, past the graph."""

from __future__ import annotations

from conformance.generate.drawing.drawing import Drawing, Live
from conformance.generate.drawing.tape import Tape, weighted
from conformance.generate.values import making
from conformance.program.steps import (
    Call,
    Copy,
    Detach,
    Forget,
    Read,
    SetData,
    Step,
    WeakReference,
)
from conformance.program.values import Ref, Value
from conformance.program.words.operators import COPIES

AS_STRIDED = "as_strided"


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


def set_(drawing: Drawing) -> Step | None:
    """`set_`: another's memory, as it is seen there or otherwise, or none at all."""
    tape = drawing.tape
    live = drawing.one(lambda x: _may_be_set(drawing, x))
    if live is None or not _may_be_set(drawing, live):
        return None
    sources = [
        entry
        for entry in drawing.live()
        if entry.dtype == live.dtype and entry.ref != live.ref and entry.size
    ]
    args: tuple[Value, ...] = (live.ref,)
    if sources and not tape.chance(6):
        source = tape.pick(sources)
        args = (*args, source.ref)
        if tape.chance(30):
            offset, size, stride = _geometry(tape, source)
            args = (*args, offset - int(source.tensor.storage_offset()), size, stride)
    return Call("set_", args, {}, "method", drawing.result() if tape.chance(25) else None)


def _may_be_set(drawing: Drawing, live: Live) -> bool:
    is_leaf = live.is_leaf and live.requires_grad and drawing.grad_enabled
    return (drawing.flawed or not is_leaf) and drawing.may_be_written(live)


def as_strided(drawing: Drawing) -> Step | None:
    """`as_strided`: any view of the memory that a tensor has."""
    tape = drawing.tape
    live = drawing.one(lambda live: bool(live.size)) if AS_STRIDED in drawing.ops.names else None
    if live is None:
        return None
    offset, size, stride = _geometry(tape, live)
    last = (offset,) if offset or tape.chance(30) else ()
    form = "method" if tape.chance(50) else "function"
    return Call(AS_STRIDED, (live.ref, size, stride, *last), {}, form, drawing.result())


def _geometry(tape: Tape, live: Live) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """An offset, sizes and strides that reach no further than the tensor does: how much memory is
    behind it is an engine's own affair."""
    own = live.tensor.stride()
    held = 1 + sum((count - 1) * by for count, by in zip(live.shape, own, strict=True))
    start = int(live.tensor.storage_offset())
    size = tuple(tape.size() for _ in range(tape.pick((1, 2, 2, 0, 1))))
    stride = tuple(tape.pick((1, 2, 0, 3, 1)) for _ in size)
    offset = tape.pick((0, 0, 1))
    reach = offset + sum((count - 1) * by for count, by in zip(size, stride, strict=True))
    if reach < held:
        return start + offset, size, stride
    return start, (held,), (1,)


def life(drawing: Drawing) -> Step | None:
    """A weak reference, the end of the last other one, and whether the tensor is still alive: it
    is where the graph holds it."""
    tape, history = drawing.tape, drawing.history
    if history.leaks:
        return None
    gone = [name for name, of in history.watched.items() if of in history.forgotten]
    if gone and tape.chance(60):
        return Read(Ref(tape.pick(gone)), "alive")
    live = {entry.ref.name for entry in drawing.live()}
    held = [of for of in history.watched.values() if of in live]
    if held and tape.chance(60):
        return Forget(Ref(tape.pick(held)))
    fits = [entry for entry in drawing.live() if "[" not in entry.ref.name]
    results = [entry for entry in fits if not entry.is_leaf]
    if results and not tape.chance(25):
        fits = results
    return WeakReference(tape.pick(fits).ref, drawing.result()) if fits else None


def _requires_grad(live: Live) -> bool:
    return live.requires_grad

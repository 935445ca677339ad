"""A second pass through the ops of an earlier one, with inputs of another first size: what an
engine remembers of the first batch is wrong for the second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.generate.drawing.drawing import Drawing, Live
from conformance.generate.planning.effects import writes
from conformance.generate.values import making
from conformance.generate.values.seeds import seed
from conformance.program.inputs import Input
from conformance.program.steps import Backward, Call, Step, map_step
from conformance.program.values import Ref

SIZES = (1, 2, 3, 4, 5)


def again(drawing: Drawing) -> Step | None:
    """The first of the steps of an earlier pass on inputs of another size; the others follow."""
    if drawing.repeated:
        return onward(drawing)
    passes = [step for step in drawing.steps if isinstance(step, Backward)]
    if not passes or not isinstance(root := passes[-1].root, Ref):
        return None
    calls = [*_calls_of(drawing, root)]
    batch = _batch(drawing, calls)
    if not calls or batch is None:
        return None
    size = drawing.tape.pick([size for size in SIZES if size != batch.shape[0]])
    drawing.renamed = {
        live.ref.name: _resized(drawing, live, size).ref
        for live in _inputs(drawing, calls)
        if live.shape and live.shape[0] == batch.shape[0] and len(live.shape) == len(batch.shape)
    }
    drawing.repeated = [*calls, passes[-1]]
    return onward(drawing)


def onward(drawing: Drawing) -> Step | None:
    """The next step of the pass that is gone through again; none where an op took no other size."""
    step = drawing.repeated.pop(0)
    renamed = drawing.renamed

    def of(ref: Ref) -> Ref:
        new = renamed.get(ref.base, Ref(ref.base))
        return Ref(new.name + ref.name[len(ref.base) :])

    step = map_step(step, of)
    if isinstance(step, Backward):
        root = drawing.named(step.root)
        if root is None or not root.requires_grad:
            return None
        return Backward(root.ref, seed(drawing, root))
    assert isinstance(step, Call)
    if any(drawing.named(ref) is None for ref in step.args if isinstance(ref, Ref)):
        drawing.repeated = []
        return None
    if step.result is None:
        return step
    renamed[step.result] = Ref(drawing.result())
    return replace(step, result=drawing.result())


def _calls_of(drawing: Drawing, root: Ref) -> Iterator[Call]:
    """The calls that made the root, where nothing but calls of ops did; none otherwise."""
    above = {name.partition("[")[0] for name in drawing.history.ancestors([root])}
    made = [step for step in drawing.steps if getattr(step, "result", None) in above]
    if all(
        isinstance(step, Call) and not writes(step) and "out" not in step.kwargs for step in made
    ):
        yield from (step for step in made if isinstance(step, Call))


def _inputs(drawing: Drawing, calls: list[Call]) -> list[Live]:
    used = {ref.name for step in calls for ref in step.args if isinstance(ref, Ref)}
    names = {entry.name for entry in drawing.inputs} & used
    return [live for live in drawing.live() if live.ref.name in names]


def _batch(drawing: Drawing, calls: list[Call]) -> Live | None:
    """The input whose first size is another the second time: one of the most dims."""
    inputs = [live for live in _inputs(drawing, calls) if live.shape]
    return max(inputs, key=lambda live: len(live.shape), default=None)


def _resized(drawing: Drawing, live: Live, size: int) -> Live:
    """An input like this one, of another first size."""

    def make(name: str) -> Input:
        shape = (size, *live.shape[1:])
        percent = 100 if live.requires_grad else 0
        made = making.tensor(
            drawing.tape, name, live.dtype, shape, special=False, grad_percent=percent
        )
        return replace(made, requires_grad=live.requires_grad)

    return drawing.fresh(make)

"""Backward passes from several roots at once, and from or to the edges of a graph."""

from __future__ import annotations

from conformance.generate.drawing.drawing import Drawing, Live
from conformance.generate.planning.effects import EDGE
from conformance.generate.steps.walks.passes import (
    graph_options,
    inputs_if_any,
    inputs_of,
    one_root,
)
from conformance.generate.values.seeds import seed
from conformance.program.steps import Backward, Call, Grad, Step
from conformance.program.values import Ref, Value

RELATED_PERCENT = 60.0  # of the further roots lie above or below the first
GRAD_PERCENT = 40.0  # of the passes that may be `autograd.grad`
EDGE_PERCENT = 70.0  # of the roots and inputs that may be edges


def several(drawing: Drawing) -> Step | None:
    """A pass from two or three roots, one above another for the most part."""
    first = one_root(drawing)
    if first is None:
        return None
    tape = drawing.tape
    roots = [first, *(_further(drawing, first) for _ in range(tape.pick((1, 1, 2))))]
    return _pass(drawing, roots, [root.ref for root in roots])


def _further(drawing: Drawing, first: Live) -> Live:
    tape, history = drawing.tape, drawing.history
    if tape.chance(8):
        return first
    fits = [live for live in drawing.live() if live.requires_grad and live.ref != first.ref]
    results = [live for live in fits if not live.is_leaf]
    if results and not tape.chance(15):
        fits = results
    if tape.chance(RELATED_PERCENT):
        above = history.ancestors([first.ref])
        related = [
            live
            for live in fits
            if live.ref.name in above or first.ref.name in history.ancestors([live.ref])
        ]
        fits = related or fits
    return tape.pick(fits) if fits else first


def edge(drawing: Drawing) -> Step | None:
    """The edge by which a tensor's gradient comes to its node."""
    live = drawing.one(lambda live: live.requires_grad, 5)
    return None if live is None else Call(EDGE, (live.ref,), {}, result=drawing.result())


def through_edges(drawing: Drawing) -> Step | None:
    """A pass that begins at an edge, or ends at one."""
    if not drawing.history.edges:
        return edge(drawing)
    tape, features = drawing.tape, drawing.features
    may_end = {"inputs=", "autograd.grad"} & features
    if may_end and tape.chance(50):
        return _to_an_edge(drawing)
    live = {entry.ref.name: entry for entry in drawing.live()}
    found = [(name, of) for name, of in drawing.history.edges.items() if of in live]
    if not found:
        return edge(drawing)
    name, of = tape.pick(found)
    roots, refs = [live[of]], [Ref(name)]
    if "several roots" in features and tape.chance(30):
        roots.append(_further(drawing, live[of]))
        refs.append(roots[-1].ref)
    return _pass(drawing, roots, refs)


def _to_an_edge(drawing: Drawing) -> Step | None:
    root = one_root(drawing)
    if root is None:
        return None
    tape, history = drawing.tape, drawing.history
    above = history.ancestors([root.ref])
    fits = [name for name, of in history.edges.items() if of in above]
    if not fits or tape.chance(8):
        fits = [*history.edges]
    inputs: list[Value] = [Ref(tape.pick(fits))]
    if tape.chance(30):
        others = inputs_of(drawing, root)
        inputs += others if isinstance(others, list | tuple) else [others]
    retain, create = graph_options(drawing, root)
    gradient = seed(drawing, root, graph=create)
    if "autograd.grad" not in drawing.features or tape.chance(40):
        return Backward(root.ref, gradient, retain, create, inputs)
    return Grad(root.ref, inputs, gradient, retain, create, True, result=drawing.result())


def _pass(drawing: Drawing, roots: list[Live], refs: list[Ref]) -> Step:
    """The pass from these roots, which the references stand for."""
    tape = drawing.tape
    retain, create = graph_options(drawing, roots[0])
    seeds: Value = [seed(drawing, root, graph=create) for root in roots]
    if all(each is None for each in seeds) and tape.chance(70):
        seeds = None
    if "autograd.grad" in drawing.features and tape.chance(GRAD_PERCENT):
        wanted = inputs_of(drawing, roots[-1])
        return Grad(refs, wanted, seeds, retain, create, True, result=drawing.result())
    given: Value = tuple(refs) if tape.chance(20) else refs
    return Backward(given, seeds, retain, create, inputs_if_any(drawing, roots[0]))

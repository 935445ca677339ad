"""Steps that go through the graph."""

from __future__ import annotations

from conformance.generate.drawing.drawing import Drawing, Live
from conformance.generate.drawing.tape import weighted
from conformance.generate.values.seeds import seed
from conformance.program.steps import Backward, Grad, Step
from conformance.program.values import Value

SPENT_PERCENT = 4.0  # of the backward passes may go through what another has freed
PLAIN_PERCENT = 25.0  # of them begin at the newest result, whatever lies behind it


def backward(drawing: Drawing) -> Step | None:
    """`backward` from a result that requires grad, whose graph is still there if possible."""
    root = one_root(drawing)
    if root is None:
        return None
    retain, create = graph_options(drawing, root)
    gradient = seed(drawing, root, graph=create)
    return Backward(root.ref, gradient, retain, create, inputs_if_any(drawing, root))


def backward_to_unmet(drawing: Drawing) -> Step | None:
    """`backward` from where most lies behind that no pass has met, if it is not to be refused."""
    history = drawing.history

    def unmet(live: Live) -> int:
        name = live.ref.name
        refused = history.is_spent(name) or history.leads_to_stale(name)
        able = live.requires_grad and not live.is_leaf
        return history.unwalked(name) if able and not refused else 0

    root = max(drawing.live(), key=unmet, default=None)
    return Backward(root.ref, seed(drawing, root)) if root and unmet(root) else None


def backward_again(drawing: Drawing) -> Step | None:
    """`backward` once more, through a custom function that one has walked through."""
    again = [entry for entry in drawing.live() if drawing.history.was_walked(entry.ref.name)]
    if not again:
        return None
    root = drawing.tape.pick(again)
    return Backward(root.ref, seed(drawing, root))


def graph_options(drawing: Drawing, root: Live) -> tuple[Value, bool]:
    """`retain_graph` and `create_graph`, which a custom function of the graph is part of."""
    retains = "retain_graph" in drawing.features and drawing.tape.chance(60)
    percent = 75 if drawing.history.leads_to_function(root.ref.name) else 50
    creates = "create_graph" in drawing.features and drawing.tape.chance(percent)
    if retains and creates:
        return drawing.tape.pick(_BOTH), True
    return (True if retains else drawing.tape.pick(_NEITHER)), creates


_NEITHER = weighted((None, 30), (False, 1))
_BOTH = weighted((True, 3), (False, 1))


def one_root(drawing: Drawing) -> Live | None:
    """What to go backward from."""
    live = drawing.live()
    if not live:
        return None
    if drawing.flawed and drawing.tape.chance(15):
        return drawing.tape.pick(live)
    able = [entry for entry in live if entry.requires_grad]
    history = drawing.history
    fitting = [entry for entry in able if not history.is_spent(entry.ref.name)]
    if drawing.tape.chance(SPENT_PERCENT) or (drawing.flawed and not fitting):
        fitting = able
    results = [entry for entry in fitting if not entry.is_leaf]
    if drawing.tape.chance(4 if results else 20):  # a leaf at times: its gradient is the seed
        results = fitting
    # What was written to lies behind it, if it can be; else the most that no pass has met.
    if not drawing.tape.chance(PLAIN_PERCENT):
        results = sorted(
            results,
            key=lambda entry: (
                not history.awaits_walk(entry.ref.name),
                not history.leads_to_stale(entry.ref.name),
                -history.unwalked(entry.ref.name),
            ),
        )
    return results[drawing.tape.pick(_ROOTS) % len(results)] if results else None


_ROOTS = weighted((0, 8), (1, 1), (2, 1))


def inputs_if_any(drawing: Drawing, root: Live) -> Value:
    """`inputs=` of a backward pass from the root, where the program gives some."""
    if "inputs=" in drawing.features and drawing.tape.chance(60):
        return inputs_of(drawing, root)
    return None


def inputs_of(drawing: Drawing, root: Live) -> Value:
    """One to three of the tensors that the root was made from, in a list, a tuple or alone."""
    tape = drawing.tape
    ancestors = drawing.history.ancestors([root.ref])
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
    root = one_root(drawing)
    if root is None:
        return None
    tape = drawing.tape
    wanted = inputs_of(drawing, root)
    retain, create = graph_options(drawing, root)
    allow, materialize = tape.pick(
        ((None, False), (None, False), (True, False), (True, True), (None, True), (False, False))
    )
    return Grad(
        root.ref,
        wanted,
        seed(drawing, root, graph=create),
        retain,
        create,
        allow,
        materialize,
        drawing.result(),
    )


def grad_with_graph(drawing: Drawing) -> Step | None:
    """`autograd.grad` of a result for what it was made from, with a graph of its own."""
    root = one_root(drawing)
    if root is None:
        return None
    wanted = inputs_of(drawing, root)
    gradient = seed(drawing, root, graph=True)
    return Grad(root.ref, wanted, gradient, None, True, True, False, drawing.result())

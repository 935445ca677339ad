"""Properties of each area of the graph's state: programs that use what the area has, and often."""

from __future__ import annotations

from hypothesis import given, target

from conformance.strategies import Drawn
from conformance.suite.support.properties import asked, hold
from conformance.suite.support.seeded import seeded_programs


def _hold(drawn: Drawn) -> None:
    """Hold the program to what torch does, and let Hypothesis seek programs in which more of what
    was done meets."""
    target(len(drawn.met), label="interactions")
    hold(drawn)


@given(asked(features=["set .grad", "clear .grad", "use .grad", "retain_graph", "inputs="]))
def test_accumulation(drawn: Drawn) -> None:
    """`.grad` is added to, replaced and cleared as torch does it."""
    _hold(drawn)


@given(seeded_programs())
def test_gradient_seeds(drawn: Drawn) -> None:
    """`backward` takes and refuses the seeds that torch takes and refuses."""
    hold(drawn)


@given(asked(features=["in-place", "items"]))
def test_in_place(drawn: Drawn) -> None:
    """Writes change versions and history as torch's do, and spoil what was saved."""
    _hold(drawn)


@given(asked(features=["views", "in-place", "items", "detach", ".data"]))
def test_views(drawn: Drawn) -> None:
    """Views share memory, versions and history with their base."""
    _hold(drawn)


@given(
    asked(
        features=[
            "tensor hooks",
            "accumulate hooks",
            "node hooks",
            "multi-grad hooks",
            "hook removal",
            "retain_grad",
        ]
    )
)
def test_hooks(drawn: Drawn) -> None:
    """Hooks are called in torch's order, with what torch gives them."""
    _hold(drawn)


@given(asked(features=["pack hooks", "in-place", "retain_graph"]))
def test_saved_tensors(drawn: Drawn) -> None:
    """What is saved for backward goes through pack hooks."""
    _hold(drawn)


@given(asked(features=["grad modes", "inference mode", "other modes", "left by an error", "views"]))
def test_modes(drawn: Drawn) -> None:
    """Modes decide what is recorded, nested and left by an error too."""
    _hold(drawn)


@given(asked(features=["functions", "create_graph", "retain_graph"]))
def test_functions(drawn: Drawn) -> None:
    """Custom functions are called, and differentiated, as torch does it."""
    _hold(drawn)


@given(asked(features=["functional"]))
def test_functional(drawn: Drawn) -> None:
    """`autograd.functional` and `torch.func` give what torch's give."""
    hold(drawn)


@given(asked(features=["autograd.grad", "create_graph", "retain_graph", "inputs=", "use .grad"]))
def test_several_passes(drawn: Drawn) -> None:
    """Several backward passes go through one graph, and through the graphs of each other."""
    _hold(drawn)


@given(asked(features=["detach", ".data", "copies", "del", "requires_grad_", "reads"]))
def test_leaves(drawn: Drawn) -> None:
    """Tensors are cut off, copied, dropped, and asked what they are."""
    _hold(drawn)

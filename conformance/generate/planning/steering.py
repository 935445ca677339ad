"""Which step is drawn next, where the effect of an earlier one waits for another to meet it.

Two features that a program may use seldom meet by chance: between a hook on a tensor, a write
into it and a backward pass stand steps that have nothing to do with it. So a part of the steps
go on with what was begun.
"""

from __future__ import annotations

from collections.abc import Callable

from conformance.generate.drawing.drawing import Drawing
from conformance.generate.drawing.tape import weighted
from conformance.generate.steps import calls, contexts
from conformance.generate.steps.walks import passes, sizes
from conformance.program.steps import Step

_DrawStep = Callable[[Drawing], Step | None]


def steered(drawing: Drawing, number: int) -> Step | None:
    """A step that meets what an earlier one did, by its number among those that do; none where
    nothing waits for any."""
    ready = weighted(*((draw, weight) for awaits, draw, weight in _STEERED if awaits(drawing)))
    return ready[number % len(ready)](drawing) if ready else None


def _awaits_write(drawing: Drawing) -> bool:
    history = drawing.history
    return drawing.grad_enabled and any(
        live.requires_grad and not live.is_leaf and history.awaits_write(live.ref.name)
        for live in drawing.live()
    )


def _may_write(drawing: Drawing) -> bool:
    return "in-place" in drawing.features and _awaits_write(drawing)


def _may_write_items(drawing: Drawing) -> bool:
    return "items" in drawing.features and _awaits_write(drawing)


def awaits_walk(drawing: Drawing) -> bool:
    """Whether a backward pass would come to what none has met."""
    history = drawing.history
    return any(live.requires_grad and history.awaits_walk(live.ref.name) for live in drawing.live())


def _may_walk_again(drawing: Drawing) -> bool:
    """Whether a custom function's graph was freed. It is mostly an error to go through it."""
    if not drawing.tape.chance(15):
        return False
    return any(drawing.history.was_walked(live.ref.name) for live in drawing.live())


def _may_hide(drawing: Drawing) -> bool:
    """Whether a view made now has no history, though its base has one."""
    return (
        "views" in drawing.features
        and not drawing.grad_enabled
        and any(live.requires_grad and not live.is_leaf for live in drawing.live())
    )


def _awaits_recording(drawing: Drawing) -> bool:
    return drawing.history.awaits_recording()


def _awaits_use(drawing: Drawing) -> bool:
    return any(drawing.history.awaits_use(live.ref.name) for live in drawing.live())


def _repeats(drawing: Drawing) -> bool:
    return bool(drawing.repeated)


_STEERED: tuple[tuple[Callable[[Drawing], bool], _DrawStep, int], ...] = (
    (_may_write, calls.write, 5),
    (_may_write_items, calls.item, 2),
    (awaits_walk, passes.backward, 2),
    (_awaits_use, calls.join, 2),
    (_may_walk_again, passes.backward_again, 1),
    (_may_hide, calls.view, 1),
    (_awaits_recording, contexts.leave, 2),
    (_repeats, sizes.onward, 8),
)
"""What waits, what draws the step that meets it, and how often that one is taken."""

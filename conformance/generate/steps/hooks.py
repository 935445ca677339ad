"""Hooks that a program registers, and their removal."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from conformance.generate.drawing.drawing import Drawing, Live
from conformance.generate.drawing.tape import weighted
from conformance.generate.steps.calls import WRITING
from conformance.program.inputs import Input
from conformance.program.steps import Call, MultiGradHook, RegisterHook, RemoveHook, Step
from conformance.program.values import Ref
from conformance.program.words.hooks import HOOKS

REFUSED_PERCENT = 4.0  # of the hooks, in a program that is not wrong on purpose

# What makes a backward pass raise, or the call itself.
_REFUSED = frozenset(
    {"expand", "none", "raise", "result", "single"}
    | {"wrong_number", "wrong_result", "wrong_shape", "wrong_type"}
)
_OFTEN = {"record": 4, "scale": 4, "write": 2, "clone": 2}


def _rows(on: str) -> tuple[str, ...]:
    names = [name for name in HOOKS[on] if name not in _REFUSED]
    return weighted(*((name, _OFTEN.get(name, 1)) for name in names))


_BEHAVIOURS: Mapping[str, tuple[str, ...]] = {on: _rows(on) for on in HOOKS}
_REFUSED_ON: Mapping[str, tuple[str, ...]] = {
    on: tuple(name for name in rows if name in _REFUSED) for on, rows in HOOKS.items()
}


def _behaviour(drawing: Drawing, on: str) -> str:
    refused = drawing.tape.chance(35 if drawing.flawed else REFUSED_PERCENT)
    return drawing.tape.pick((_REFUSED_ON if refused else _BEHAVIOURS)[on])


def on_tensor(drawing: Drawing) -> Step | None:
    """`register_hook` of a tensor; of one that retains its gradient, or that may be written to,
    where the program does so."""
    live = None
    history = drawing.history
    if "retain_grad" in drawing.features and drawing.tape.chance(60):
        live = drawing.one(
            lambda live: _takes_hooks(drawing, live) and history.is_retained(live.ref.name)
        )
    elif WRITING & drawing.features and drawing.tape.chance(60):
        live = drawing.one(lambda live: _takes_hooks(drawing, live) and not live.is_leaf)
    live = live or drawing.one(lambda live: _takes_hooks(drawing, live))
    if live is not None and _is_stale(drawing, live):
        return None  # One that does not fit may have been chosen.
    return _registered(drawing, live, "tensor")


def twin(drawing: Drawing) -> Step | None:
    """An op of a leaf that has a hook and of another leaf with the same values: what tells tensors
    apart by their values takes one for the other. A hook, where there is no such leaf."""
    leaves = [live for live in drawing.live() if _is_twin(drawing, live)]
    ops = [entry for entry in drawing.ops.joining if entry.forms[0].kind == "function"]
    if not leaves or not ops:
        return on_tensor(drawing)
    live = drawing.tape.pick(leaves)
    entry = next(entry for entry in drawing.inputs if entry.name == live.ref.name)
    other = drawing.fresh(lambda name: Input.of(name, np.array(entry.array), True, entry.dtype))
    op = drawing.pick_op(ops).forms[0].op
    return Call(op, (live.ref, other.ref), {}, result=drawing.result())


def _is_twin(drawing: Drawing, live: Live) -> bool:
    of_input = any(entry.name == live.ref.name for entry in drawing.inputs)
    hooked = drawing.history.is_hooked(live.ref.name)
    return of_input and hooked and live.is_leaf and live.requires_grad


def _takes_hooks(drawing: Drawing, live: Live) -> bool:
    # Torch 2.13 crashes when the first hook of a view is set after its base was written to, and
    # so would the script.
    return live.requires_grad and not _is_stale(drawing, live)


def _is_stale(drawing: Drawing, live: Live) -> bool:
    return drawing.history.is_stale_view(live.ref.name)


def on_accumulation(drawing: Drawing) -> Step | None:
    """`register_post_accumulate_grad_hook` of a leaf."""
    live = drawing.one(lambda live: live.requires_grad and live.is_leaf)
    return _registered(drawing, live, "post_accumulate")


def on_node(drawing: Drawing) -> Step | None:
    """`register_hook` or `register_prehook` of the node that made a tensor."""
    live = drawing.one(lambda live: live.requires_grad and not live.is_leaf, 0)
    return _registered(drawing, live, drawing.tape.pick(("node", "node_pre")))


def _registered(drawing: Drawing, live: Live | None, on: str) -> Step | None:
    if live is None:
        return None
    return RegisterHook(live.ref, _behaviour(drawing, on), on, drawing.result())


def on_several(drawing: Drawing) -> Step | None:
    """`register_multi_grad_hook` of one to three tensors."""
    tape = drawing.tape
    able = [live for live in drawing.live() if _takes_hooks(drawing, live)]
    if drawing.flawed and tape.chance(20):
        able = [each for each in drawing.live() if not _is_stale(drawing, each)]
    if not able:
        return None
    chosen = dict.fromkeys(tape.pick(able).ref for _ in range(tape.pick((2, 1, 3))))
    mode = tape.pick(("all", "any"))
    return MultiGradHook(tuple(chosen), mode, _behaviour(drawing, mode), drawing.result())


def remove(drawing: Drawing) -> Step | None:
    """`remove()` of a hook's handle, of one already removed too; one is made where there is
    none."""
    handles = [*drawing.history.handles]
    return RemoveHook(Ref(drawing.tape.pick(handles))) if handles else on_tensor(drawing)

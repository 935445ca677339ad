"""Programs with hooks, blocks and functions of their own are made as short and plain as they go."""

from __future__ import annotations

import numpy as np
from handwritten import T0, T1, X0, X1, operator

from conformance import (
    Apply,
    Backward,
    EnterMode,
    Forget,
    Input,
    LeaveMode,
    MultiGradHook,
    PackHooks,
    Program,
    Ref,
    RegisterHook,
    RemoveHook,
    execute,
    resolve_engine,
)
from conformance.shrink.reduction import reduce

TORCH = resolve_engine("torch")

PROGRAM = Program(
    (Input.of("x0", np.float32([1.0, -2.0]), True), Input.of("x1", np.float32([3.0, 5.0]), True)),
    (
        EnterMode("set_grad_enabled", (True,)),
        PackHooks("scale", "p0"),
        operator("*", X0, X1, result="t0"),
        Apply("TwoResults", (T0, X1), "t1"),
        LeaveMode(raising=True),
        RegisterHook(T0, "scale", "node", "h0"),
        MultiGradHook((X0, T0), "any", "record", "h1"),
        RegisterHook(T0, "clone", "tensor", "h2"),
        RemoveHook(Ref("h0")),
        Backward(Ref("t1[1]"), X1, create_graph=True),
        Forget(T0),
    ),
)


def calls(program):
    return [call.values[0] for call in execute(program, TORCH).calls]


def test_a_hook_that_is_called_is_left_alone_with_its_walk():
    short = reduce(PROGRAM, lambda program: any(name[0] == "h" for name in calls(program)), TORCH)
    kinds = [type(step) for step in short.steps]
    assert kinds in ([RegisterHook, Backward], [MultiGradHook, Backward])
    (hook,) = (step for step in short.steps if not isinstance(step, Backward))
    assert (hook.behaviour, hook.result) == ("record", "h0")


def test_a_function_becomes_the_first_of_its_kind():
    short = reduce(PROGRAM, lambda program: "TwoResults" in calls(program), TORCH)
    assert [type(step) for step in short.steps] == [Apply, Backward]


def test_pack_hooks_are_left_with_what_they_save():
    short = reduce(PROGRAM, lambda program: "p0 packs" in calls(program), TORCH)
    assert short.steps[0] == PackHooks("record", "p0")
    assert len(short.steps) == 2


def test_a_block_left_by_an_exception_stays_if_it_matters():
    program = Program(PROGRAM.inputs, (*PROGRAM.steps, operator("*", X0, T1, result="t2")))
    short = reduce(program, lambda p: "except RuntimeError" in p.script(), TORCH)
    assert [type(step) for step in short.steps] in (
        [EnterMode, LeaveMode],
        [PackHooks, LeaveMode],
    )
    assert short.steps[1].raising

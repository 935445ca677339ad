"""What is said while a program runs is in its trace, and each difference in it has its own kind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import torch_but
from handwritten import T0, X0, X1, method, operator

from conformance import (
    Apply,
    Backward,
    Call,
    Called,
    ClearGrad,
    Copy,
    EnterMode,
    Input,
    LeaveMode,
    MultiGradHook,
    Program,
    Raised,
    Read,
    Ref,
    RegisterHook,
    RemoveHook,
    RetainGrad,
    TensorState,
    Unsupported,
    Warned,
    adjudicate,
    compare,
    execute,
    resolve_engine,
)

TORCH = resolve_engine("torch")

INPUTS = (Input.of("x0", np.float32([1.0, -2.0]), True), Input.of("x1", np.float32([3.0, 5.0])))

HOOKED = Program(
    INPUTS,
    (
        operator("*", X0, X1, result="t0"),
        RegisterHook(T0, "scale", "tensor", "h0"),
        RegisterHook(T0, "record", "node", "h1"),
        RegisterHook(X0, "record", "post_accumulate", "h2"),
        Backward(T0, X1, create_graph=True),
        Backward(T0, X1, create_graph=True),
    ),
)
TRACE = execute(HOOKED, TORCH)


def labels(trace):
    return [(call.step, call.values[0]) for call in trace.calls]


def test_calls_are_recorded_in_order_with_their_step():
    assert labels(TRACE) == [(4, "h0"), (4, "h1"), (4, "h2"), (5, "h0"), (5, "h1"), (5, "h2")]


def test_a_call_holds_the_values_of_its_time():
    label, grad = TRACE.calls[0].values
    assert (label, grad.shape, grad.dtype, grad.requires_grad) == ("h0", (2,), "float32", False)
    assert grad.values.tolist() == [3.0, 5.0]
    first, second = TRACE.calls[1].values[1]
    assert (first.values.tolist(), second) == ([18.0, 50.0], None)


def test_a_call_keeps_its_values_when_the_walk_writes_there_later():
    steps = (
        operator("*", X0, X1, result="t0"),
        RegisterHook(T0, "write", "tensor", "h0"),
        RegisterHook(T0, "record", "tensor", "h1"),
        Backward(T0, X1),
    )
    first, second = execute(Program(INPUTS, steps), TORCH).calls
    assert (first.values[1].values.tolist(), second.values[1].values.tolist()) == (
        [3.0, 5.0],
        [6.0, 10.0],
    )


def test_functions_record_their_calls_among_those_of_hooks():
    steps = (
        Apply("Exp", (X0,), "t0"),
        RegisterHook(X0, "record", "tensor", "h0"),
        RegisterHook(T0, "record", "tensor", "h1"),
        Backward(T0, X1),
    )
    trace = execute(Program(INPUTS, steps), TORCH)
    assert [label for _, label in labels(trace)] == ["h1", "Exp", "h0"]


def test_a_warning_is_heard_in_every_program_and_without_its_place_in_the_source():
    for _ in range(2):
        first, _second = execute(HOOKED, TORCH).warnings
        assert (first.step, first.category) == (4, "UserWarning")
        assert first.text.startswith("Using backward() with create_graph=True will create a")
        assert first.text.endswith("to break the cycle and avoid the leak.")


def test_looking_at_tensors_between_steps_is_not_heard():
    session = TORCH.start(INPUTS)
    session.step(operator("*", X0, X1, result="t0"))
    assert session.value("t0").grad is None
    session.tensors()
    assert session.finish().warnings == ()


def test_the_traceback_of_an_anomaly_is_no_part_of_the_warning():
    steps = (
        EnterMode("autograd.detect_anomaly"),
        operator("*", X0, float("nan"), result="t0"),
        Backward(T0, X1),
    )
    trace = execute(Program(INPUTS, steps), TORCH)
    assert isinstance(trace.outcomes[2], Raised)
    assert [(w.step, w.text[:32]) for w in trace.warnings] == [
        (0, "Anomaly Detection has been enabl"),
        (2, "Error detected in MulBackward0. "),
    ]
    assert "File" not in trace.warnings[1].text


def test_where_a_function_lies_and_what_an_engine_calls_its_own_are_no_part_of_a_message():
    steps = (
        RegisterHook(X0, "record", "tensor", "h0"),
        Copy(X0, "copy", "t0"),
        RemoveHook(Ref("h0")),
        MultiGradHook((X0,), "all", "record", "h1"),
        Copy(X0, "copy", "t1"),
    )
    trace = execute(Program(INPUTS, steps), TORCH)
    assert [warned.text.partition(" on ")[0] for warned in trace.warnings] == [
        "backward hook <function hook at 0x…>",
        "backward hook <function>",
    ]


def test_a_gradient_that_another_object_replaces_is_told_from_one_that_is_added_to():
    steps = (
        operator("*", X0, X1, result="t0"),
        RetainGrad(T0),
        Backward(T0, X1, True),
        Backward(T0, X1, True),
        Backward(T0, X1, create_graph=True),
        ClearGrad(X0),
        Backward(T0, X1),
    )
    trace = execute(Program(INPUTS, steps), TORCH)
    # What a non-leaf retains is added out of place, and what is cleared has no predecessor.
    assert trace.replaced == {3: ("t0",), 4: ("x0", "t0"), 6: ("t0",)}


def with_call(place, *values):
    calls = list(TRACE.calls)
    calls[place] = Called(calls[place].step, values)
    return replace(TRACE, calls=tuple(calls))


def grad(**changes):
    return replace(TRACE.calls[0].values[1], **changes)


@pytest.mark.parametrize(
    ("actual", "found"),
    [
        (replace(TRACE, calls=()), [("hook_order", 4, ""), ("hook_order", 5, "")]),
        (
            replace(TRACE, calls=(TRACE.calls[1], TRACE.calls[0], *TRACE.calls[2:])),
            [("hook_order", 4, "")],
        ),
        (with_call(0, "h0", grad(values=np.float32([3, 6]))), [("grad_value", 4, "calls[0][1]")]),
        (
            with_call(0, "h0", grad(values=np.zeros((1, 2), np.float32))),
            [("grad_shape", 4, "calls[0][1].shape")],
        ),
        (with_call(0, "h0", grad(dtype="float64")), [("grad_dtype", 4, "calls[0][1].dtype")]),
        (with_call(0, "h0", None), [("grad_missing", 4, "calls[0][1]")]),
        (
            with_call(0, "h0", grad(requires_grad=True)),
            [("flag", 4, "calls[0][1].requires_grad")],
        ),
        (with_call(1, "h1", (), ()), [("flag", 4, "calls[1][1]"), ("flag", 4, "calls[1][2]")]),
        (replace(TRACE, warnings=TRACE.warnings[:1]), [("warning", 5, "")]),
        (
            replace(TRACE, warnings=(Warned(4, "FutureWarning", "?"), *TRACE.warnings[1:])),
            [("warning", 4, "")],
        ),
        (replace(TRACE, replaced={4: (), 5: ()}), [("alias", 5, "x0.grad")]),
    ],
)
def test_each_difference_in_what_is_said_has_its_kind(actual, found):
    mismatches = compare(TRACE, actual, HOOKED)
    assert [(m.kind, m.step, m.where) for m in mismatches] == found


def test_what_is_saved_under_pack_hooks_is_a_value_and_no_gradient():
    program = Program(INPUTS, (operator("*", X0, X1, result="t0"),))
    state = TensorState((2,), "float32", np.float32([1, 2]), True)
    other = replace(state, values=np.float32([1, 3]))
    expected, actual = (
        replace(execute(program, TORCH), calls=(Called(0, ("pack packs", given)),))
        for given in (state, other)
    )
    assert [mismatch.kind for mismatch in compare(expected, actual, program)] == ["value"]


def test_what_a_hook_is_given_after_a_split_is_a_consequence():
    outcomes = (*TRACE.outcomes[:4], Raised("RuntimeError", "no"), TRACE.outcomes[5])
    mismatches = compare(TRACE, replace(TRACE, outcomes=outcomes, calls=()), HOOKED)
    assert [mismatch.kind for mismatch in mismatches if mismatch.counts] == ["raises"]


def test_the_referee_finds_what_a_hook_was_given():
    steps = (
        method("sin", X0, result="t0"),
        RegisterHook(X0, "record", "tensor", "h0"),
        Backward(T0, X1),
    )
    # The cosine of a huge number moves with its last bits.
    inputs = (Input.of("x0", np.float32([1e7, 2e7]), True), INPUTS[1])
    program = Program(inputs, steps)
    expected = execute(program, TORCH)
    (call,) = expected.calls
    moved = replace(call.values[1], values=call.values[1].values * np.float32(1.001))
    actual = replace(expected, calls=(Called(call.step, ("h0", moved)),))
    (mismatch,) = adjudicate(program, expected, actual, TORCH).mismatches
    assert (mismatch.where, mismatch.judgement) == ("calls[0][1]", "ill_conditioned")


def test_a_hook_that_uses_what_the_engine_lacks_makes_the_step_unsupported():
    engine = torch_but("zeros_like")
    steps = (RegisterHook(X0, "zeros", "tensor", "h0"), Backward(X0, X1))
    outcome = execute(Program(INPUTS, steps), engine).outcomes[1]
    assert outcome == Unsupported("zeros_like")


@pytest.mark.parametrize(
    ("step", "lacking"),
    [
        (Apply("Exp", (X0,), "t0"), "autograd.Function"),
        (EnterMode("autograd.graph.save_on_cpu"), "autograd.graph.save_on_cpu"),
        (Call("autograd.grad", (X0, X0)), "autograd.grad"),
    ],
)
def test_an_engine_without_autograd_supports_no_step_of_it(step, lacking):
    trace = execute(Program(INPUTS, (step, LeaveMode(), Read(X0, "item"))), torch_but("autograd"))
    assert trace.outcomes[0] == Unsupported(lacking)

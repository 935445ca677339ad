"""What an earlier difference explains, and what it does not."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import torch_but
from handwritten import T0, T1, X0, X1, method, operator

from conformance import Backward, Call, EnterMode, Input, Program, Ref, Snippet, resolve_engine
from conformance.judge.comparing.consequences import Consequences
from conformance.judge.referee import judge

TORCH = resolve_engine("torch")
INPUTS = tuple(Input.of(name, np.float32([1.0, 2.0]), True) for name in ("x0", "x1", "x2"))
X2 = Ref("x2")
RAISES = Call("relu", (X0,), result="t0")


def reached(*steps):
    """The names that the first step's difference may have reached by the end."""
    consequences = Consequences(Program(INPUTS, steps))
    for number, step in enumerate(steps):
        consequences.follow(step)
        if not number:
            consequences.begin(step)
    names = [f"x{number}" for number in range(3)] + [f"t{number}" for number in range(4)]
    return {name for name in names if consequences.reaches_place(name)}


@pytest.mark.parametrize(
    ("steps", "names"),
    [
        ((RAISES,), {"t0"}),
        ((RAISES, operator("*", T0, X1, result="t1")), {"t0", "t1"}),
        ((RAISES, operator("*", X0, X1, result="t1")), {"t0"}),
        ((RAISES, operator("*", T0, X1, result="t1"), Backward(T1)), {"x0", "x1", "t0", "t1"}),
        ((method("add_", X0, X1, result="t0"),), {"x0", "x1", "t0"}),
        ((operator("+=", X0, 1), operator("*", X0, X2, result="t1")), {"x0", "t1"}),
        ((RAISES, operator("+=", T0, 1), operator("*", X2, 1, result="t1")), {"x0", "t0"}),
    ],
)
def test_a_difference_reaches_what_it_may_have_touched_and_no_more(steps, names):
    assert reached(*steps) == names


@pytest.mark.parametrize("step", [EnterMode("no_grad"), Snippet("x0"), Call("set_x", (True,))])
def test_what_changes_all_that_follows_explains_all(step):
    assert len(reached(step)) == 7


def test_a_wrong_value_beside_a_step_that_raised_counts():
    def relu(tensor):
        raise RuntimeError("no")

    engine = torch_but(relu=relu, exp=lambda tensor: tensor + 1)
    program = Program(INPUTS, (RAISES, Call("exp", (X1,), result="t1")))
    found = [(m.kind, m.where) for m in judge(program, TORCH, engine).mismatches if m.counts]
    assert ("value", "t1") in found


def test_a_wrong_value_beside_what_is_lacking_counts_and_what_needs_it_is_not_told(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("conformance.engines.torchlike.forms._others", lambda step: ())
    engine = torch_but("relu", exp=lambda tensor: tensor + 1)
    steps = (RAISES, Call("exp", (X1,), result="t1"), operator("*", T0, T1, result="t2"))
    verdict = judge(Program(INPUTS, steps), TORCH, engine)
    assert (verdict.mismatches[0].kind, verdict.mismatches[0].step) == ("unsupported", 0)
    assert {m.where for m in verdict.mismatches[1:]} <= {"t1", "t1.grad_fn"}
    assert verdict.outcome == "differ"


def test_what_an_op_writes_beside_its_result_is_lacking_with_it():
    """Batch normalization updates the running mean and variance, which no name tells."""
    inputs = (Input.of("x0", np.float32([[1.0], [3.0]])), *INPUTS[1:])
    running = [Input.of(f"x{n}", np.float32([1.0])) for n in (3, 4)]
    args = (X0, None, None, Ref("x3"), Ref("x4"), True, 0.5, 1e-5)
    call = Call("native_batch_norm", args, result="t0")
    verdict = judge(Program((*inputs, *running), (call,)), TORCH, torch_but("native_batch_norm"))
    assert verdict.outcome == "unsupported"

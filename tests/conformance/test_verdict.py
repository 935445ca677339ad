"""What a verdict comes to, as a whole and at each grade: what was not seen did not agree."""

from __future__ import annotations

import numpy as np
import pytest
from handwritten import T0, X0, operator

from conformance import (
    GRADES,
    Backward,
    Call,
    EnterMode,
    Input,
    Program,
    Read,
    Verdict,
    execute,
    resolve_engine,
)
from conformance.judge.referee import judge
from conformance.judge.shown_grades import shown_grades
from conformance.verdict import Mismatch

TORCH = resolve_engine("torch")
VECTOR = Input.of("x0", np.float32([1.0, 2.0]), True)

A_STEP = Mismatch("unsupported", 0, "", "returned", "unsupported", "Tensor.exp")
VALUE = Mismatch("value", 0, "t0", "1.", "2.")
FLAKY = Mismatch("flaky", 0, "t0", "1.", "2.")
CRASH = Mismatch("crash", 0, "", "returned", "crashed")


def unread(where):
    return Mismatch("unsupported", None, where, "1.", "not observable", where)


@pytest.mark.parametrize(
    ("mismatches", "outcome", "attempted"),
    [
        ((), "agree", True),
        ((VALUE, FLAKY, A_STEP), "differ", False),
        ((FLAKY, A_STEP), "flaky", False),
        ((A_STEP,), "unsupported", False),
        ((unread("x0._version"),), "unsupported", True),
    ],
)
def test_the_gravest_says_what_a_verdict_comes_to(mismatches, outcome, attempted):
    verdict = Verdict("", mismatches)
    assert (verdict.outcome, verdict.attempted) == (outcome, attempted)


@pytest.mark.parametrize(
    ("mismatches", "grades"),
    [
        ((), "agree agree agree agree agree"),
        ((VALUE,), "differ agree agree agree agree"),
        ((FLAKY,), "flaky flaky flaky flaky flaky"),
        ((VALUE, FLAKY), "differ flaky flaky flaky flaky"),
        ((A_STEP,), "unsupported unsupported unsupported unsupported unsupported"),
        ((unread("x0._version"),), "agree agree agree agree unsupported"),
        ((unread("t0"),), "unsupported agree agree agree unsupported"),
        ((unread("t1[0].grad"),), "unsupported agree agree agree unsupported"),
        ((unread("calls[0][1]"),), "unsupported agree agree agree unsupported"),
        ((unread("x0.grad.stride()"),), "agree agree agree agree unsupported"),
        ((CRASH,), "differ differ differ differ differ"),
    ],
)
def test_each_grade_is_told_alone(mismatches, grades):
    verdict = Verdict("", mismatches)
    assert " ".join(verdict.grade(number) for number in GRADES) == grades


def test_a_grade_that_the_case_cannot_show_is_silent_whatever_the_subject_does():
    for mismatches in ((), (CRASH,), (A_STEP,), (FLAKY,)):
        verdict = Verdict("", mismatches, frozenset({2, 5}))
        assert [verdict.grade(number) for number in (1, 3, 4)] == ["silent"] * 3
        assert verdict.failing <= {2, 5}


def test_values_that_differ_all_the_same_are_said():
    assert Verdict("", (VALUE,), frozenset({2, 5})).grade(1) == "differ"


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ((), {2, 5}),
        ((EnterMode("no_grad"),), {2, 5}),
        ((Read(X0, "requires_grad"),), {2, 5}),
        ((Read(X0, "tolist"),), {1, 2, 5}),
        ((operator("*", X0, X0, result="t0"),), {1, 2, 5}),
        ((Call("mm", (X0, X0), result="t0"),), {2, 3, 4, 5}),
        ((operator("*", X0, 2, result="t0"), Backward(T0)), {1, 2, 3, 4, 5}),
    ],
)
def test_a_program_shows_what_it_does_on_the_reference(steps, shown):
    program = Program((VECTOR,), steps)
    assert shown_grades(program, execute(program, TORCH)) == shown
    assert judge(program, TORCH, TORCH).shows == shown

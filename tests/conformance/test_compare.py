"""Equal traces have no mismatch; each planted difference has its own kind."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch
from fakes import bare_engine, torch_but
from handwritten import PROGRAMS, T0, X0, X1, method, operator
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from conformance import (
    GRADES,
    UNOBSERVED,
    Backward,
    Call,
    Called,
    Grad,
    Input,
    Lost,
    NotRun,
    Program,
    Raised,
    Read,
    Ref,
    Returned,
    Text,
    Unsupported,
    Verdict,
    Warned,
    compare,
    execute,
    resolve_engine,
)
from conformance.judge.comparing.closeness import (
    difference,
    same_text,
    sign_of_zero_differs,
    tolerances,
)
from conformance.judge.referee import adjudicate
from conformance.program.script.wording import worded
from conformance.verdict import GRADE_OF

TORCH = resolve_engine("torch")

PROGRAM = Program(
    (
        Input.of("x0", np.float32([[1.0, -2.0], [3.0, 0.0]]), True),
        Input.of("x1", np.float32([1, 2])),
        Input.of("x2", np.float32(1), True),
    ),
    (
        operator("*", X0, X1, result="t0"),
        method("view", T0, 4, result="t1"),
        Backward(T0, X0, retain_graph=True),
        Backward(X1),
        Grad([T0], [X0, Ref("x2")], [X0], allow_unused=True, result="t2"),
        Read(X1, "tolist"),
        Read(X1, "repr"),
    ),
)
TRACE = execute(PROGRAM, TORCH)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.filterwarnings("ignore")
def test_torch_agrees_with_torch(name):
    first, second = (execute(PROGRAMS[name], TORCH) for _ in range(2))
    assert compare(first, second, PROGRAMS[name]) == ()


def with_state(name, **changes):
    return replace(TRACE, tensors={**TRACE.tensors, name: replace(TRACE.tensors[name], **changes)})


def with_grad(name, **changes):
    return with_state(name, grad=replace(TRACE.tensors[name].grad, **changes))


def with_outcome(number, outcome):
    outcomes = list(TRACE.outcomes)
    outcomes[number] = outcome
    return replace(TRACE, outcomes=tuple(outcomes))


FOUND = {
    "shape": with_state("t0", shape=(4,)),
    "dtype": with_state("t0", dtype="float64"),
    "value": with_state("t0", values=np.float32([[1, -4], [3, 1]])),
    "grad_missing": with_state("x0", grad=None),
    "grad_shape": with_grad("x0", shape=(1, 2, 2)),
    "grad_dtype": with_grad("x0", dtype="float16"),
    "grad_value": with_grad("x0", values=np.float32([[1, -4], [3, 1]])),
    "flag": with_state("t0", is_leaf=True),
    "version": with_state("t0", version=3),
    "graph": with_state("t0", grad_fn="AddBackward0"),
    "alias": replace(TRACE, aliases=()),
    "hook_order": replace(TRACE, calls=(Called(2, ("h0",)),)),
    "warning": replace(TRACE, warnings=(Warned(2, "UserWarning", "beware"),)),
    "stride": with_state("t0", stride=(1, 2)),
    "zero_sign": with_state("t0", values=np.float32([[1, -4], [3, -0.0]])),
    "unsupported": with_outcome(1, Unsupported("view")),
    "crash": replace(TRACE, end=Lost("crash", 1, "signal 11")),
    "hang": replace(TRACE, end=Lost("hang", 1, "no answer within 10 seconds")),
    "raises": with_outcome(1, Raised("RuntimeError", "no")),
    "error_type": with_outcome(3, replace(TRACE.outcomes[3], error="Oops", bases=("Oops",))),
    "error_message": with_outcome(3, replace(TRACE.outcomes[3], message="again")),
}


@pytest.mark.parametrize("kind", FOUND)
def test_each_difference_has_its_kind(kind):
    assert [mismatch.kind for mismatch in compare(TRACE, FOUND[kind], PROGRAM)] == [kind]


def test_every_kind_that_a_trace_shows_is_planted_and_all_but_unsupported_break_a_grade():
    assert set(FOUND) == set(GRADE_OF) - {"identity"} | {"unsupported"}
    assert set(GRADE_OF.values()) == set(GRADES)


def one(actual, program=PROGRAM, expected=TRACE):
    (mismatch,) = compare(expected, actual, program)
    return mismatch


def test_a_difference_in_values_says_how_many_how_far_and_where():
    mismatch = one(FOUND["value"])
    assert (mismatch.step, mismatch.where) == (0, "t0")
    assert worded(mismatch).detail == (
        "1 of 4 elements, greatest absolute difference 1 at (1, 1) (allowed 1e-05), "
        "greatest relative difference inf at (1, 1) (allowed 1.3e-06)"
    )


def test_raising_where_the_reference_returns_makes_what_follows_a_consequence():
    actual = replace(FOUND["raises"], tensors=with_state("t1", values=np.float32([1])).tensors)
    raises, value = compare(TRACE, actual, PROGRAM)
    assert (raises.kind, raises.consequence) == ("raises", False)
    assert (value.kind, value.consequence) == ("value", True)
    assert Verdict("", (raises, value)).failing == {1, 2}


def test_returning_where_the_reference_raises_counts_too():
    mismatch = one(with_outcome(3, Returned(None)))
    assert mismatch.kind == "raises"
    assert worded(mismatch).expected.startswith("RuntimeError: element 0 of tensors does not")


def test_a_step_that_only_the_subject_could_not_reach_is_no_agreement():
    assert one(with_outcome(1, NotRun("t0"))).kind == "raises"


def test_a_subclass_of_the_error_is_the_same_type():
    error = replace(TRACE.outcomes[3], error="Own", bases=("Own", "RuntimeError"))
    assert compare(TRACE, with_outcome(3, error), PROGRAM) == ()


def test_after_an_unsupported_step_nothing_is_blamed():
    states = with_state("t1", shape=(5,)).tensors
    actual = replace(FOUND["unsupported"], tensors=states)
    verdict = Verdict("", compare(TRACE, actual, PROGRAM))
    assert (verdict.outcome, verdict.failing) == ("unsupported", frozenset())
    assert verdict.grade(1) == "unsupported"


def test_a_difference_before_an_unsupported_step_counts():
    outcomes = [*TRACE.outcomes]
    outcomes[0], outcomes[1] = Raised("ValueError", "no"), Unsupported("view")
    verdict = Verdict("", compare(TRACE, replace(TRACE, outcomes=tuple(outcomes)), PROGRAM))
    assert (verdict.outcome, verdict.failing) == ("differ", {1, 2})


def test_what_cannot_be_observed_leaves_only_grade_five_unsupported():
    actual = with_state("t0", version=UNOBSERVED, grad_fn=UNOBSERVED)
    mismatches = compare(TRACE, actual, PROGRAM)
    assert [(m.kind, m.step, m.where) for m in mismatches] == [
        ("unsupported", None, "t0._version"),
        ("unsupported", None, "t0.grad_fn"),
    ]
    verdict = Verdict("", mismatches)
    assert (verdict.outcome, verdict.attempted) == ("unsupported", True)
    assert [verdict.grade(number) for number in GRADES] == ["agree"] * 4 + ["unsupported"]


def test_a_field_that_cannot_be_observed_is_said_once():
    states = {name: replace(state, version=UNOBSERVED) for name, state in TRACE.tensors.items()}
    assert one(replace(TRACE, tensors=states)).where == "x0._version"


def test_a_gradient_that_is_none_here_and_zeros_there_is_missing():
    actual = with_outcome(4, Returned((Ref("t2[0]"), Ref("t2[1]"))))
    assert (one(actual).kind, one(actual).where) == ("grad_missing", "t2[1]")


def test_the_result_of_autograd_grad_is_a_gradient():
    assert one(with_state("t2[0]", values=np.ones((2, 2), np.float32))).kind == "grad_value"


def test_the_sign_of_zero_is_a_kind_of_its_own():
    values = TRACE.tensors["t0"].values.copy()
    values[1, 1] = -0.0
    assert one(with_state("t0", values=values)).kind == "zero_sign"


def test_the_stride_of_a_dim_of_one_is_left_to_chance():
    program = Program((Input.of("x0", np.float32([[1, 2]])),), ())
    first = execute(program, TORCH)
    for stride, kinds in (((7, 1), []), ((2, 2), ["stride"])):
        state = replace(first.tensors["x0"], stride=stride)
        found = compare(first, replace(first, tensors={"x0": state}), program)
        assert [mismatch.kind for mismatch in found] == kinds


@pytest.mark.parametrize(
    ("number", "value", "kind"),
    [
        (5, [1.0, 2.5], "value"),
        (5, [1.0, 2.000001], None),
        (5, [1, 2], "dtype"),
        (5, [1.0], "shape"),
        (6, "tensor([1., 3.])", "flag"),
        (6, Text("?"), "flag"),
    ],
)
def test_a_read_is_compared_by_what_it_reads(number, value, kind):
    found = compare(TRACE, with_outcome(number, Returned(value)), PROGRAM)
    assert [mismatch.kind for mismatch in found] == ([kind] if kind else [])


def test_a_wrong_op_is_found_through_the_engine():
    program = Program((Input.of("x0", np.float32([-1.0])),), (Call("relu", (X0,), result="t0"),))
    wrong = execute(program, torch_but(relu=lambda tensor: tensor.abs()))
    assert one(wrong, program, execute(program, TORCH)).kind == "value"


def test_an_engine_that_shows_little_agrees_where_it_can():
    plain = Input.of("x0", np.float32([1.0, 2.0]))
    program = Program((plain,), (operator("+", X0, X0, result="t0"),))
    verdict = Verdict(
        "", compare(execute(program, TORCH), execute(program, bare_engine()), program)
    )
    assert [verdict.grade(number) for number in GRADES] == ["agree"] * 4 + ["unsupported"]


@pytest.mark.parametrize(
    ("members", "kind", "detail"),
    [
        ({"grad": property(lambda self: "none", lambda self, value: None)}, "grad_missing", ""),
        ({"numpy": lambda self: np.array("none")}, "value", "numpy() gives str128[]"),
        ({"numpy": lambda self: np.float32([1.0])}, "value", "numpy() gives float32[1]"),
    ],
)
def test_an_engine_that_shows_nonsense_differs(members, kind, detail):
    program = Program((Input.of("x0", np.float32([1.0, 2.0])),), (Read(X0, "shape"),))
    actual = execute(program, bare_engine(**members))
    verdict = adjudicate(program, execute(program, TORCH), actual, TORCH)
    assert [(m.kind, m.detail) for m in verdict.mismatches if m.counts] == [(kind, detail)]


def test_the_tolerances_are_torchs():
    assert tolerances()["float32"] == (1.3e-6, 1e-5)
    assert "int64" not in tolerances()


@given(
    npst.arrays(st.sampled_from([np.float32, np.float64, np.complex64, np.int32]), (3,)),
    npst.arrays(st.sampled_from([np.float32, np.float64, np.complex64, np.int32]), (3,)),
    st.booleans(),
)
def test_two_values_are_equal_when_assert_close_says_so(expected, noise, nearby):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        actual = (expected * (1 + 1e-6) if nearby else noise).astype(expected.dtype)
    try:
        torch.testing.assert_close(
            torch.from_numpy(actual), torch.from_numpy(expected), equal_nan=True
        )
        close = True
    except AssertionError:
        close = False
    assert (difference(expected, actual, expected.dtype.name) is None) == close


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        ("tensor([0.1234])", "tensor([0.1235])", True),
        ("tensor([0.1234])", "tensor([0.1236])", False),
        ("tensor([9.9999])", "tensor([10.0000])", True),
        ("tensor([1.0000e-05])", "tensor([1.0001e-05])", True),
        ("tensor([1])", "tensor([2])", False),
        ("tensor(1642.4739)", "tensor(1642.4735)", True),
        ("tensor(1642.4739)", "tensor(1642.4639)", False),
        ("tensor(0.3164, dtype=torch.float16)", "tensor(0.3167, dtype=torch.float16)", True),
        ("tensor(0.3164, dtype=torch.float64)", "tensor(0.3167, dtype=torch.float64)", False),
        ("tensor([1.])", "tensor([1.], requires_grad=True)", False),
        ("tensor([nan])", "tensor([inf])", False),
    ],
)
def test_printed_numbers_may_differ_by_their_rounding_alone(expected, actual, same):
    assert same_text(expected, actual) is same


def test_a_zero_of_another_dtype_has_no_sign_to_differ():
    real, complex_ = np.float32([0.0]), np.complex64([-0.0])
    assert not sign_of_zero_differs(real, complex_)
    assert not sign_of_zero_differs(complex_, real)


def test_the_parts_of_a_complex_number_have_no_sign_of_zero_as_torchs_own_kernels_disagree():
    number = np.complex64([1 + 0j])
    assert np.signbit(number.conj().imag).all()
    assert not sign_of_zero_differs(number, number.conj())

"""A difference in values is wrong, ill-conditioned, a convention, or the reference's own fault."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from fakes import torch_but
from handwritten import T0, T1, X0, X1, method, operator

from conformance import (
    Backward,
    Call,
    DType,
    Grad,
    Input,
    Mismatch,
    Program,
    Read,
    Verdict,
    execute,
    judge,
    resolve_engine,
)
from conformance.judge.nearby.evidence import Evidence
from conformance.judge.nearby.finite_differences import derivative
from conformance.judge.nearby.variants import in_double, perturbed
from conformance.judge.referee import adjudicate
from conformance.program.steps import EnterMode, LeaveMode, RegisterHook, RequiresGrad
from conformance.program.values import Ref

TORCH = resolve_engine("torch")


def program(op, *arrays, seed=None):
    """An op on leaves, and backward with a seed of ones or a given one."""
    inputs = [Input.of(f"x{n}", array, True) for n, array in enumerate(arrays)]
    refs = (X0, X1)[: len(inputs)]
    shape = execute(Program(tuple(inputs), (Call(op, refs, result="t0"),)), TORCH).tensors["t0"]
    seed = np.ones(shape.shape, arrays[0].dtype) if seed is None else seed
    inputs.append(Input.of("x9", seed))
    steps = Call(op, refs, result="t0"), Backward(T0, replace(X0, name="x9"))
    return Program(tuple(inputs), steps)


def judged(case, **replaced):
    """The judgement and reason on torch with a function replaced."""
    verdict = judge(case, TORCH, torch_but(**replaced))
    found = {m.where: (m.judgement, m.reason) for m in verdict.mismatches if m.judgement}
    return verdict, found


class BadSin(torch.autograd.Function):
    """A sine with a wrong derivative."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sin()

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.saved_tensors[0].cos() * 2


class OneSided(torch.autograd.Function):
    """A relu whose derivative at 0 is 1, where torch has 0."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.relu()

    @staticmethod
    def backward(ctx, grad):
        return grad * (ctx.saved_tensors[0] >= 0)


class FirstOfTies(torch.autograd.Function):
    """An amax whose gradient goes to the first of equal values, where torch divides it."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.amax()

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return torch.zeros_like(x).index_fill(0, x.argmax(), 1.0) * grad


def test_a_wrong_gradient_of_a_smooth_function_is_wrong():
    verdict, found = judged(program("sin", np.float32([0.3, 1.0])), sin=BadSin.apply)
    assert found == {"x0.grad": ("wrong", "")}
    assert (verdict.outcome, verdict.judgement, 1 in verdict.failing) == ("differ", "wrong", True)


def test_another_subgradient_at_a_kink_is_a_named_convention_and_still_a_failure():
    verdict, found = judged(program("relu", np.float32([0.0, 2.0])), relu=OneSided.apply)
    assert found == {"x0.grad": ("convention", "relu at zero")}
    assert verdict.outcome == "differ"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_another_split_of_a_tie_is_a_convention(dtype):
    _, found = judged(program("amax", dtype([2, 1, 2])), amax=FirstOfTies.apply)
    assert found == {"x0.grad": ("convention", "max ties")}


def test_a_wrong_gradient_beside_a_kink_is_wrong():
    wrong = torch_but(relu=lambda x: OneSided.apply(x) * 3 - x.detach().relu() * 2)
    verdict = judge(program("relu", np.float32([0.0, 2.0])), TORCH, wrong)
    assert verdict.judgement == "wrong"


def test_a_number_where_torch_has_nan_is_a_convention_of_the_ops_that_have_one():
    def prod(x):
        return torch.exp(torch.log(x).sum())

    _, found = judged(program("prod", np.float32([0.0, 2.0, 3.0])), prod=prod)
    assert found["x0.grad"] == ("convention", "prod with zeros")


def cancelling(value):
    """The difference of two large numbers, whose last digits are noise."""
    inputs = Input.of("x0", np.float32([value])), Input.of("x1", np.float32([value - 1]))
    steps = (
        operator("*", X0, 1.1, result="t0"),
        operator("-", T0, X1, result="t1"),
        Call("sin", (T1,), result="t2"),
    )
    return Program(inputs, steps)


def test_noise_that_one_unit_in_the_inputs_explains_is_ill_conditioned_and_no_failure():
    verdict, found = judged(cancelling(1e6), sin=lambda x: torch.sin(x * (1 + 1e-7)))
    assert found["t2"][0] == "ill_conditioned"
    assert "own roundings" in found["t2"][1]
    assert (verdict.outcome, verdict.failing) == ("agree", frozenset())


def test_noise_that_the_rounding_of_a_result_explains_is_ill_conditioned():
    def grown(x, off=0.0):
        return torch.exp(x * (1 + off))

    steps = tuple(Call("exp", (ref,), result=f"t{n}") for n, ref in enumerate((X0, T0, T1)))
    case = Program((Input.of("x0", np.int64([1])),), steps)  # no input here can be moved
    assert judged(case, exp=lambda x: grown(x, 1e-7))[1]["t2"][0] == "ill_conditioned"
    assert judged(case, exp=lambda x: grown(x, 1e-4))[1]["t0"] == ("wrong", "")


def test_noise_shows_where_an_input_must_not_move_and_in_what_is_written_in_place():
    case = Program(
        (Input.of("x0", np.float32(2)), Input.of("x1", np.float64(2))),
        (Call("tan_", (X0,), form="method"), Call("pow", (X0, X1), result="t0")),
    )  # the power of a negative number, which has none but to an integer
    far = judged(case, pow=lambda x, y: torch.pow(x * (1 + 2e-7), y))[1]
    assert far["t0"][0] == "ill_conditioned"
    assert judged(case, pow=lambda x, y: torch.pow(x * 1.01, y))[1]["t0"] == ("wrong", "")


def test_the_same_error_where_nothing_cancels_is_wrong():
    _, found = judged(cancelling(1.0), sin=lambda x: torch.sin(x * (1 + 1e-4)))
    assert found["t2"] == ("wrong", "")


def test_a_reference_that_double_precision_contradicts_is_suspect():
    def careless(x):
        return torch.expm1(x) if x.dtype == torch.float64 else torch.expm1(x) * 1.001

    case = Program((Input.of("x0", np.float32([0.5])),), (Call("expm1", (X0,), result="t0"),))
    verdict = judge(case, torch_but(expm1=careless), TORCH)
    assert verdict.judgement == "reference_suspect"


def test_a_reference_whose_gradient_differences_contradict_is_suspect():
    case = program("sin", np.float64([0.3, 1.0]))
    verdict = judge(case, torch_but(sin=BadSin.apply), TORCH)
    (mismatch,) = (m for m in verdict.mismatches if m.judgement)
    assert mismatch.judgement == "reference_suspect"
    assert "finite differences" in mismatch.reason


def test_an_assertion_that_the_reference_fails_is_no_fault_of_a_subject_that_does_not():
    def asserting(x):
        raise RuntimeError(
            'out != nullptr INTERNAL ASSERT FAILED at "x.cpp":1, please report a bug'
        )

    def refusing(x):
        raise RuntimeError("no")

    case = program("sin", np.float32([0.5]))
    verdict = judge(case, torch_but(sin=asserting), TORCH)
    assert (verdict.judgement, verdict.outcome) == ("reference_suspect", "agree")
    verdict = judge(case, torch_but(sin=asserting), torch_but(sin=refusing))
    assert (verdict.judgement, verdict.outcome) == ("reference_suspect", "agree")
    verdict = judge(case, torch_but(sin=refusing), TORCH)
    assert (verdict.judgement, verdict.outcome) == (None, "differ")
    verdict = judge(case, TORCH, torch_but(sin=asserting))
    assert (verdict.judgement, verdict.outcome) == (None, "differ")


def test_what_such_an_assertion_kept_from_being_done_is_no_fault_either_but_what_was_before_is():
    def asserting(x):
        raise RuntimeError('y INTERNAL ASSERT FAILED at "x.cpp":1, please report a bug')

    steps = (
        Call("exp", (X0,), result="t0"),
        Call("sin", (T0,), result="t1"),
        Backward(T0, Ref("x1")),
        Call("cos", (X0,), result="t2"),
    )
    inputs = (Input.of("x0", np.float32([1, 2]), True), Input.of("x1", np.float32([1, 1])))
    case, reference = Program(inputs, steps), torch_but(sin=asserting)
    for name, outcome in (("cos", "agree"), ("exp", "differ")):
        subject = torch_but(**{name: lambda x: x * 3})
        assert judge(case, reference, subject).outcome == outcome


def test_an_overflow_on_the_way_is_ill_conditioned_in_whatever_it_ends():
    values = np.float32([3e38, 3e38, -3e38])  # whose sum double precision has
    case = Program((Input.of("x0", values),), (Call("sum", (X0,), result="t0"),))
    verdict, found = judged(case, sum=lambda x: (x * 2).sum() / 2)  # NaN where torch has infinity
    assert found["t0"][0] == "ill_conditioned"
    assert verdict.outcome == "agree"
    verdict, found = judged(case, sum=lambda x: x[0] * 1)  # the true sum, where torch has infinity
    assert (verdict.outcome, found["t0"][0]) == ("agree", "ill_conditioned")
    verdict, found = judged(case, sum=lambda x: x[0] * 0)
    assert (verdict.outcome, found["t0"]) == ("differ", ("wrong", ""))


def test_the_sign_of_a_zero_that_depends_on_the_order_of_terms_is_nobodys():
    zeros = np.where(np.arange(18) % 3, np.float32(0), np.float32(-0.0))
    case = Program((Input.of("x0", zeros),), (Call("min", (X0,), result="t0"),))
    turned = [torch_but(min=lambda x, s=s: torch.min(x).abs() * s) for s in (1.0, -1.0)]
    verdicts = [judge(case, TORCH, subject) for subject in turned]
    assert [verdict.outcome for verdict in verdicts] == ["agree", "agree"]
    (mismatch,) = (m for verdict in verdicts for m in verdict.mismatches)
    assert mismatch.judgement == "ill_conditioned"
    assert mismatch.evidence
    alone = replace_input(case, np.float32([-0.0] * 18))
    assert judge(alone, TORCH, turned[0]).outcome == "differ"


def test_a_read_value_is_judged_as_well():
    case = Program(
        (Input.of("x0", np.float32(0.5)),), (Call("sin", (X0,), result="t0"), Read(T0, "item"))
    )
    _, found = judged(case, sin=torch.cos)
    assert found == {"t0.item()": ("wrong", ""), "t0": ("wrong", "")}


def test_whole_numbers_are_never_ill_conditioned():
    case = Program((Input.of("x0", np.int64([3])),), (Call("neg", (X0,), result="t0"),))
    _, found = judged(case, neg=torch.abs)
    assert found == {"t0": ("wrong", "")}


def test_what_only_double_precision_would_raise_is_still_judged():
    case = Program(
        (Input.of("x0", np.float32([0.5])), Input.of("x1", np.float64([0.5]))),
        (method("view", X0, DType("int32"), result="t0"), Call("sin", (X1,), result="t1")),
    )
    _, found = judged(case, sin=torch.cos)
    assert found == {"t1": ("wrong", "")}


def test_a_verdict_takes_the_gravest_judgement():
    mismatches = [
        Mismatch("value", 0, "t0", "", "", judgement=judgement)
        for judgement in ("ill_conditioned", "convention")
    ]
    assert Verdict("", tuple(mismatches)).judgement == "convention"
    assert Verdict("", ()).judgement is None


SMOOTH = Program(
    (Input.of("x0", np.float64([0.5, -2.0]), True), Input.of("x1", np.float64([3.0, -1.0]))),
    (
        operator("**", X0, 3, result="t0"),
        Call("sin", (T0,), result="t1"),
        Grad(T1, X0, X1, result="t2"),
    ),
)


def test_finite_differences_give_the_gradient_of_a_plain_function():
    gradient = execute(SMOOTH, TORCH).tensors["t2[0]"].values
    estimate = derivative("t2[0]", [0, 1], Evidence(SMOOTH, TORCH))
    np.testing.assert_allclose(estimate, gradient, rtol=1e-6)


def test_finite_differences_follow_a_write_into_what_is_no_leaf():
    writing = replace_step(SMOOTH, 1, method("mul_", T0, 2.0, result="t1"))
    gradient = execute(writing, TORCH).tensors["t2[0]"].values
    estimate = derivative("t2[0]", [0, 1], Evidence(writing, TORCH))
    np.testing.assert_allclose(estimate, gradient, rtol=1e-6)


def test_finite_differences_say_nothing_of_a_kink_or_of_a_graph_that_is_cut():
    kink = program("abs", np.float64([0.0]))
    assert derivative("x0.grad", [0], Evidence(kink, TORCH)) is None
    for cut in (method("detach", T0, result="t1"), Call("data", (T0,), {}, "attribute", "t1")):
        steps = (SMOOTH.steps[0], cut, operator("*", T0, T1, result="t3"))
        case = Program(SMOOTH.inputs, (*steps, Grad(Ref("t3"), X0, X1, result="t2")))
        assert execute(case, TORCH).tensors["t2[0]"].values.any()
        assert derivative("t2[0]", [0], Evidence(case, TORCH)) is None


def test_finite_differences_say_nothing_where_kinks_on_the_way_cancel():
    leaf = Input.of("x0", np.float64([0.0]), True)
    steps = (
        method("relu", X0, result="t0"),
        method("neg", X0, result="t1"),
        method("relu", T1, result="t2"),
        operator("-", T0, Ref("t2"), result="t3"),
        Backward(Ref("t3"), X1),
    )
    case = Program((leaf, Input.of("x1", np.float64([1.0]))), steps)  # x, by torch's rules 0 * x
    assert derivative("x0.grad", [0], Evidence(case, TORCH)) is None


def test_finite_differences_say_nothing_where_a_write_goes_past_the_graph():
    leaf, other, seed = (
        Input.of(f"x{n}", np.float64([n + 2.0]), requires_grad=n == 0) for n in range(3)
    )
    steps = (
        method("detach", X1, result="t0"),
        method("mul_", T0, X0),
        operator("*", X1, X0, result="t1"),
        Backward(T1, Ref("x2")),
    )
    case = Program((leaf, other, seed), steps)  # x1 is 3 x0 by now, of which its graph is none
    assert derivative("x0.grad", [0], Evidence(case, TORCH)) is None


def test_finite_differences_give_the_gradient_by_a_complex_input_and_of_several_roots():
    inputs = (
        Input.of("x0", np.complex128([0.5 + 1j, -2j]), True),
        Input.of("x1", np.complex128([3 - 1j, 1 + 2j])),
    )
    steps = (
        operator("**", X0, 3, result="t0"),
        Call("abs", (X0,), result="t1"),
        Grad((T0, T1), X0, (X1, T1), result="t2"),
    )
    case = Program(inputs, steps)
    gradient = execute(case, TORCH).tensors["t2[0]"].values
    estimate = derivative("t2[0]", [0, 1], Evidence(case, TORCH))
    np.testing.assert_allclose(estimate, gradient, rtol=1e-6)


def test_finite_differences_look_past_a_call_that_raised_before_it_changed_anything():
    inputs = Input.of("x0", np.float32([1, 2]), True), Input.of("x1", np.float32([1, 1, 1]))
    refused, whole = Call("add", (X0, X1), result="t9"), Call("exp", (X0,), result="t0")
    steps = refused, whole, Call("sum", (T0,), result="t1"), Backward(T1)
    estimate = derivative("x0.grad", [0, 1], Evidence(Program(inputs, steps), TORCH))
    np.testing.assert_allclose(estimate, np.exp([1, 2]), rtol=1e-6)
    in_place = method("exp_", X0)  # of a leaf, which is refused
    refused_write = Program(inputs, (in_place, *steps[1:]))
    estimate = derivative("x0.grad", [0, 1], Evidence(refused_write, TORCH))
    np.testing.assert_allclose(estimate, np.exp([1, 2]), rtol=1e-6)
    walk = Program(inputs, (Backward(X1), *steps[1:]))  # of what has no graph
    estimate = derivative("x0.grad", [0, 1], Evidence(walk, TORCH))
    np.testing.assert_allclose(estimate, np.exp([1, 2]), rtol=1e-6)
    half_done = Call("index_put_", (T0, [Ref("x2")], Ref("x3")))  # writes one element of two
    indexed = Input.of("x2", np.int64([0, 5])), Input.of("x3", np.float32([7, 7]))
    written = Program((*inputs, *indexed), (whole, half_done, *steps[2:]))
    assert derivative("x0.grad", [0, 1], Evidence(written, TORCH)) is None


def test_a_conjugate_that_the_reference_lacks_is_the_references_fault():
    inputs = (
        Input.of("x0", np.complex64(1)),
        Input.of("x1", np.int64(0)),
        Input.of("x2", np.complex64(2 + 1j), True),
    )
    options = {"source": Ref("x2"), "alpha": 1j}
    added = Call("index_add", (X0, 0, X1), options, "method", "t0")
    case = Program(inputs, (added, Backward(T0, X0)))

    def by_product(x, dim, index, source, alpha):
        return torch.index_add(x, dim, index, source * alpha)

    subject = torch_but(Tensor=torch.Tensor, index_add=by_product)
    as_function = replace_step(case, 0, replace(added, form="function"))
    twice = (
        replace(as_function.steps[0], result="t1"),
        EnterMode("autograd.detect_anomaly"),
        Backward(Ref("t1"), X0),
        LeaveMode(),
        *as_function.steps,
        RegisterHook(Ref("x3"), "double", "tensor", "h0"),
    )
    part = Input.of("x2", np.complex64([[1, 2 + 1j]])[:, 1].reshape(()), True)
    beside = Input.of("x3", np.float32(1), True)
    for program in (
        as_function,
        Program((*inputs, beside), twice),
        Program((*inputs[:2], part), as_function.steps),
    ):
        verdict = judge(program, TORCH, subject)
        (found,) = (m for m in verdict.mismatches if m.kind == "grad_value")
        assert (found.judgement, found.counts) == ("reference_suspect", False)


def recorded(op):
    """The op, recorded whatever the mode."""
    return torch.enable_grad()(op)


SINE = Call("sin", (X0,), result="t0"), Call("sum", (T0,), result="t1"), Backward(T1)
SQUARED = Call("square_", (X0,))
NOT_SEEN = {
    "a write in no_grad that is recorded": (
        (
            Call("mul", (X0, X0), result="t0"),
            EnterMode("no_grad"),
            Call("square_", (T0,)),
            LeaveMode(),
            Call("sum", (T0,), result="t1"),
            Backward(T1),
        ),
        {"square_": recorded(torch.square_)},
    ),
    "a wrong rule after a step of descent": (
        (EnterMode("no_grad"), SQUARED, LeaveMode(), *SINE),
        {"sin": BadSin.apply},
    ),
    "a wrong rule where a walk is refused": ((*SINE, Backward(T1)), {"sin": BadSin.apply}),
    "a wrong rule where the gradient is written to": (
        (
            *SINE,
            Call("grad", (X0,), form="attribute", result="t2"),
            Call("zero_", (Ref("t2"),), form="method"),
            *SINE,
        ),
        {"sin": BadSin.apply},
    ),
    "a wrong rule beside a leaf that is let go of": (
        (*SINE, RequiresGrad(X0, False), RequiresGrad(X0), *SINE),
        {"sin": BadSin.apply},
    ),
}


@pytest.mark.parametrize("name", NOT_SEEN)
def test_finite_differences_excuse_no_fault_that_they_do_not_see(name: str):
    steps, faults = NOT_SEEN[name]
    case = Program((Input.of("x0", np.float32([1.0, 1.0]), True),), steps)
    expected = execute(case, TORCH)
    actual = execute(case, torch_but(**faults))
    assert expected.tensors["x0"].grad.values.tolist() != actual.tensors["x0"].grad.values.tolist()
    verdict = judge(case, TORCH, torch_but(**faults))
    assert "wrong" in [m.judgement for m in verdict.mismatches if m.kind == "grad_value"]


def test_a_wrong_rule_of_a_leaf_that_was_written_before_it_required_a_gradient_is_wrong():
    steps = (SQUARED, RequiresGrad(X0), *SINE)
    case = Program((Input.of("x0", np.float32([1.0, 1.0])),), steps)
    verdict = judge(case, TORCH, torch_but(sin=BadSin.apply))
    assert "wrong" in [m.judgement for m in verdict.mismatches if m.kind == "grad_value"]


def test_double_precision_is_no_witness_where_memory_is_shared_otherwise():
    """`x.float()` is `x` in single precision, and a write to it one to `x`."""
    steps = (
        Call("neg", (X0,), result="t0"),
        method("float", T0, result="t1"),
        method("zero_", T1),
        method("sum", T0, result="t2"),
        Backward(Ref("t2")),
    )
    case = Program((Input.of("x0", np.float32([1.0, 2.0]), True),), steps)
    copied = execute(replace_step(case, 1, method("clone", T0, result="t1")), TORCH)
    verdict = adjudicate(case, execute(case, TORCH), copied, TORCH)
    found = {m.judgement for m in verdict.mismatches if m.kind in ("value", "grad_value")}
    assert found == {"wrong"}


def replace_input(case, values):
    return Program((Input.of("x0", values), *case.inputs[1:]), case.steps)


def replace_step(case, number, step):
    steps = list(case.steps)
    steps[number] = step
    return Program(case.inputs, tuple(steps))


def test_in_double_every_floating_dtype_is_double():
    case = Program(
        (Input.of("x0", np.float16([0.1])), Input.of("x1", np.complex64([1]))),
        (method("to", X0, dtype=DType("float32"), result="t0"),),
    )
    double = in_double(case)
    assert [entry.dtype for entry in double.inputs] == ["float64", "complex128"]
    assert double.inputs[0].array == np.float16(0.1)
    assert double.steps[0].kwargs == {"dtype": DType("float64")}


def test_perturbed_inputs_are_one_unit_away_and_special_values_stay():
    values = np.float32([1.0, -2.0, 0.0, np.nan, np.inf])
    (entry,) = perturbed(Program((Input.of("x0", values),), ()), 1, seed=0).inputs
    finite = values[:3]
    steps = [np.nextafter(finite, np.float32(way)) for way in (-np.inf, np.inf)]
    assert all(m in pair for m, pair in zip(entry.array[:3], zip(*steps, strict=True), strict=True))
    np.testing.assert_array_equal(entry.array[3:], values[3:])


def test_nor_are_the_flags_of_what_the_step_used_that_failed_so():
    def asserting(x):
        x.requires_grad_(False)
        raise RuntimeError('new_fn INTERNAL ASSERT FAILED at "x.cpp":1, please report a bug')

    case = program("sin", np.float32([0.5]))
    case = Program((replace(case.inputs[0], requires_grad=True),), case.steps)
    assert judge(case, torch_but(sin=asserting), TORCH).outcome == "agree"
    assert judge(case, TORCH, torch_but(sin=asserting)).outcome == "differ"

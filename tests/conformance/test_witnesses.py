"""What torch itself leaves open is no difference, and what it does not leave open is one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from fakes import torch_but
from handwritten import T0, T1, X0, X1, method, operator

from conformance import Backward, Call, Input, Program, execute, judge, resolve_engine
from conformance.judge.otherwise import roundings
from conformance.judge.otherwise.dispatching import ALL_OR_NOTHING, Otherwise
from conformance.judge.otherwise.roundings import ROUNDINGS
from conformance.judge.otherwise.ways import WAYS
from conformance.program.steps import EnterMode, Grad, LeaveMode, Read, RegisterHook, SetGrad
from conformance.program.trace import Raised
from conformance.program.values import Ref

TORCH = resolve_engine("torch")
UP = torch.tensor(torch.inf)


def one_up(op):
    """The op with its result one unit in the last place greater."""

    def moved(*args):
        result = op(*args)
        return result + (torch.nextafter(result, UP) - result).detach()

    return moved


def exp_of(value, *then, requires_grad=False):
    steps = Call("exp", (X0,), result="t0"), *then
    return Program((Input.of("x0", np.float32(value), requires_grad),), steps)


@pytest.mark.parametrize(
    "then",
    [
        Call("sin", (T0,), result="t1"),
        Call("tan", (T0,), result="t1"),
        operator("%", T0, 3.0, result="t1"),
        operator("//", T0, 1e-3, result="t1"),
        operator("==", T0, float(np.exp(np.float32(30.3))), result="t1"),
        method("to", T0, dtype=None, result="t1"),
    ],
    ids=lambda step: step.op,
)
def test_what_follows_from_the_last_place_is_no_difference(then):
    case = exp_of(30.3, then)
    verdict = judge(case, TORCH, torch_but(exp=one_up(torch.exp)))
    assert verdict.outcome == "agree"


@pytest.mark.parametrize("strided", [False, True])
def test_a_text_is_another_where_the_last_place_is_and_strides_are_not(strided):
    """Torch prints `10.`, but `10.0000` of the number beside it."""

    def mul(left, right):
        result = torch.nextafter(left * right, UP)
        return result.repeat_interleave(2)[::2] if strided else result

    inputs = Input.of("x0", np.float32([2, 4])), Input.of("x1", np.float32([5, 5]))
    steps = Call("mul", (X0, X1), result="t0"), Read(T0, "str"), Read(T0, "stride")
    verdict = judge(Program(inputs, steps), TORCH, torch_but(mul=mul))
    assert [mismatch.kind for mismatch in verdict.mismatches][:1] == ["flag"]
    assert verdict.outcome == ("differ" if strided else "agree")


def test_a_chaotic_op_that_is_wrong_by_itself_is_a_difference():
    case = exp_of(30.3, Call("sin", (T0,), result="t1"))
    verdict = judge(case, TORCH, torch_but(sin=lambda x: torch.sin(x) + 5))
    assert verdict.outcome == "differ"


def is_wrong(program, subject):
    """Whether a value or a gradient counts as different."""
    found = judge(program, TORCH, subject).mismatches
    return any(m.counts and m.kind in ("value", "grad_value") for m in found)


def below_one(op):
    """The op, with the float just below one where it gives one, and just above for minus one."""

    def moved(x):
        result = op(x)
        inner = torch.nextafter(result, torch.zeros_like(result))
        return torch.where(result.abs() == 1, inner, result)

    return moved


@pytest.mark.parametrize("wrong", [0.0, 5.0])
def test_a_number_beside_a_pole_is_the_last_places_doing_and_any_number_is_not(wrong: float):
    x = Input.of("x0", np.float32(-9.5))
    steps = (method("tanh_", X0), method("log1p_", X0), method("cos_", X0, result="t0"))
    subject = torch_but(
        tanh_=lambda x: x.copy_(below_one(torch.tanh)(x)), cos_=lambda x: x.cos_().add_(wrong)
    )
    steps = tuple(Call(step.op, step.args, {}, "function", step.result) for step in steps)
    assert is_wrong(Program((x,), steps), subject) == bool(wrong)


@pytest.mark.parametrize("answer", [0.0, 5.0, -7.0])
def test_no_number_at_a_pole_with_both_signs_is_the_last_places_doing(answer: float):
    inputs = Input.of("x0", np.float32(1 / 3)), Input.of("x1", np.float32(3))
    steps = (
        Call("mul", (X0, X1), result="t0"),
        Call("sub", (T0, 1.0), result="t1"),
        Call("reciprocal", (T1,), result="t2"),
    )
    subject = torch_but(
        reciprocal=lambda x: torch.where(x == 0, torch.tensor(answer), torch.reciprocal(x))
    )
    assert is_wrong(Program(inputs, steps), subject)


@pytest.mark.parametrize("wrong", [0.0, 1e-3])
def test_what_cancels_within_an_op_is_rounded_there(wrong: float):
    class LogSoftmax(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, dim):
            ctx.dim = dim
            result = torch.log_softmax(x, dim)
            ctx.save_for_backward(result)
            return result

        @staticmethod
        def backward(ctx, grad):
            (result,) = ctx.saved_tensors
            part = torch.nextafter(result.exp(), torch.ones_like(result) * -1)
            return grad - part * grad.sum(ctx.dim, keepdim=True) + wrong, None

    inputs = Input.of("x0", np.float32([1, 15.3]), True), Input.of("x1", np.float32([0, 2]))
    steps = Call("log_softmax", (X0, 0), result="t0"), Backward(T0, X1)
    subject = torch_but(log_softmax=LogSoftmax.apply)
    assert is_wrong(Program(inputs, steps), subject) == bool(wrong)


def test_what_a_hook_is_given_follows_too():
    hook = RegisterHook(X0, "record", "tensor", "t8")
    seed = Input.of("x1", np.float32(1))
    case = exp_of(30.3, hook, Call("sin", (T0,), result="t1"), Backward(T1, X1), requires_grad=True)
    case = Program((*case.inputs, seed), case.steps)
    verdict = judge(case, TORCH, torch_but(exp=one_up(torch.exp)))
    assert {m.where for m in verdict.mismatches if m.kind == "grad_value"} == {
        "calls[0][1]",
        "x0.grad",
    }
    assert not any(m.counts for m in verdict.mismatches if m.kind in ("value", "grad_value"))


def in_place_remainder():
    inputs = Input.of("x0", np.float32(1e37)), Input.of("x1", np.float32(3))
    return Program(inputs, (Call("sqrt", (X0,), result="t0"), operator("%=", T0, X1)))


def test_noise_that_was_written_over_is_known_by_moving_it():
    subject = torch_but(sqrt=one_up(torch.sqrt))
    (mismatch,) = judge(in_place_remainder(), TORCH, subject).mismatches
    assert not mismatch.counts
    assert "one unit in the last place" in " ".join(mismatch.evidence)
    subject = torch_but(sqrt=lambda x: torch.sqrt(x) * torch.inf)
    assert judge(in_place_remainder(), TORCH, subject).outcome == "differ"


THEN_NOTHING = method("zero_", T0)


def two_down(x):
    return torch.nextafter(torch.nextafter(torch.exp(x), -UP), -UP)


@pytest.mark.parametrize(
    "then", [(THEN_NOTHING,), (method("log_", T0), THEN_NOTHING)], ids=["once", "twice"]
)
def test_a_last_place_that_nobody_sees_any_more_is_asked_for(then):
    inputs = Input.of("x0", np.float32(np.log(1.10000014))), Input.of("x1", np.float32(0.11))
    divided = Call("div", (T0, X1), {"rounding_mode": "trunc"}, result="t1")
    case = Program(inputs, (Call("exp", (X0,), result="t0"), divided, *then))
    verdict = judge(case, TORCH, torch_but(exp=two_down))
    assert verdict.mismatches
    assert verdict.outcome == "agree"
    assert judge(case, TORCH, torch_but(exp=lambda x: two_down(x) - 0.1)).outcome == "differ"


@pytest.mark.parametrize(
    "wrong",
    [
        {"floor": torch.ceil},
        {"floor": lambda x: torch.floor(x) + 1},
        {"exp": lambda x: torch.exp(x) * 1.001},
        {"exp": lambda x: torch.exp(-x)},
    ],
)
def test_what_was_written_over_excuses_no_wrong_value(wrong):
    case = exp_of(7.7, Call("floor", (T0,), result="t1"), THEN_NOTHING)
    assert judge(case, TORCH, torch_but(**wrong)).outcome == "differ"


def test_a_fault_that_was_written_over_leaves_excused_what_torch_leaves_open():
    numbers = (np.float32(1e8 / 7 + 8 * k + 1) for k in range(99))
    rounded = next(y for y in numbers if float(np.float32(y * 3)) != 3 * float(y))
    inputs = (
        Input.of("x0", np.float32(7.7)),
        Input.of("x1", np.float32(rounded * 3)),
        Input.of("x2", rounded),
    )
    steps = (
        Call("exp", (X0,), result="t0"),
        Call("sub", (X1, Ref("x2")), {"alpha": 3.0}, result="t1"),
        Call("floor", (T0,), result="t2"),
        THEN_NOTHING,
    )
    subject = torch_but(exp=lambda x: torch.exp(x) + 3, sub=lambda x, y, alpha: x - y * alpha)
    verdict = judge(Program(inputs, steps), TORCH, subject)
    assert {m.where for m in verdict.mismatches if m.counts} == {"t2"}
    assert {m.where for m in verdict.mismatches} == {"t1", "t2"}


class FirstOfTies(torch.autograd.Function):
    """The greatest of all, whose gradient goes to the first of equal ones, where torch divides."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.amax(x.detach())

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return torch.zeros_like(x).index_fill(0, x.argmax(), 1) * grad


@pytest.mark.parametrize("op", ["exp", "sin"])
def test_a_tie_of_rounded_numbers_is_a_tie(op):
    """Other roundings of the op would leave one of them the greatest; but here both are equal."""
    case = Program(
        (Input.of("x0", np.float32([0.7, 0.7]), True),),
        (Call(op, (X0,), result="t0"), Call("amax", (T0,), result="t1"), Backward(T1)),
    )
    verdict = judge(case, TORCH, torch_but(amax=FirstOfTies.apply))
    assert [m.judgement for m in verdict.mismatches if m.kind == "grad_value"] == ["convention"]


def test_a_kernel_that_fuses_and_one_that_does_not_are_both_torchs():
    inputs = Input.of("x0", np.float32([np.inf])), Input.of("x1", np.float32([3e38]))
    case = Program(inputs, (Call("sub", (X0, X1), {"alpha": 3.0}, result="t0"),))
    plain, fused = (
        torch_but(sub=lambda x, y, alpha: x - y * alpha),
        torch_but(sub=lambda x, y, alpha: (x.double() - y.double() * alpha).float()),
    )
    for subject in (plain, fused):
        assert judge(case, TORCH, subject).outcome == "agree"
    wrong = torch_but(sub=lambda x, y, alpha: torch.ones(1))
    assert judge(case, TORCH, wrong).outcome == "differ"


def test_the_sign_of_a_zero_in_a_matrix_product_is_nobodys():
    inputs = Input.of("x0", np.float32([[-0.0]])), Input.of("x1", np.float32([[1]]))
    case = Program(inputs, (Call("addmm", (X0, X0, X1), result="t0"),))
    both = (torch_but(addmm=lambda *_, s=s: torch.tensor([[s]])) for s in (0.0, -0.0))
    assert [judge(case, TORCH, subject).outcome for subject in both] == ["agree", "agree"]


@pytest.mark.parametrize("op", ["neg", "abs", "relu", "sign", "square"])
def test_the_sign_of_a_zero_that_one_number_gives_is_torchs(op):
    case = Program((Input.of("x0", np.float32([0.0, -0.0])),), (Call(op, (X0,), result="t0"),))
    whole = getattr(torch, op)

    def other(x):
        return torch.where(whole(x) == 0, -whole(x), whole(x))

    assert judge(case, TORCH, torch_but(**{op: other})).outcome == "differ"


def folded(choose, x):
    """By elements one after the other, of which `choose` picks one of two."""
    found = x.flatten()[0]
    for each in x.flatten()[1:]:
        found = torch.where(choose(each, found), each, found)
    return found


@pytest.mark.parametrize("zeros", [(0.0, -0.0), (-0.0, 0.0)])
@pytest.mark.parametrize("choose", [torch.lt, torch.le], ids=["the first", "the last"])
def test_which_of_two_zeros_is_the_extreme_is_nobodys(zeros, choose):
    x = np.float32([1, 1, 1, 1, 1, 1, 1, *zeros])
    case = Program((Input.of("x0", x),), (Call("min", (X0,), result="t0"),))
    assert judge(case, TORCH, torch_but(min=lambda x: folded(choose, x))).outcome == "agree"
    wrong = torch_but(min=lambda x: folded(torch.gt, x))
    assert judge(case, TORCH, wrong).outcome == "differ"


def test_the_order_of_factors_that_overflow_is_nobodys_and_a_wrong_product_is_one():
    x = np.float16([60000, 60000, 1, 1, 0, 1, 1, 1])
    case = Program((Input.of("x0", x),), (Call("prod", (X0,), result="t0"),))
    for value, outcome in ((torch.nan, "agree"), (0.0, "agree"), (2.0, "differ")):
        subject = torch_but(prod=lambda x, value=value: torch.tensor(value, dtype=x.dtype))
        assert judge(case, TORCH, subject).outcome == outcome


def test_what_an_op_reads_after_it_wrote_there_is_nobodys():
    case = Program(
        (Input.of("x0", np.int64([[0, -1], [4, 0]])),), (method("addmm_", X0, X0, X0, alpha=2),)
    )
    assert judge(case, TORCH, resolve_engine("mini_autograd")).outcome == "agree"
    apart = Program(
        (*case.inputs, Input.of("x1", np.int64([[1, 2], [3, 4]]))),
        (method("addmm_", X0, X1, X1, alpha=2),),
    )
    assert judge(apart, TORCH, resolve_engine("mini_autograd")).outcome == "agree"


def raising(write):
    """An `index_put_` that raises for an index out of range once it has called `write`."""

    def index_put_(x, indices, values):
        write(x)
        raise IndexError("index 5 is out of bounds for dimension 0 with size 3")

    return torch_but(index_put_=index_put_)


def test_how_much_an_op_that_raises_has_written_is_nobodys():
    values = {"x0": np.float32([1, 2, 3]), "x1": np.int64([0, 5]), "x2": np.float32([7, 7])}
    inputs = tuple(Input.of(name, value) for name, value in values.items())
    steps = Call("index_put_", (X0, [X1], Ref("x2"))), operator("+", X0, X0, result="t0")
    case = Program(inputs, steps)
    outcome = execute(case, TORCH).outcomes[0]
    assert isinstance(outcome, Raised)
    assert outcome.message == "index 5 is out of bounds for dimension 0 with size 3"
    assert judge(case, TORCH, raising(lambda x: None)).outcome == "agree"
    assert judge(case, TORCH, raising(lambda x: x.data[:1].fill_(7))).outcome == "agree"
    for wrong in (
        lambda x: x.data.fill_(7),
        lambda x: x.data[1:].zero_(),
        lambda x: x.data[:1].fill_(8),
    ):
        assert judge(case, TORCH, raising(wrong)).outcome == "differ"


@pytest.mark.parametrize("size", [5, 10**7])
def test_what_is_refused_may_have_another_shape_by_then(size):
    x = torch.from_numpy(np.zeros(1))
    for more in (
        size,
        size + 1,
    ):  # Torch leaves the shape that it refused, over memory that is not there.
        with Otherwise(ALL_OR_NOTHING), pytest.raises(RuntimeError, match="not resizable"):
            x.resize_(more)


def test_a_multiple_that_is_added_is_rounded_before_or_not():
    inputs = (Input.of("x0", np.float32(0.27)),)
    steps = (
        Call("sub", (X0, X0), {"alpha": 3.0}, result="t0"),
        operator("%=", T0, X0),
    )
    plain = torch_but(sub=lambda x, y, alpha: x - y * alpha)
    assert judge(Program(inputs, steps), TORCH, plain).outcome == "agree"
    reflected = Program(inputs, (Call("rsub", (X0, X0), {"alpha": 3.0}, result="t0"), steps[1]))
    plain_rsub = torch_but(rsub=lambda x, y, alpha: y - x * alpha)
    assert judge(reflected, TORCH, plain_rsub).outcome == "agree"
    wrong = torch_but(sub=lambda x, y, alpha: (x - y * alpha) * 0.9)
    shown = steps[0], operator("%", T0, X0, result="t1")
    assert judge(Program(inputs, shown), TORCH, plain).outcome == "agree"
    assert judge(Program(inputs, shown), TORCH, wrong).outcome == "differ"


@pytest.mark.parametrize("value", [complex(1, np.nan), complex(1, np.inf), complex(1, -0.0)])
@pytest.mark.parametrize("op", ["abs", "angle"])
def test_a_complex_number_keeps_its_imaginary_part_in_another_way(op, value):
    case = Program((Input.of("x0", np.complex64([value])),), (Call(op, (X0,), result="t0"),))
    real = torch_but(**{op: lambda x: getattr(torch, op)(x.real)})
    outcome = "agree" if (op, value.imag) == ("abs", -0.0) else "differ"
    assert judge(case, TORCH, real).outcome == outcome


def test_a_result_of_whole_numbers_is_rounded_too():
    inputs = (Input.of("x0", np.int64(10)),)
    case = Program(inputs, (Call("exp", (X0,), result="t0"), operator("%=", T0, 1)))
    assert judge(case, TORCH, torch_but(exp=one_up(torch.exp))).outcome == "agree"
    wrong = torch_but(exp=lambda x: torch.exp(x) * 2)
    assert judge(case, TORCH, wrong).outcome == "differ"


def test_that_a_known_zero_stays_one_beside_infinity_is_no_matter_of_signs():
    def mul(left, right):
        return torch.mul(left.clone(), right)

    inputs = (
        Input.of("x0", np.float32([0, 2]), requires_grad=True),
        Input.of("x1", np.float32([np.inf, 1])),
    )
    steps = (
        Call("sgn", (X0,), result="t0"),
        Grad(T0, X0, X1, result="t1"),
        Call("mul", (Ref("t1[0]"), X1), result="t2"),
    )
    assert judge(Program(inputs, steps), TORCH, torch_but(mul=mul)).outcome == "differ"


@pytest.mark.parametrize("block", [(), (EnterMode("no_grad"), LeaveMode())], ids=["", "no_grad"])
def test_what_is_excused_is_so_behind_a_block(block):
    terms = np.float32([1e8, 1, -1e8, 3])
    inputs = Input.of("x0", np.float32([3, 2]), True), Input.of("x1", np.float32([1, 2]))
    steps = (
        SetGrad(X0, X1),
        Call("exp", (X0,), result="t0"),
        Backward(T0, X1),
        Call("sum", (Ref("x2"),), result="t1"),
    )

    def one_up_in_place(x):
        result = torch.exp(x)
        result.data.copy_(torch.nextafter(result.data, UP))
        return result

    subject = torch_but(exp=one_up_in_place, sum=lambda x: torch.sum(x.flip(0)))
    verdict = judge(Program((*inputs, Input.of("x2", terms)), (*block, *steps)), TORCH, subject)
    assert verdict.mismatches
    assert verdict.outcome == "agree"


@pytest.mark.parametrize("way", [*WAYS.values(), *ROUNDINGS[:2]])
def test_a_tensor_without_memory_is_left_alone(way):
    """Torch's zeros that are none, as the double backward of a norm makes them."""
    x = torch.tensor([0.0, 0.0], requires_grad=True)
    with Otherwise(way):
        (grad,) = torch.autograd.grad(x.norm(), x, create_graph=True)
        (second,) = torch.autograd.grad(grad.sum(), x, create_graph=True)
        made = torch._efficientzerotensor((2,)) * torch.ones(2)
    assert second.shape == made.shape == (2,)


@pytest.mark.parametrize(
    ("op", "third", "outcome"),
    [("sgn", 0.0, "agree"), ("sgn", 1.0, "differ"), ("exp", 0, "differ")],
)
def test_zeros_that_torch_gives_no_memory_may_be_zeros_as_any_other(op, third, outcome):
    """Such is the derivative of a sign: torch adds it to a minus zero, which stays one."""

    def add(left, right):
        first, second, _ = torch.add(left, right.clone()).tolist()
        return torch.tensor([first, second, third])

    inputs = (
        Input.of("x0", np.float32([0, 2, 3]), requires_grad=True),
        Input.of("x1", np.float32([-0.0, 1, -0.0])),
    )
    steps = (
        Call(op, (X0,), result="t0"),
        Grad(T0, X0, X1, result="t1"),
        Call("add", (X1, Ref("t1[0]")), result="t2"),
    )
    assert judge(Program(inputs, steps), TORCH, torch_but(add=add)).outcome == outcome


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_another_way_keeps_shape_dtype_strides_and_values(way):
    x = torch.tensor([[1.5, -2.0, 0.25], [3.0, 0.5, -1.0]]).t()
    y = torch.tensor([[2, 1, 3], [0, 1, 2]]).t()

    def results():
        product = torch.addmm(x @ x.t(), x, x.t(), alpha=2)
        written = x.clone().sub_(y, alpha=2).mul_(x)
        values, places = x.max(dim=0)
        return [product, written, values, places, x.sum(1), x.softmax(0), x + y, x.exp(), x < y]

    usual = results()
    with Otherwise(way):
        other = results()
    for one, two in zip(usual, other, strict=True):
        torch.testing.assert_close(two, one, check_stride=True)


def test_only_what_rounds_is_moved():
    exact = torch.tensor([1.0, 2.0, -0.5, 0.0])
    rough = torch.tensor([0.1, 0.2, 0.3, 0.7])

    def results(x):
        return [x.relu(), x.maximum(x.flip(0)), x > 0.2, x.neg(), x.sort().values, x + x]

    for way in ROUNDINGS:
        with Otherwise(way):
            found, rounded = results(exact), [(rough + 0.1), rough.exp(), rough.sum()]
            same = results(rough)
        assert all(map(torch.equal, found, results(exact)))
        assert all(map(torch.equal, same, results(rough)))
        plain = [(rough + 0.1), rough.exp(), rough.sum()]
        assert not all(map(torch.equal, rounded, plain))
        torch.testing.assert_close(rounded, plain, rtol=1e-5, atol=0)


def test_asking_leaves_no_mode_of_torchs_behind():
    steps = (
        EnterMode("inference_mode"),
        Call("exp", (X0,), result="t0"),
        LeaveMode(),
        Call("mul", (X0, 2.0), result="t1"),
    )
    case = Program((Input.of("x0", np.float32([0.3, 0.7])),), steps)
    judge(case, TORCH, torch_but(exp=lambda x: torch.exp(x) * 2))
    assert torch.utils._python_dispatch._get_current_dispatch_mode() is None
    assert not torch.is_inference_mode_enabled()
    assert not execute(case, TORCH).missing


def refusing(*args, **kwargs):
    raise NotImplementedError


@pytest.mark.parametrize("parts", [refusing, lambda *args, **kwargs: NotImplemented])
def test_an_op_whose_parts_do_not_run_is_rounded_as_a_whole(parts, monkeypatch: pytest.MonkeyPatch):
    softmax, given = torch.ops.aten._softmax.default, (torch.rand(3, 4), 1, False)
    assert roundings.rerounded(2, softmax, given, {}) is not None
    whole = roundings.rerounded(0, softmax, given, {})
    monkeypatch.setattr(roundings, "decomposition_of", lambda func: parts)
    for way in ROUNDINGS:
        moved = way(softmax, given, {})
        assert moved.shape == whole.shape
        assert not torch.equal(moved, softmax(*given))
        assert torch.allclose(moved, whole)

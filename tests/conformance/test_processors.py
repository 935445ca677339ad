"""What torch gives on another processor is nobody's fault, and what it gives on none is one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from fakes import torch_but
from handwritten import T0, X0, method

from conformance import Backward, Call, Input, Program, Ref, judge, resolve_engine

TORCH = resolve_engine("torch")
INF, NAN = float("inf"), float("nan")


def parts(kernel):
    """A kernel of complex numbers that is said by what it does with their parts."""
    return lambda value: torch.view_as_complex(kernel(torch.view_as_real(value)))


def verdict(op, value, **replaced):
    case = Program((Input.of("x0", value),), (Call(op, (X0,), result="t0"),))
    return judge(case, TORCH, torch_but(**replaced)).outcome


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (complex(-INF, NAN), "agree"),
        (complex(-INF, 0.0), "agree"),
        (complex(0.0, 0.0), "differ"),
        (complex(-INF, 1.0), "differ"),
    ],
)
def test_a_complex_logarithm_of_zero_may_be_any_that_a_kernel_of_torchs_gives(
    dtype, found, outcome
):
    value = np.array([0j], dtype)
    log2 = lambda x: torch.full_like(x, found)  # noqa: E731
    assert verdict("log2", value, log2=log2) == outcome


@pytest.mark.parametrize(
    ("kernel", "outcome"),
    [
        (lambda parts: -parts, "agree"),
        (lambda parts: 0 - parts, "agree"),
        (lambda parts: parts * torch.tensor([-1.0, 1.0]), "differ"),
    ],
)
def test_which_side_of_a_cut_a_zero_is_taken_to_is_nobodys(kernel, outcome):
    """What was negated is written over, and only its root is seen."""
    inputs = (Input.of("x0", np.array([1 + 0j, 2 + 0j, 3 + 1j] * 5, np.complex64)),)
    steps = (Call("neg", (X0,), result="t0"), method("sqrt_", T0))
    case = Program(inputs, steps)
    assert judge(case, TORCH, torch_but(neg=parts(kernel))).outcome == outcome


def test_the_other_root_is_a_difference():
    value = np.array([2 + 1j, -3 + 2j], np.complex64)
    assert verdict("sqrt", value, sqrt=lambda x: -torch.sqrt(x)) == "differ"


@pytest.mark.parametrize("name", ["sqrt", "log"])
def test_a_side_that_a_number_is_on_for_all_to_see_is_no_matter_of_kernels(name):
    """What was negated is seen, the same on both sides: so is what the cut makes of it."""
    inputs = (Input.of("x0", np.array([1 + 0j, 2 + 0j, 3 + 0j], np.complex64)),)
    case = Program(inputs, (Call("neg", (X0,), result="t0"), Call(name, (T0,), result="t1")))
    other = {name: lambda x: getattr(torch, name)(x).conj().resolve_conj()}
    assert judge(case, TORCH, torch_but(**other)).outcome == "differ"


class Unconjugated(torch.autograd.Function):
    """A matrix product whose gradients are not conjugated."""

    @staticmethod
    def forward(ctx, left, right):
        ctx.save_for_backward(left, right)
        return torch.mm(left, right)

    @staticmethod
    def backward(ctx, grad):
        left, right = ctx.saved_tensors
        return grad @ right.mT, left.mT @ grad


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
def test_a_conjugate_dropped_from_a_product_is_wrong(dtype):
    left, right, seed = (np.array([[number]], dtype) for number in (1 + 2j, 3 + 1j, 1 + 0j))
    inputs = Input.of("x0", left, True), Input.of("x1", right, True), Input.of("x2", seed)
    steps = Call("mm", (X0, Ref("x1")), result="t0"), Backward(T0, Ref("x2"))
    found = judge(Program(inputs, steps), TORCH, torch_but(mm=Unconjugated.apply))
    assert {m.where for m in found.mismatches if m.judgement == "wrong"} == {"x0.grad", "x1.grad"}


@pytest.mark.parametrize(("op", "found"), [("cosh", INF), ("sinh", INF), ("cosh", NAN)])
def test_a_number_of_half_precision_overflows_where_torch_s_does(op, found):
    value = np.array([11.5], np.float16)
    assert verdict(op, value, **{op: lambda x: torch.full_like(x, found)}) == "differ"

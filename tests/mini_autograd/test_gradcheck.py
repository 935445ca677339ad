"""`gradcheck` and `gradgradcheck`: what they pass, what they find, and what they refuse."""

from __future__ import annotations

import pytest

import mini_autograd as torch
from mini_autograd.autograd import gradcheck, gradgradcheck
from mini_autograd.autograd.gradcheck import GradcheckError


def double(*values):
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def half_severed(x):
    return x * x.detach()


def with_hook(hook):
    def function(x):
        y = x * 1.0
        y.register_hook(hook)
        return y

    return function


@pytest.mark.parametrize("fast_mode", [False, True])
@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: x * y,
        lambda x, y: (x.sin() @ y, x.exp()),
        lambda x, y: [x / y, y.sum(), torch.arange(2)],
        lambda x, y: x.prod(),
        lambda x, y: torch.ones(2),
    ],
)
def test_right_gradients_pass(function, fast_mode):
    inputs = (double(1.0, 2.0), double(0.5, -1.5))
    assert gradcheck(function, inputs, fast_mode=fast_mode, check_forward_ad=True) is True
    assert [each.tolist() for each in inputs] == [[1.0, 2.0], [0.5, -1.5]]
    assert [each._version for each in inputs] == [0, 0]
    assert inputs[0].grad is None


def test_complex_functions_pass_and_fail_by_halves():
    z = torch.tensor([1 + 2j, 3 - 1j], dtype=torch.complex128, requires_grad=True)
    assert gradcheck(lambda z: z * z.conj(), z)
    with pytest.raises(GradcheckError, match="imaginary part of complex outputs only, Jacobian"):
        gradcheck(half_severed, z)


def test_a_wrong_gradient_is_told_with_both_jacobians():
    with pytest.raises(GradcheckError) as caught:
        gradcheck(half_severed, double(1.0, 2.0))
    assert str(caught.value) == (
        "Jacobian mismatch for output 0 with respect to input 0,\n"
        "numerical:tensor([[2.0000, 0.0000],\n        [0.0000, 4.0000]], dtype=torch.float64)\n"
        "analytical:tensor([[1., 0.],\n        [0., 2.]], dtype=torch.float64)\n"
    )


def test_fast_mode_tells_the_jacobians_that_it_did_not_compare():
    with pytest.raises(GradcheckError) as caught:
        gradcheck(half_severed, double(1.0, 2.0), fast_mode=True)
    # torch prints these numbers too: the random vectors are those of its unseeded generator
    assert "numerical:3.3147731" in str(caught.value)
    assert "analytical:1.6573865" in str(caught.value)
    assert "The max per-element difference (slow mode) is: 2.0000000" in str(caught.value)


def test_raise_exception_false_gives_false_for_wrong_gradients_alone():
    assert gradcheck(half_severed, double(1.0), raise_exception=False) is False
    with pytest.raises(ValueError, match="at least one input tensor to require gradient"):
        gradcheck(half_severed, torch.ones(1), raise_exception=False)


def test_a_gradient_that_changes_is_not_reentrant():
    calls = []

    def drifting(grad):
        calls.append(grad)
        return grad * (1 + len(calls) * 1e-6)

    options = {"check_undefined_grad": False}  # for which the hook would have to take None
    with pytest.raises(GradcheckError, match="Backward is not reentrant, i"):
        gradcheck(with_hook(drifting), double(1.0), **options)
    assert gradcheck(with_hook(drifting), double(1.0), nondet_tol=1e-3, **options)


def test_zeros_must_give_zeros():
    with pytest.raises(GradcheckError, match="Jacobian mismatch"):
        gradcheck(with_hook(lambda grad: grad + 1), double(1.0))
    with pytest.raises(GradcheckError, match="backward not multiplied by grad_output"):
        gradcheck(with_hook(lambda grad: grad + 1), double(1.0), atol=10.0)
    with pytest.raises(GradcheckError, match="backward not multiplied by grad_output"):
        gradcheck(with_hook(lambda grad: grad + 1e-12), double(1.0))
    assert gradcheck(
        with_hook(lambda grad: grad + 1e-12), double(1.0), masked=True, check_undefined_grad=False
    )


def test_an_output_that_moves_without_a_graph_is_found():
    for fast_mode in (False, True):
        with pytest.raises(GradcheckError, match="Numerical gradient for function expected to be"):
            gradcheck(lambda x: x.detach() * 2, double(1.0), fast_mode=fast_mode)


def test_single_precision_is_warned_of_and_fails():
    with (
        pytest.warns(UserWarning, match=r"Input #0 requires gradient and is not a double"),
        pytest.raises(GradcheckError),
    ):
        gradcheck(lambda x: x**2, torch.ones(2, requires_grad=True) / 3)


def test_an_expanded_input_is_refused():
    with pytest.raises(RuntimeError, match="The 1th input has a dimension with stride 0"):
        gradcheck(lambda x, y: x * y, (double(1.0, 2.0), double(1.0).expand(2)))


def test_outputs_that_change_shape_are_refused():
    def growing(x):
        return x[0] * torch.ones(2 if x[0].item() > 1 else 1, dtype=torch.float64)

    with pytest.raises(AssertionError, match=r"with the same shape when inputs .* on index \(0,\)"):
        gradcheck(growing, double(1.0))


def test_options_that_exclude_each_other_are_refused():
    with pytest.raises(AssertionError, match="at least one of check_forward_ad or"):
        gradcheck(half_severed, double(1.0), check_backward_ad=False)
    with pytest.raises(AssertionError, match="check_undefined_grad=True requires"):
        gradgradcheck(half_severed, double(1.0), check_rev_over_rev=False, check_fwd_over_rev=True)


def test_second_derivatives_pass():
    assert gradgradcheck(lambda x, y: x**3 * y, (double(1.0, 2.0), double(0.5, 1.0)))
    assert gradgradcheck(torch.exp, double(1.0), double(2.0), fast_mode=True)
    assert gradgradcheck(torch.sin, double(1.0, 2.0), gen_non_contig_grad_outputs=True)
    assert gradgradcheck(torch.sin, double(1.0, 2.0), check_fwd_over_rev=True)


def test_a_wrong_second_derivative_is_found():
    class Severed:
        def __call__(self, x):
            y = x**2
            y.register_hook(lambda grad: grad.detach())
            return y

    with pytest.raises(
        GradcheckError, match="Jacobian mismatch for output 0 with respect to input 1"
    ):
        gradgradcheck(Severed(), double(1.0, 2.0))

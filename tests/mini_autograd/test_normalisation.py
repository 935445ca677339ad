"""Softmax, log_softmax and logsumexp: values without overflow, gradients, dtypes."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

import mini_autograd as torch
from mini_autograd.nn import functional

HALF = math.log(0.5)


def leaf(values: Any) -> torch.Tensor:
    return torch.tensor(values, requires_grad=True)


def gradient(output: torch.Tensor, of: torch.Tensor, seed: Any) -> Any:
    return torch.autograd.grad(output, of, torch.tensor(seed))[0].tolist()


def test_equal_logits_are_equally_likely() -> None:
    x = torch.tensor([1000.0, 1000.0])
    assert x.softmax(0).tolist() == [0.5, 0.5]
    assert x.log_softmax(0).tolist() == pytest.approx([HALF, HALF])
    assert x.logsumexp(0).item() == pytest.approx(1000 + math.log(2))


def test_gradient_of_softmax() -> None:
    x = leaf([0.0, math.log(3)])  # probabilities 1/4 and 3/4
    assert gradient(x.softmax(0), x, [1.0, 0.0]) == pytest.approx([3 / 16, -3 / 16])


def test_gradient_of_log_softmax() -> None:
    x = leaf([0.0, math.log(3)])
    assert gradient(x.log_softmax(0), x, [1.0, 0.0]) == pytest.approx([0.75, -0.75])


def test_gradient_of_logsumexp_is_softmax() -> None:
    x = leaf([[0.0, math.log(3)]])
    assert gradient(x.logsumexp(1), x, [2.0])[0] == pytest.approx([0.5, 1.5])


def test_logsumexp_of_minus_infinities_is_minus_infinity() -> None:
    assert torch.tensor([-math.inf, -math.inf]).logsumexp(0).item() == -math.inf


def test_logsumexp_of_nothing_is_minus_infinity() -> None:
    assert torch.empty(2, 0).logsumexp(1).tolist() == [-math.inf, -math.inf]


def test_logsumexp_of_integers_is_of_the_default_dtype() -> None:
    assert torch.tensor([1, 2]).logsumexp(0).dtype is torch.float32


def test_the_dtype_is_converted_to_before() -> None:
    y = leaf([1.0, 2.0]).softmax(0, dtype=torch.float64)
    assert y.dtype is torch.float64
    assert [y.grad_fn.name(), y.grad_fn.next_functions[0][0].name()] == [
        "SoftmaxBackward0",
        "ToCopyBackward0",
    ]


def test_integers_are_refused_by_the_kernel_of_their_dim() -> None:
    x = torch.tensor([[1, 2]])
    for dim, kernel in ((0, "softmax_kernel_impl"), (1, "softmax_lastdim_kernel_impl")):
        with pytest.raises(NotImplementedError, match=f"^\"{kernel}\" not implemented for 'Long'$"):
            x.softmax(dim)


def test_a_dim_is_required() -> None:
    message = 'softmax() missing 1 required positional arguments: "dim"'
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        torch.ones(2).softmax()


def test_the_functional_form_chooses_a_dim_and_warns() -> None:
    with pytest.warns(UserWarning, match="^Implicit dimension choice for softmax"):
        assert functional.softmax(torch.zeros(1, 2)).tolist() == [[0.5, 0.5]]


def test_second_derivative_of_softmax() -> None:
    x = leaf([0.0, 0.0])
    (first,) = torch.autograd.grad(x.softmax(0), x, torch.tensor([1.0, 0.0]), create_graph=True)
    # p(1 - p) has a stationary point at p = 1/2
    assert gradient(first, x, [1.0, 1.0]) == [0.0, 0.0]
    (first,) = torch.autograd.grad(x.log_softmax(0), x, torch.tensor([1.0, 0.0]), create_graph=True)
    assert gradient(first, x, [1.0, 0.0]) == [-0.25, 0.25]

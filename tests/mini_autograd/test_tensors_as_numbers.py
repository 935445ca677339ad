"""Where torch wants a number, a tensor without dims that needs no gradient stands for it."""

from __future__ import annotations

from typing import Any

import pytest

import mini_autograd as torch


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        ({"min": 2, "max": torch.tensor(3.0)}, [2.0, 2.0, 3.0]),
        ({"min": torch.tensor(2), "max": 3}, [2.0, 2.0, 3.0]),
        ({"min": torch.tensor(True), "max": 2.5}, [1.0, 2.0, 2.5]),
    ],
)
def test_a_tensor_beside_a_number_is_a_number(
    arguments: dict[str, Any], values: list[float]
) -> None:
    x = torch.tensor([1.0, 2.0, 4.0], requires_grad=True)
    y = torch.clamp(x, **arguments)
    assert y.tolist() == values
    assert y.grad_fn.name() == "ClampBackward1"  # that of numbers


def test_two_tensors_are_no_numbers() -> None:
    x = torch.tensor([1.0], requires_grad=True)
    assert x.clamp(torch.tensor(2), torch.tensor(3)).grad_fn.name() == "ClampBackward0"


def test_a_factor_may_be_a_tensor() -> None:
    x = torch.tensor([1.0, 2.0])
    assert x.add(x, alpha=torch.tensor(2)).tolist() == [3.0, 6.0]
    assert torch.arange(torch.tensor(2.0)).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("alpha", [torch.tensor([2.0]), torch.tensor(2.0, requires_grad=True)])
def test_one_with_dims_or_with_a_gradient_to_get_may_not(alpha: torch.Tensor) -> None:
    x = torch.tensor([1.0])
    with pytest.raises(TypeError, match="argument 'alpha' must be Number, not Tensor"):
        x.add(x, alpha=alpha)


def test_sizes_may_be_tensors_one_by_one() -> None:
    assert torch.ones(6).view(torch.tensor(3), 2).shape == (3, 2)
    with pytest.raises(RuntimeError, match=r"shape '\[3, 2\]' is invalid for input of size 3"):
        torch.ones(3).view(3, torch.tensor(2))

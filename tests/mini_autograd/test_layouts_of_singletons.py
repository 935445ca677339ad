"""The strides of results where dims have size 1, and beside numbers: flags do not tell there."""

from __future__ import annotations

import pytest

import mini_autograd as torch


def odd() -> torch.Tensor:
    """Contiguous, yet the strides of its dims of size 1 are not those of rows."""
    return torch.movedim(torch.ones(2, 1, 1), 0, 2)


def repeated_columns() -> torch.Tensor:
    return torch.ones(2, 2).permute(1, 0)[:, None, :].expand(2, 2, 2)


def test_operands_of_one_shape_in_rows_give_rows() -> None:
    assert odd().stride() == (1, 1, 1)
    assert (odd() + odd()).stride() == (2, 2, 1)
    assert odd().exp().stride() == (2, 2, 1)


def test_a_number_is_an_operand_of_another_shape() -> None:
    assert (odd() + 1).stride() == (1, 1, 1)
    assert odd().remainder(2).stride() == (1, 1, 1)
    assert (1 - odd()).stride() == (1, 1, 1)
    assert (odd() + torch.ones(2, 1)).stride() == (1, 1, 2)


def test_operators_by_a_number_walk_as_those_by_a_tensor() -> None:
    x = repeated_columns()
    for result in (x.remainder(2), x % 2, x.fmod(2), x**2, x.clamp(0, 1), 1 - x, x + 1):
        assert result.stride() == (1, 2, 4)


def test_a_promoted_operand_is_a_copy_without_repetitions() -> None:
    x = torch.ones(1).expand(2, 2).to(torch.float64)
    assert (x * repeated_columns()).stride() == (1, 4, 2)


def test_a_scatter_keeps_the_gaps_of_what_it_copies() -> None:
    step = torch.ones(2, 6)[:, ::2]
    assert step.select_scatter(torch.zeros(3), 0, 0).stride() == (6, 2)
    assert step.slice_scatter(torch.zeros(1, 3), 0, 0, 1).tolist() == [[0.0] * 3, [1.0] * 3]


@pytest.mark.parametrize("name", ["mul", "where"])
def test_gradients_walk_likewise(name: str) -> None:
    x = odd().requires_grad_()
    y = x * 2 if name == "mul" else torch.where(x > 0, x, 0.5)
    seed = torch.ones_like(y)
    (found,) = torch.autograd.grad(y, x, seed)
    assert found.stride() == (1, 1, 1)


def test_what_broadcasting_repeated_is_summed_into_rows() -> None:
    x = torch.ones(3, 1).t().requires_grad_()
    y = torch.ones(3, 2).t() * x
    (found,) = torch.autograd.grad(y, x, torch.ones_like(y))
    assert found.stride() == (3, 1)


def test_the_gradient_of_a_written_base_lies_as_the_base() -> None:
    x = torch.ones(2, 2).permute(1, 0).requires_grad_()
    y = x.div(1.0)
    y[:-1,] = 1.0
    (found,) = torch.autograd.grad(y, x, torch.ones(2, 2))
    assert found.stride() == (1, 2)
    assert found.tolist() == [[0.0, 0.0], [1.0, 1.0]]


def test_zeros_for_an_unused_input_have_no_repetitions() -> None:
    x = torch.ones(2)[None, :].expand(2, 2).requires_grad_()
    y = torch.ones(2, 2, requires_grad=True)
    (found,) = torch.autograd.grad(y, x, torch.ones(2, 2), materialize_grads=True)
    assert found.stride() == (2, 1)

"""Where results and gradients lie in memory, and other traits of them beside their numbers."""

from __future__ import annotations

import pytest

import mini_autograd as torch


def channels_last() -> torch.Tensor:
    return torch.arange(24.0).reshape(2, 2, 2, 3).permute(0, 3, 1, 2)


def test_cat_keeps_channels_last_if_all_have_it() -> None:
    x = channels_last()
    assert torch.cat([x, x], 1).stride() == (24, 1, 12, 6)
    assert torch.cat([x, x.contiguous()], 1).stride() == (24, 4, 2, 1)


def test_stack_is_a_cat_with_the_dim_cut_again() -> None:
    x = channels_last()
    assert torch.stack([x, x]).stride() == (24, 12, 1, 6, 3)
    assert torch.stack([x, x], 1).stride() == (24, 3, 1, 12, 6)


def test_flip_keeps_the_order_of_dims_and_roll_does_not() -> None:
    x = torch.arange(12.0).reshape(3, 4).T
    assert x.flip(0).stride() == (1, 4)
    assert x.roll(1, 0).stride() == (3, 1)


def test_masks_and_scatters_give_contiguous_copies() -> None:
    x = torch.ones(4, 3).T
    assert x.masked_fill(x > 2, 0.0).stride() == (4, 1)
    index = torch.zeros((1, 4), dtype=torch.int64)
    assert x.scatter_add(0, index, x).stride() == (4, 1)


def test_a_sum_of_gradients_has_the_order_of_the_first() -> None:
    x = torch.ones(3, 4, requires_grad=True)
    (grad,) = torch.autograd.grad(x @ x[0] + x.T.T @ x[0], x, torch.ones(3))
    assert grad.stride() == (4, 1)


def test_a_product_without_a_sum_keeps_the_sign_of_a_zero() -> None:
    column, row = torch.tensor([[-1.0], [1.0]]), torch.tensor([[0.0, 1.0]])
    assert str(column.mm(row)) == "tensor([[-0., -1.],\n        [ 0.,  1.]])"


def test_an_alpha_of_zero_computes_no_product() -> None:
    start, inf = torch.tensor(2.0), torch.full((2, 2), float("inf"))
    assert torch.addmm(start, inf, inf, alpha=0).tolist() == [[2.0, 2.0], [2.0, 2.0]]


def test_rules_run_in_the_order_of_the_operands_names() -> None:
    x = torch.ones(2, 2, requires_grad=True)
    y = torch.ones(2, 2, requires_grad=True)
    for_x, for_y = torch.autograd.grad(x.mm(y), [x, y], torch.ones(2, 2), create_graph=True)
    # mat2 comes before self, so the node of its gradient is the older one
    assert for_y.grad_fn.sequence < for_x.grad_fn.sequence


def test_the_gradient_of_indexing_is_put_into_zeros() -> None:
    x = torch.ones(3, requires_grad=True)
    seed = torch.ones(2, requires_grad=True)
    (grad,) = torch.autograd.grad(x[torch.tensor([0, 0])], x, seed, create_graph=True)
    assert grad.grad_fn.name() == "IndexPutImplBackward0"
    assert grad.grad_fn.next_functions[0] == (None, 0)


def test_a_bias_that_is_not_contiguous_is_added_to_the_product() -> None:
    weight, bias = torch.ones(4, 3, requires_grad=True), torch.ones(1).expand(4)
    x = torch.ones(3)
    linear = torch.nn.functional.linear
    assert linear(x, weight, bias).grad_fn.name() == "AddBackward0"
    assert linear(x, weight, bias.clone()).grad_fn.name() == "ViewBackward0"


def test_an_expanded_grad_is_not_added_to() -> None:
    x = torch.ones(2, requires_grad=True)
    x.grad = torch.tensor(1.0).expand(2)
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
        x.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_a_view_made_without_grad_requires_grad_as_its_base_does() -> None:
    leaf = torch.tensor(1.0)[None].expand(2).requires_grad_()
    with torch.no_grad():
        assert not leaf[:1].requires_grad  # the base is the tensor that was expanded
        assert torch.ones(2, requires_grad=True)[:1].requires_grad


def test_integers_are_not_filled_by_what_has_a_history() -> None:
    value = torch.tensor(1.0, requires_grad=True)
    with pytest.raises(RuntimeError, match="Autograd not support dtype: Long"):
        torch.tensor([1, 2]).masked_fill(torch.tensor([True, False]), value)


@pytest.mark.parametrize("sizes", [(-2,), (2, -3)])
def test_a_negative_size_overflows(sizes: tuple[int, ...]) -> None:
    with pytest.raises(RuntimeError, match="numel: integer multiplication overflow"):
        torch.ones(1).expand(sizes)


def test_what_is_gathered_lies_in_rows_however_the_index_lies() -> None:
    index = torch.tensor([[0, 1], [1, 0]]).t()
    assert torch.zeros(2, 2).gather(1, index).stride() == (2, 1)
    assert index.take_along_dim(index, 1).stride() == (2, 1)

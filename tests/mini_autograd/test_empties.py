"""Tensors without elements: their strides, and where in memory they begin."""

from __future__ import annotations

import mini_autograd as torch


def test_views_of_nothing_keep_their_steps() -> None:
    empty = torch.zeros(2, 0, 3)
    assert empty.permute(2, 0, 1).stride() == (1, 3, 3)
    assert empty.permute(2, 0, 1).unsqueeze(-1).stride() == (1, 3, 3, 1)
    assert torch.zeros(0, 3).t().stride() == (1, 3)
    assert torch.zeros(4, 6)[:, ::2][:0].stride() == (6, 2)
    assert torch.zeros(1).expand(0).stride() == (0,)


def test_a_view_without_elements_has_a_place_in_memory() -> None:
    whole = torch.zeros(4, 3)
    assert whole[4:].storage_offset() == 12
    assert whole[:, 1:1].storage_offset() == 1
    assert whole[4:].t().storage_offset() == 12
    assert whole[4:].untyped_storage().data_ptr() == whole.data_ptr()
    assert whole[4:].data_ptr() == 0
    assert whole.diagonal(3).storage_offset() == 0
    assert torch.zeros(0, 3)[:, 1:].storage_offset() == 1
    assert torch.zeros(0, 3).t().untyped_storage().nbytes() == 0


def test_a_copy_of_nothing_keeps_the_strides_and_arithmetic_gives_rows() -> None:
    empty = torch.zeros(2, 0, 3).permute(2, 0, 1)
    assert empty.clone().stride() == (1, 3, 3)
    assert torch.zeros_like(empty).stride() == (1, 3, 3)
    assert empty.to(torch.float64).stride() == (1, 3, 3)
    assert (empty + empty).stride() == (2, 1, 1)
    assert empty.exp().stride() == (2, 1, 1)


def test_beside_a_number_an_empty_dim_leaves_those_outside_without_a_step() -> None:
    empty = torch.zeros(2, 0, 3).permute(2, 0, 1)
    assert (empty + 1).stride() == (1, 0, 3)
    assert (empty * torch.tensor(2.0)).stride() == (1, 0, 3)


def test_a_sum_over_nothing_lies_in_rows() -> None:
    assert torch.zeros(2, 0, 3).permute(2, 0, 1).sum(-1).stride() == (2, 1)


def test_the_gradient_of_an_empty_leaf_lies_as_the_leaf() -> None:
    leaf = torch.zeros(2, 0, 3).permute(2, 0, 1).requires_grad_()
    leaf.exp().sum().backward()
    assert leaf.grad.stride() == (1, 3, 3)
    assert leaf.grad._version == 1  # it is a copy


def test_a_transposed_gradient_of_nothing_is_copied_where_it_lies_otherwise() -> None:
    leaf = torch.zeros((2, 0), requires_grad=True)
    seed = torch.zeros(0, 2)
    transposed = leaf.T
    transposed.backward(seed)
    transposed.backward(torch.zeros(0, 2))
    assert seed._version == 0


def test_what_has_no_elements_is_rolled_along_any_dims() -> None:
    assert torch.zeros(2, 0).roll(1, 7).shape == (2, 0)
    assert torch.zeros(0).roll((2, 1), (2, 5)).shape == (0,)

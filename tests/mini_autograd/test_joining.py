"""Joining, splitting and rearranging: values, gradients of every part, refusals."""

from __future__ import annotations

import re

import pytest

import mini_autograd as torch


def leaf(*values: float) -> torch.Tensor:
    return torch.tensor(list(values), requires_grad=True)


def test_cat_gives_each_tensor_its_part_of_the_gradient() -> None:
    a, b = leaf(1.0, 2.0), leaf(3.0)
    torch.cat([a, b, a]).backward(torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert a.grad.tolist() == [5.0, 7.0]
    assert b.grad.tolist() == [3.0]


def test_cat_promotes_and_gives_each_gradient_in_its_own_dtype() -> None:
    a, b = leaf(1.0), torch.tensor([2.0], dtype=torch.float64, requires_grad=True)
    joined = torch.cat([a, b])
    assert joined.dtype is torch.float64
    joined.sum().backward()
    assert (a.grad.dtype, b.grad.dtype) == (torch.float32, torch.float64)


def test_cat_skips_an_empty_vector_among_matrices() -> None:
    empty, x = leaf(), torch.ones(2, 3, requires_grad=True)
    joined = torch.cat([empty, x], dim=1)
    assert joined.shape == (2, 3)
    joined.sum().backward()
    assert empty.grad.tolist() == []


@pytest.mark.parametrize(
    ("shapes", "dim", "message"),
    [
        (((2, 3), (3,)), 0, "Tensors must have same number of dimensions: got 2 and 1"),
        (((2, 3), (2, 4)), 0, "Expected size 3 but got size 4 for tensor number 1 in the list."),
        (((), ()), 0, "zero-dimensional tensor (at position 0) cannot be concatenated"),
    ],
)
def test_cat_refuses(shapes: tuple[tuple[int, ...], ...], dim: int, message: str) -> None:
    with pytest.raises(RuntimeError, match=re.escape(message)):
        torch.cat([torch.zeros(shape) for shape in shapes], dim)


def test_cat_wants_tensors() -> None:
    with pytest.raises(TypeError, match="expected Tensor as element 1 in argument 0, but got int"):
        torch.cat([leaf(1.0), 1])
    with pytest.raises(ValueError, match="expected a non-empty list of Tensors"):
        torch.cat([])


def test_stack_makes_a_dim_and_unbind_takes_it_apart() -> None:
    a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
    stacked = torch.stack([a, b], -1)
    assert stacked.tolist() == [[1.0, 3.0], [2.0, 4.0]]
    first, second = stacked.unbind(1)
    (first * 10 + second * 100).sum().backward()
    assert (a.grad.tolist(), b.grad.tolist()) == ([10.0, 10.0], [100.0, 100.0])


def test_stack_refuses_different_shapes() -> None:
    with pytest.raises(RuntimeError, match=re.escape("but got [2] at entry 0 and [1] at entry 1")):
        torch.stack([leaf(1.0, 2.0), leaf(3.0)])


def test_split_leaves_the_rest_to_the_last_piece() -> None:
    assert [piece.tolist() for piece in torch.arange(5).split(2)] == [[0, 1], [2, 3], [4]]


def test_split_takes_sizes_that_make_up_the_dim() -> None:
    assert [len(piece) for piece in torch.arange(5).split([1, 4])] == [1, 4]
    with pytest.raises(RuntimeError, match="expects split_sizes to sum exactly to 5"):
        torch.arange(5).split([1, 3])


def test_a_piece_that_is_not_used_has_a_gradient_of_zeros() -> None:
    x = leaf(1.0, 2.0, 3.0)
    first, _ = x.split(2)
    first.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0, 0.0]


def test_the_pieces_are_views_and_one_node_made_them() -> None:
    first, second = leaf(1.0, 2.0).chunk(2)
    assert first.grad_fn is second.grad_fn
    assert (first.output_nr, second.output_nr) == (0, 1)


def test_chunk_gives_fewer_pieces_where_there_are_not_enough() -> None:
    assert [len(piece) for piece in torch.arange(5).chunk(4)] == [2, 2, 1]
    with pytest.raises(RuntimeError, match="to be greater than 0, got: 0"):
        torch.arange(5).chunk(0)


def test_tensor_split_clamps_its_indices() -> None:
    assert [piece.tolist() for piece in torch.arange(4).tensor_split((1, 9))] == [
        [0],
        [1, 2, 3],
        [],
    ]
    assert [len(piece) for piece in torch.arange(7).tensor_split(3)] == [3, 2, 2]


def test_narrow_refuses_to_leave_the_dim() -> None:
    assert torch.arange(5).narrow(0, -2, 2).tolist() == [3, 4]
    with pytest.raises(RuntimeError, match=re.escape("start (3) + length (3) exceeds")):
        torch.arange(5).narrow(0, 3, 3)


def test_flip_copies_and_its_gradient_flips_back() -> None:
    x = leaf(1.0, 2.0, 3.0)
    flipped = x.flip(0)
    assert flipped.stride() == (1,)
    flipped.backward(torch.tensor([1.0, 2.0, 3.0]))
    assert x.grad.tolist() == [3.0, 2.0, 1.0]


def test_roll_without_dims_goes_through_all_elements() -> None:
    x = torch.arange(6).view(2, 3)
    assert x.roll(1).tolist() == [[5, 0, 1], [2, 3, 4]]
    assert x.roll((1, 1), (0, 1)).tolist() == [[5, 3, 4], [2, 0, 1]]


def test_roll_needs_a_dim_for_each_shift() -> None:
    with pytest.raises(RuntimeError, match=r"must align\. shifts: 2, dims:1"):
        torch.arange(6).roll((1, 2), 0)


def test_repeat_sums_over_the_copies() -> None:
    x = leaf(1.0, 2.0)
    copies = x.repeat(2, 2)
    assert copies.tolist() == [[1.0, 2.0, 1.0, 2.0], [1.0, 2.0, 1.0, 2.0]]
    copies.backward(torch.tensor([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]))
    assert x.grad.tolist() == [16.0, 20.0]


def test_repeat_needs_a_count_for_each_dim() -> None:
    with pytest.raises(RuntimeError, match="can not be smaller than number of dimensions"):
        torch.zeros(2, 2).repeat(2)


def test_repeat_interleave_keeps_copies_together() -> None:
    x = torch.tensor([1, 2, 3])
    assert x.repeat_interleave(2).tolist() == [1, 1, 2, 2, 3, 3]
    assert x.repeat_interleave(torch.tensor([2, 0, 1])).tolist() == [1, 1, 3]


def test_a_diagonal_is_a_view_with_a_gradient_on_the_diagonal() -> None:
    x = torch.zeros(2, 3, requires_grad=True)
    diagonal = x.diagonal(1)
    assert diagonal.stride() == (4,)
    diagonal.backward(torch.tensor([1.0, 2.0]))
    assert x.grad.tolist() == [[0.0, 1.0, 0.0], [0.0, 0.0, 2.0]]


def test_diag_goes_both_ways() -> None:
    assert torch.tensor([1, 2]).diag().tolist() == [[1, 0], [0, 2]]
    assert torch.tensor([[1, 2], [3, 4]]).diag(-1).tolist() == [3]


def test_triangles_leave_no_trace_of_what_they_drop() -> None:
    x = torch.tensor([[1.0, float("nan")], [2.0, 3.0]])
    assert x.tril().tolist() == [[1.0, 0.0], [2.0, 3.0]]
    assert torch.ones(2, 3).triu(1).tolist() == [[0.0, 1.0, 1.0], [0.0, 0.0, 1.0]]


def test_trace_of_integers_is_a_long() -> None:
    traced = torch.tensor([[200, 0], [0, 100]], dtype=torch.uint8).trace()
    assert (traced.item(), traced.dtype) == (300, torch.int64)


def test_a_second_derivative_goes_through_cat() -> None:
    x = leaf(2.0)
    (first,) = torch.autograd.grad(torch.cat([x * x, x]).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first, x)
    assert (first.item(), second.item()) == (5.0, 2.0)


def test_of_complex_and_real_tensors_the_real_ones_get_parts_of_the_real_gradient():
    x = torch.ones(2, requires_grad=True)
    y = torch.cat([torch.tensor([1j]), x])
    given = torch.tensor([1j, 2 + 3j, 4j], requires_grad=True)
    (grad,) = torch.autograd.grad(y, x, given, create_graph=True)
    assert grad.tolist() == [2, 0]
    assert grad.dtype == torch.float32
    assert grad.grad_fn.name() == "SliceBackward0"

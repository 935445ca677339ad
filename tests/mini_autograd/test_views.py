"""Views of shape and order of dims: what they share, their strides, gradients and refusals."""

from __future__ import annotations

import re

import pytest

import mini_autograd as torch

NUMBERS = [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]


def leaf() -> torch.Tensor:
    return torch.tensor(NUMBERS, requires_grad=True)


def name(tensor: torch.Tensor) -> str:
    return tensor.grad_fn.name()


def test_a_view_shows_what_is_written_to_its_base() -> None:
    base = torch.tensor(NUMBERS)
    view = base.view(3, 2)
    base.numpy()[0, 1] = 9.0
    assert view.tolist() == [[0.0, 9.0], [2.0, 3.0], [4.0, 5.0]]


def test_view_infers_one_size() -> None:
    assert leaf().view(-1, 2).shape == (3, 2)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((5,), "shape '[5]' is invalid for input of size 6"),
        ((-1, 4), "shape '[-1, 4]' is invalid for input of size 6"),
        ((-1, -1), "only one dimension can be inferred"),
        ((-2, 3), "invalid shape dimension -2 at index 0 of shape [-2, 3]"),
    ],
)
def test_view_refuses_a_shape_that_does_not_fit(shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(RuntimeError, match=re.escape(message)):
        leaf().view(shape)


def test_nothing_can_be_inferred_beside_an_empty_dim() -> None:
    with pytest.raises(RuntimeError, match="because the unspecified dimension size -1 can be any"):
        torch.tensor([]).view(-1, 0)


def test_view_refuses_what_only_a_copy_could_give() -> None:
    with pytest.raises(RuntimeError, match=r"Use \.reshape\(\.\.\.\) instead"):
        leaf().t().view(6)


def test_view_may_cut_a_dim_of_a_transposed_tensor() -> None:
    cut = torch.arange(12).view(3, 4).t().view(2, 2, 3)
    assert cut.stride() == (2, 1, 4)


def test_reshape_copies_only_where_it_must() -> None:
    assert name(leaf().reshape(6)) == "ViewBackward0"
    assert name(leaf().t().reshape(6)) == "UnsafeViewBackward0"
    assert name(leaf().t().reshape(3, 1, 2)) == "ReshapeAliasBackward0"


def test_a_gradient_goes_back_through_a_reshaped_transpose() -> None:
    x = leaf()
    x.t().reshape(6).backward(torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))
    assert x.grad.tolist() == [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]


def test_flatten_merges_the_dims_between() -> None:
    assert torch.zeros(2, 3, 4, 5).flatten(1, 2).shape == (2, 12, 5)
    assert torch.tensor(1.0).flatten().shape == (1,)


def test_flatten_refuses_an_end_before_its_start() -> None:
    with pytest.raises(RuntimeError, match="start_dim cannot come after end_dim"):
        leaf().flatten(1, 0)


def test_unflatten_cuts_a_dim() -> None:
    assert torch.zeros(2, 6).unflatten(1, (-1, 3)).shape == (2, 2, 3)
    with pytest.raises(RuntimeError, match=re.escape("sizes [4, 2] don't multiply up to the size")):
        torch.zeros(2, 6).unflatten(1, (4, 2))


def test_permute_and_its_gradient_are_inverse() -> None:
    x = torch.zeros(2, 3, 4, requires_grad=True)
    seed = torch.arange(24).view(4, 2, 3).float()
    x.permute(2, 0, 1).backward(seed)
    assert x.grad[1, 2].tolist() == [5.0, 11.0, 17.0, 23.0]


def test_permute_refuses_a_dim_twice_and_a_wrong_count() -> None:
    with pytest.raises(RuntimeError, match=re.escape("permute(): duplicate dims")):
        leaf().permute(0, 0)
    with pytest.raises(RuntimeError, match=re.escape("input.dim() = 2 is not equal to len(dims)")):
        leaf().permute(0, 1, 2)


def test_movedim_keeps_the_order_of_the_other_dims() -> None:
    assert torch.zeros(2, 3, 4, 5).movedim((0, 3), (1, 0)).shape == (5, 2, 3, 4)


def test_a_matrix_and_its_transpose_share_memory() -> None:
    x = leaf()
    assert x.t().stride() == (1, 3)
    assert x.t().data_ptr() == x.data_ptr()
    assert not x.t().is_contiguous()


def test_the_names_of_the_transposes_differ_as_in_torch() -> None:
    x = leaf()
    assert [name(each) for each in (x.t(), x.T, x.mT, x.transpose(0, 1))] == [
        "TBackward0",
        "PermuteBackward0",
        "TransposeBackward0",
        "TransposeBackward0",
    ]


def test_t_refuses_three_dims_and_mt_one() -> None:
    with pytest.raises(RuntimeError, match="expects a tensor with <= 2 dimensions"):
        torch.zeros(1, 2, 3).t()
    with pytest.raises(RuntimeError, match=r"tensor\.mT is only supported on matrices"):
        _ = torch.zeros(3).mT


def test_expand_repeats_without_a_copy_and_sums_back() -> None:
    x = torch.tensor([[1.0], [2.0]], requires_grad=True)
    wide = x.expand(3, -1, 2)
    assert wide.stride() == (0, 1, 0)
    wide.backward(torch.ones(3, 2, 2))
    assert x.grad.tolist() == [[6.0], [6.0]]


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((3,), "the number of sizes provided (1) must be greater or equal"),
        ((-1, 2, 3), "(-1) isn't allowed in a leading, non-existing dimension 0"),
        ((4, 3), "(4) must match the existing size (2) at non-singleton dimension 0."),
    ],
)
def test_expand_refuses(sizes: tuple[int, ...], message: str) -> None:
    with pytest.raises(RuntimeError, match=re.escape(message)):
        leaf().expand(sizes)


def test_squeeze_has_a_name_for_each_form() -> None:
    x = torch.zeros(1, 2, 1, requires_grad=True)
    forms = (x.squeeze(), x.squeeze(0), x.squeeze((0, 1)))
    assert [name(each) for each in forms] == [f"SqueezeBackward{form}" for form in range(3)]
    assert [tuple(each.shape) for each in forms] == [(2,), (2, 1), (2, 1)]


def test_unsqueeze_gives_the_strides_of_torch() -> None:
    x = leaf()
    assert x.unsqueeze(0).stride() == (6, 3, 1)
    assert x.unsqueeze(-1).stride() == (3, 1, 1)
    assert x.t().unsqueeze(1).stride() == (1, 6, 3)


def test_a_number_counts_as_having_one_dim() -> None:
    x = torch.tensor(2.0)
    assert x.transpose(0, -1).tolist() == 2.0
    with pytest.raises(IndexError, match=re.escape("range of [-1, 0], but got 1")):
        x.squeeze(1)


def test_contiguous_gives_the_tensor_itself_if_it_is() -> None:
    x = leaf()
    assert x.contiguous() is x
    copy = x.t().contiguous()
    assert copy.is_contiguous()
    assert name(copy) == "CloneBackward0"


def test_broadcast_tensors_expands_all() -> None:
    a, b = torch.broadcast_tensors(torch.zeros(3, 1), torch.zeros(4))
    assert a.shape == b.shape == (3, 4)


def test_a_view_by_dtype_shows_the_bytes_and_lets_no_gradient_through() -> None:
    bits = torch.tensor([1.0, -2.0], requires_grad=True).view(torch.int32)
    assert bits.tolist() == [0x3F800000, -0x40000000]
    assert not bits.requires_grad
    with pytest.raises(RuntimeError, match=re.escape("self.size(-1) must be divisible by 2")):
        leaf().view(torch.float64)


def test_as_strided_sums_what_it_shows_twice() -> None:
    x = leaf()
    x.as_strided((2, 2), (1, 1), 1).backward(torch.tensor([[1.0, 10.0], [100.0, 1000.0]]))
    assert x.grad.tolist() == [[0.0, 1.0, 110.0], [1000.0, 0.0, 0.0]]


def test_as_strided_stays_within_the_memory() -> None:
    with pytest.raises(RuntimeError, match="requiring a storage size of 28 are out of bounds"):
        leaf().as_strided((2,), (1,), 5)


def test_unfold_sums_its_windows() -> None:
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    windows = x.unfold(0, 2, 1)
    assert windows.tolist() == [[1.0, 2.0], [2.0, 3.0]]
    windows.backward(torch.ones(2, 2))
    assert x.grad.tolist() == [1.0, 2.0, 1.0]


def test_the_offset_of_a_part_is_counted_in_elements() -> None:
    x = torch.zeros(3, 4)
    assert x.narrow(0, 1, 2).storage_offset() == 4
    assert x.size() == (3, 4)
    assert x.size(-1) == 4
    assert x.numel() == 12
    assert x.element_size() == 4


def test_an_empty_tensor_has_strides_as_if_it_had_one_element() -> None:
    assert torch.zeros(2, 0, 3).stride() == (3, 3, 1)


def test_a_gradient_that_the_walk_expanded_or_permuted_is_a_view():
    x = torch.ones(2, 3, requires_grad=True)
    for total in (x.sum(), (x.t() * 2).sum()):
        (grad,) = torch.autograd.grad(total, x)
        assert grad._is_view()
    for total in (x.exp().sum(), (x * 2).sum()):
        (grad,) = torch.autograd.grad(total, x)
        assert not grad._is_view()

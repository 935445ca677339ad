"""Indexing: views where torch gives views, its refusals, and gradients to the right places."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

import mini_autograd as torch


def matrix(requires_grad=False):
    return torch.arange(12.0).view(3, 4).clone().requires_grad_(requires_grad)


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (1, [4, 5, 6, 7]),
        (-1, [8, 9, 10, 11]),
        ((0, 2), 2),
        ((slice(None), 1), [1, 5, 9]),
        ((slice(0, 3, 2), slice(1, 3)), [[1, 2], [9, 10]]),
        ((..., 0), [0, 4, 8]),
        ((None, 0), [[0, 1, 2, 3]]),
        ([0, 2], [[0, 1, 2, 3], [8, 9, 10, 11]]),
        (([0, 2], [1, 3]), [1, 11]),
        ((slice(None), [3, 0]), [[3, 0], [7, 4], [11, 8]]),
        ([True, False, False], [[0, 1, 2, 3]]),
        (False, []),
    ],
)
def test_what_an_index_names(index, expected):
    assert matrix()[index].tolist() == expected


def test_index_tensors_broadcast_and_masks_stand_for_positions():
    x = matrix()
    rows, columns = torch.tensor([[0], [2]]), torch.tensor([0, 1])
    assert x[rows, columns].tolist() == [[0, 1], [8, 9]]
    assert x[x > 9].tolist() == [10, 11]
    assert x[torch.tensor(1)].tolist() == [4, 5, 6, 7]
    assert torch.ones(2, 3, 4)[[0, 1], :, [0, 1]].shape == (2, 3)


def test_plain_indices_share_memory_and_index_tensors_do_not():
    x = matrix()
    x[0][1] = 50.0
    x[[0]][0, 2] = 60.0
    assert x[0].tolist() == [0, 50, 2, 3]


@pytest.mark.parametrize(
    ("index", "names"),
    [
        (0, ["SelectBackward0"]),
        (slice(1), ["SliceBackward0"]),
        (..., ["AliasBackward0"]),
        (None, ["UnsqueezeBackward0"]),
        ((0, 1), ["SelectBackward0", "SelectBackward0"]),
        ((slice(None), 1), ["SelectBackward0"]),
        (([0, 1], 0), ["IndexBackward0", "SelectBackward0"]),
    ],
)
def test_the_graph_is_made_of_torchs_steps(index, names):
    node, found = matrix(requires_grad=True)[index].grad_fn, []
    while node.name() != "torch::autograd::AccumulateGrad":
        found.append(node.name())
        node = node.next_functions[0][0]
    assert found == names


@pytest.mark.parametrize(
    ("index", "kind", "message"),
    [
        (3, IndexError, "index 3 is out of bounds for dimension 0 with size 3"),
        ((0, -5), IndexError, "index -5 is out of bounds for dimension 1 with size 4"),
        ((0, 0, 0), IndexError, "too many indices for tensor of dimension 2"),
        (slice(None, None, -1), ValueError, "step must be greater than zero"),
        ([3], IndexError, "index 3 is out of bounds for dimension 0 with size 3"),
        (
            ([0, 1], [0, 1, 2]),
            IndexError,
            "shape mismatch: indexing tensors could not be broadcast together with shapes [2], [3]",
        ),
        (
            [True, False],
            IndexError,
            "The shape of the mask [2] at index 0 does not match the shape of the indexed tensor "
            "[3, 4] at index 0",
        ),
        (
            1.5,
            IndexError,
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are "
            "valid indices (got float)",
        ),
    ],
)
def test_what_is_no_index_is_refused(index, kind, message):
    with pytest.raises(kind) as caught:
        matrix()[index]
    assert str(caught.value) == message


def test_a_position_read_twice_gets_both_gradients():
    x = matrix(requires_grad=True)
    x[[0, 0, 1], [1, 1, 2]].backward(torch.tensor([1.0, 10.0, 100.0]))
    assert x.grad.tolist() == [[0, 11, 0, 0], [0, 0, 100, 0], [0, 0, 0, 0]]


def test_indexing_is_differentiable_twice():
    x = matrix(requires_grad=True)
    y = (x[[0, 0]] ** 3).sum()
    (first,) = torch.autograd.grad(y, x, create_graph=True)
    (second,) = torch.autograd.grad(first[0, 2], x)
    assert first[0].tolist() == [0, 6, 24, 54]
    assert second[0].tolist() == [0, 0, 24, 0]


def test_gather_and_scatter_undo_each_other_in_the_gradient():
    x = matrix(requires_grad=True)
    index = torch.tensor([[0, 0], [3, 1]])
    x.gather(1, index).backward(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    assert x.grad.tolist() == [[3, 0, 0, 0], [0, 4, 0, 3], [0, 0, 0, 0]]
    with pytest.raises(RuntimeError, match="index 4 is out of bounds for dimension 1 with size 4"):
        x.gather(1, index + 4)


def test_scatter_add_and_index_add_sum_what_meets():
    zeros, ones = torch.zeros(3), torch.ones(3)
    index = torch.tensor([0, 0, 2])
    assert zeros.scatter_add(0, index, ones).tolist() == [2, 0, 1]
    assert zeros.index_add(0, index, ones, alpha=2).tolist() == [4, 0, 2]


def test_masked_fill_gives_the_value_the_gradient_under_the_mask():
    x, value = matrix(requires_grad=True), torch.tensor(5.0, requires_grad=True)
    y = x.masked_fill(x.detach() > 8, value)
    y.backward(torch.ones(3, 4))
    assert value.grad.item() == 3
    assert x.grad[2].tolist() == [1, 0, 0, 0]


def test_take_along_dim_wraps_negative_indices_and_broadcasts():
    assert torch.take_along_dim(matrix(), torch.tensor([[-1]]), 1).tolist() == [[3], [7], [11]]


def test_nonzero_gives_positions():
    x = torch.tensor([[0.0, 1.0], [2.0, 0.0]])
    assert x.nonzero().tolist() == [[0, 1], [1, 0]]
    assert [each.tolist() for each in x.nonzero(as_tuple=True)] == [[0, 1], [1, 0]]


@pytest.mark.parametrize("item", [1.5, 1j, (None, 1j), (Ellipsis, {})])
def test_indices_are_counted_before_they_are_looked_at(item):
    with pytest.raises(IndexError, match="too many indices for tensor of dimension 0"):
        torch.tensor(1.0)[item]
    with pytest.raises(IndexError, match="only integers, slices"):
        torch.ones(2)[item]


def test_assigning_under_true_copies_into_the_whole_tensor():
    x = torch.tensor(1.0)
    x[True] = torch.tensor([2.0], requires_grad=True)
    assert x.item() == 2.0
    assert x.grad_fn.next_functions[1][0].name() == "torch::autograd::AccumulateGrad"


def test_a_number_too_large_for_half_is_assigned_as_infinity():
    x = torch.ones(2, dtype=torch.float16)
    x[0] = 1e9
    assert x.tolist() == [float("inf"), 1.0]
    with pytest.raises(RuntimeError, match="cannot be converted to type double without"):
        x[0] = 1j


def test_one_number_is_not_written_where_a_mask_of_bytes_says():
    mask = torch.tensor([1, 0], dtype=torch.uint8)
    message = "masked_fill_ only supports boolean masks, but got mask with dtype unsigned char"
    for value in (0, torch.tensor([5.0])):
        x = torch.ones(2)
        with pytest.raises(RuntimeError, match=message):
            x[mask] = value
        assert x.tolist() == [1, 1]
    y = torch.ones(3)
    with pytest.warns(UserWarning, match=r"indexing with dtype torch\.uint8 is now deprecated"):
        y[torch.tensor([1, 0, 1], dtype=torch.uint8)] = torch.tensor([5.0, 6.0])
    assert y.tolist() == [5, 1, 6]


@pytest.mark.parametrize("index", ["x", [None], [range(2)], [[0]], ["a"]])
def test_a_sequence_of_what_is_no_number_is_read_as_a_tuple_with_a_warning(index):
    warned = pytest.warns(UserWarning, match="^Using a non-tuple sequence for multidimensional")
    with warned, contextlib.suppress(TypeError):
        torch.ones(3, 3)[index]


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (bytearray(b"\x00\x02"), [[0.0, 1.0, 2.0], [6.0, 7.0, 8.0]]),
        (memoryview(b"\x01"), [[3.0, 4.0, 5.0]]),
        (np.array([[1]]), [[[3.0, 4.0, 5.0]]]),
    ],
)
def test_any_sequence_of_numbers_is_an_index_tensor(index, expected):
    assert torch.arange(9.0).view(3, 3)[index].tolist() == expected


def test_bytes_are_no_numbers():
    with pytest.raises(TypeError, match="invalid data type 'bytes'"):
        torch.ones(3)[b"\x00"]


def test_an_assigned_value_of_another_shape_is_viewed_and_then_expanded():
    x, value = torch.ones(2, 3), torch.ones(2, 1, requires_grad=True)
    x[:, 1:] = value
    expanded = x.grad_fn.next_functions[1][0]
    assert expanded.name() == "ExpandBackward0"
    assert expanded.next_functions[0][0].name() == "ViewBackward0"

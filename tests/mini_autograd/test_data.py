"""`.data`, read and assigned, and `set_`: other memory for the same tensor."""

from __future__ import annotations

import pytest

import mini_autograd as torch


def leaf() -> torch.Tensor:
    return torch.tensor([1.0, 2.0], requires_grad=True)


def test_data_shares_memory_and_nothing_else():
    x = leaf()
    alias = x.data
    alias.mul_(3)
    assert x.tolist() == [3.0, 6.0]
    assert x._version == 0
    assert alias._version == 1
    assert not alias.requires_grad
    assert not alias._is_view()


def test_a_write_through_data_is_seen_by_no_saved_tensor():
    x = leaf()
    y = (x * x).sum()
    x.data.mul_(10)
    y.backward()
    assert x.grad.tolist() == [20.0, 40.0]


def test_assigned_data_replaces_values_and_keeps_flags_history_and_version():
    x = leaf()
    y = x * 1
    source = torch.ones(3).add_(1)
    y.data = source
    assert y.tolist() == [2.0, 2.0, 2.0]
    assert y.grad_fn.name() == "MulBackward0"
    assert y._version == 0
    assert source._version == 1
    source.add_(1)
    assert y.tolist() == [3.0, 3.0, 3.0]


def test_a_view_made_before_keeps_the_old_memory():
    x = leaf()
    view = x[:1]
    x.data = torch.zeros(2)
    assert view.tolist() == [1.0]
    assert view._base is x


def test_assigned_data_of_another_dtype_gets_gradients_of_that_dtype():
    x = leaf()
    before = (x * 2).grad_fn.next_functions[0][0]
    x.data = torch.zeros(2, dtype=torch.float64)
    y = x * 2
    assert y.grad_fn.next_functions[0][0] is not before
    y.sum().backward()
    assert x.grad.dtype is torch.float64


def test_what_data_refuses():
    x = leaf()
    with pytest.raises(TypeError, match=r"^Variable data has to be a tensor, but got int$"):
        x.data = 5
    with pytest.raises(
        RuntimeError,
        match=r"^data set to a tensor that requires gradients must be floating point or complex",
    ):
        x.data = torch.zeros(2, dtype=torch.int64)
    with pytest.raises(
        RuntimeError, match=r"^Deleting tensor data is not allowed. Delete tensor instead!$"
    ):
        del x.data


def test_set_shares_the_source_memory():
    x, source = torch.zeros(2, 3), torch.ones(3)
    assert x.set_(source) is x
    source.add_(1)
    assert x.tolist() == [2.0, 2.0, 2.0]
    assert (x._version, source._version) == (1, 1)


def test_set_has_a_node_and_no_derivative():
    x = leaf() * 1
    x.set_(torch.ones(3))
    assert x.grad_fn.name() == "torch::autograd::NotImplemented"
    assert x.grad_fn.next_functions[0][0].name() == "MulBackward0"
    with pytest.raises(RuntimeError, match=r"^derivative for set_ is not implemented$"):
        x.sum().backward()


def test_what_set_refuses():
    with pytest.raises(RuntimeError, match=r"^a leaf Variable that requires grad is being used"):
        leaf().set_(torch.ones(2))
    with pytest.raises(
        RuntimeError, match=r"^Could not set tensor of type long int to a tensor of type float$"
    ):
        torch.zeros(2).set_(torch.zeros(2, dtype=torch.int64))


def test_set_to_nothing_and_to_a_region():
    assert torch.zeros(2).set_().tolist() == []
    source = torch.arange(6.0)
    assert torch.zeros(1).set_(source, 1, (2, 2), (2, 1)).tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_resize_keeps_the_elements_in_memory_order():
    x = torch.arange(4.0)
    x.resize_(2)
    assert x.tolist() == [0.0, 1.0]
    x.resize_(2, 2)
    assert x.tolist() == [[0.0, 1.0], [2.0, 3.0]]
    x.resize_(6)
    assert x[:4].tolist() == [0.0, 1.0, 2.0, 3.0]


def test_what_resize_refuses():
    with pytest.raises(RuntimeError, match=r"^cannot resize variables that require grad$"):
        leaf().resize_(3)
    with pytest.raises(RuntimeError, match=r"^numel: integer multiplication overflow$"):
        torch.zeros(2).resize_(-1)


def test_a_gradient_comes_in_the_shape_that_the_leaf_has_got_since():
    x = leaf()
    y = x * 1
    with torch.no_grad():
        x.unsqueeze_(0)
    y.backward(torch.ones(2))
    assert x.grad.tolist() == [[1.0, 1.0]]
    z = leaf()
    y = z.sum()
    z.data = torch.zeros(3)
    with pytest.raises(
        RuntimeError,
        match=r"^The size of tensor a \(3\) must match the size of tensor b \(2\) at non-singleton",
    ):
        y.backward()


def test_a_root_that_has_another_shape_than_when_it_was_recorded():
    x = leaf() * 1
    x.data = torch.zeros(3)
    with pytest.raises(
        RuntimeError,
        match=r"^invalid gradient at index 0 - got \[3\] but expected shape compatible with \[2\]$",
    ):
        x.backward(torch.ones(3))


def test_a_rule_on_other_data_that_do_not_broadcast_says_so_as_torch() -> None:
    x, y = torch.ones(2, 3, requires_grad=True), torch.ones(3, requires_grad=True)
    for result in (x * y, torch.maximum(x, y), x**y):
        kept = y.data
        y.data = torch.ones(2)
        with pytest.raises(RuntimeError, match=r"size of tensor a \(3\) must match .* b \(2\)"):
            result.sum().backward()
        y.data = kept


def test_a_leaf_given_data_of_more_dims_keeps_a_gradient_of_the_old_shape() -> None:
    x = torch.ones(3, requires_grad=True)
    y = torch.index_put(torch.ones(3, 3), (torch.tensor(0),), x)
    x.data = torch.ones(2, 3, 4)[:, :, ::2]
    y.backward(torch.ones(3, 3))
    assert x.grad.shape == (3,)

"""In-place view ops: the tensor itself shows its memory in another shape."""

from __future__ import annotations

import pytest

import mini_autograd as torch


def computed(*shape: int) -> tuple[torch.Tensor, torch.Tensor]:
    leaf = torch.ones(*shape, requires_grad=True)
    return leaf, leaf * 2


def test_a_transposed_tensor_is_itself_with_its_dims_swapped() -> None:
    _, y = computed(2, 3)
    assert y.transpose_(0, 1) is y
    assert y.shape == (3, 2)
    assert y.stride() == (1, 3)
    assert y._version == 1
    assert y.grad_fn.name() == "TransposeBackward1"


def test_the_gradient_comes_back_in_the_old_shape() -> None:
    x, y = computed(2, 3)
    y.t_()
    y.backward(torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]))
    assert x.grad.tolist() == [[0.0, 4.0, 8.0], [2.0, 6.0, 10.0]]


@pytest.mark.parametrize(
    ("name", "args", "shape", "node"),
    [
        ("unsqueeze_", (0,), (1, 2, 1, 3), "UnsqueezeBackward1"),
        ("squeeze_", (), (2, 3), "SqueezeBackward3"),
        ("squeeze_", (1,), (2, 3), "SqueezeBackward4"),
        ("squeeze_", ((0, 1),), (2, 3), "SqueezeBackward5"),
        ("swapaxes_", (0, 2), (3, 1, 2), "TransposeBackward1"),
        ("swapdims_", (0, 2), (3, 1, 2), "TransposeBackward1"),
    ],
)
def test_each_op_has_a_node_of_its_own(
    name: str, args: tuple[object, ...], shape: tuple[int, ...], node: str
) -> None:
    x, y = computed(2, 1, 3)
    getattr(y, name)(*args)
    assert (tuple(y.shape), y.grad_fn.name()) == (shape, node)
    y.sum().backward()
    assert x.grad.tolist() == [[[2.0, 2.0, 2.0]], [[2.0, 2.0, 2.0]]]


def test_a_view_keeps_its_base_which_is_not_told() -> None:
    _, y = computed(2, 3)
    view, sibling = y[0], y[1]
    view.unsqueeze_(0)
    assert view._base is y
    assert view.grad_fn.name() == "UnsqueezeBackward1"
    assert sibling.grad_fn.name() == "AsStridedBackward0"
    assert y.grad_fn.name() == "MulBackward0"


def test_a_write_to_a_reshaped_view_reaches_the_base() -> None:
    x, y = computed(2, 3)
    view = y[0]
    view.unsqueeze_(0)
    view.mul_(3)
    y.sum().backward()
    assert x.grad.tolist() == [[6.0, 6.0, 6.0], [2.0, 2.0, 2.0]]


def test_a_saved_result_is_told_from_its_new_shape() -> None:
    x = torch.ones(2, 3, requires_grad=True)
    y = x.exp()
    y.t_()
    with pytest.raises(
        RuntimeError, match=r"\[2, 3\]\], which is output 0 of Exp, is at version 1"
    ):
        y.sum().backward()


def test_a_retained_gradient_stays_with_the_node_that_it_was_asked_of() -> None:
    _, y = computed(2, 3)
    y.retain_grad()
    y.t_()
    y.mul_(2)  # an internal assertion of torch fails here
    y.sum().backward()
    assert y.grad.shape == (2, 3)


def test_a_leaf_that_requires_grad_is_refused_before_its_dims_are_read() -> None:
    x = torch.ones(2, 3, requires_grad=True)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        x.transpose_(0, 9)
    assert (x.shape, x._version) == ((2, 3), 0)


def test_more_than_two_dims_are_no_matrix() -> None:
    with pytest.raises(RuntimeError, match=r"t_\(\) expects a tensor with <= 2 dimensions, but"):
        torch.ones(1, 2, 3).t_()

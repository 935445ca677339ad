"""What a walk checks in which order, and what it leaves behind when it ends or fails."""

from __future__ import annotations

import pytest

import mini_autograd as torch


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


def test_a_gradient_that_is_a_piece_of_the_given_one_counts_its_writes():
    x = torch.ones(4, requires_grad=True)
    given = torch.ones(2, 2)
    x.view(2, 2).backward(given)
    given.mul_(2)
    assert x.grad.tolist() == [2.0, 2.0, 2.0, 2.0]
    x.grad.add_(1)
    assert given.tolist() == [[3.0, 3.0], [3.0, 3.0]]
    assert x.grad._version == given._version == 2


def test_a_mismatch_is_named_by_the_first_that_equals_as_torch_does():
    x = leaf(1.0, 2.0)
    with pytest.raises(RuntimeError, match=r"grad_output\[1\] has .* and output\[0\] has"):
        torch.autograd.backward([x.sum(), x.sum()], [None, torch.ones(2)])
    with pytest.raises(RuntimeError, match="Boolean value of Tensor with more than one value is"):
        torch.autograd.backward([x * 1, x * 2], [torch.ones(2), torch.ones(1)])


def test_outputs_are_checked_before_inputs():
    x = leaf(1.0, 2.0)
    with pytest.raises(RuntimeError, match="only for scalar outputs"):
        torch.autograd.grad(x * 2, ["no tensor"])
    with pytest.raises(RuntimeError, match="all inputs have to be Tensors or GradientEdges, but"):
        torch.autograd.grad(x.sum(), ["no tensor"])
    with pytest.raises(RuntimeError, match="can't retain_grad on Tensor that has requires_grad"):
        x.sum().backward(inputs=[torch.ones(2)])


def test_old_names_and_options_warn():
    x = leaf(1.0)
    with pytest.warns(FutureWarning, match="`grad_variables` is deprecated. Use `grad_tensors`"):
        torch.autograd.backward(x * 2, grad_variables=torch.tensor([3.0]))
    assert x.grad.item() == 6.0
    with pytest.warns(FutureWarning, match="only_inputs argument is deprecated and is ignored no"):
        torch.autograd.grad(x * 2, x, only_inputs=False)


def test_a_gradient_of_a_wrong_shape_leaves_the_node_as_it_was():
    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            assert len(ctx.saved_tensors) == 1
            return torch.ones(7)

    y = Wrong.apply(leaf(1.0, 2.0, 3.0))
    for _ in range(2):
        with pytest.raises(RuntimeError, match="returned an invalid gradient at index 0"):
            y.backward(torch.ones(3))


def test_a_walk_that_fails_in_the_middle_has_freed_what_it_went_through():
    x = leaf(1.0)
    first = x.exp()
    second = first.exp()

    def refuse(grad):
        raise LookupError("not here")

    handle = first.register_hook(refuse)
    with pytest.raises(LookupError):
        second.backward()
    handle.remove()
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        second.backward()
    first.backward()
    assert x.grad.item() == pytest.approx(2.7182817)


def test_a_leaf_that_requires_no_grad_any_more_gets_none():
    x = leaf(1.0)
    y = x * 2
    x.requires_grad_(False)
    y.backward()
    assert x.grad is None


def test_a_leaf_may_have_got_data_of_another_dtype_meanwhile():
    x = leaf(1.0, 2.0)
    y = (x * 2).sum()
    x.data = torch.ones(2, dtype=torch.float64)
    y.backward()
    assert x.grad.dtype is torch.float32
    assert x.grad.tolist() == [2.0, 2.0]


def test_what_was_a_leaf_takes_no_gradient() -> None:
    x, w = torch.tensor(1.0, requires_grad=True), torch.tensor(3.0, requires_grad=True)
    y = x.sum()
    x.requires_grad_(False)
    x.mul_(w)
    with pytest.raises(RuntimeError, match="leaf variable has been moved into the graph interior"):
        y.backward()
    assert x.grad is None


def test_a_bool_exponent_makes_the_gradient_raise() -> None:
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    y = x ** torch.tensor([True, False])
    with pytest.raises(RuntimeError, match="Subtraction, the `-` operator, with a bool tensor"):
        y.sum().backward()
    (x ** torch.tensor([3, 0])).sum().backward()
    assert x.grad.tolist() == [12.0, 0.0]

"""Sums of gradients: where the walk adds in place, as their versions and identity show."""

from __future__ import annotations

import pytest

import mini_autograd as torch


@pytest.mark.parametrize("shape", [(), (2,), (2, 2)])
def test_a_sum_that_nobody_else_sees_is_added_to_in_place(shape: tuple[int, ...]) -> None:
    x = torch.ones(shape, requires_grad=True)
    y = x * 2 + x * 3
    y.backward(torch.ones(shape))
    assert x.grad._version == 1
    assert x.grad.tolist() == torch.full(shape, 5.0).tolist()


@pytest.mark.parametrize("shape", [(), (2,)])
def test_both_factors_being_one_tensor_is_such_a_sum(shape: tuple[int, ...]) -> None:
    x = torch.full(shape, 3.0).requires_grad_()
    (found,) = torch.autograd.grad(x * x, x, torch.ones(shape))
    assert found._version == 1


def test_a_gradient_that_somebody_holds_is_not_written_to() -> None:
    x = torch.ones(2, requires_grad=True)
    seed = torch.ones(2)
    (x + x + x).backward(seed)
    assert seed.tolist() == [1.0, 1.0]
    assert x.grad._version == 1  # of a sum made for it, which a third was added to
    seen = []
    x = torch.ones(2, requires_grad=True)
    h = x * 1
    a, b = h * 2, h * 3
    b.register_hook(seen.append)
    (a + b).sum().backward()
    assert seen[0].tolist() == [1.0, 1.0]


def test_a_view_of_a_gradient_is_not_added_to_in_place() -> None:
    x = torch.ones(2, requires_grad=True)
    (x.view(-1) * 2 + x.view(-1) * 3).backward(torch.ones(2))
    assert x.grad._version == 0
    assert x.grad.tolist() == [5.0, 5.0]


def test_the_gradient_of_a_number_is_one_tensor_wherever_it_goes() -> None:
    x = torch.tensor(1.0, requires_grad=True)
    squeezed = torch.squeeze(x)
    of_result, of_leaf = torch.autograd.grad(squeezed, [squeezed, x])
    of_leaf.requires_grad_()
    assert of_result.requires_grad
    a, b = torch.tensor(1.0, requires_grad=True), torch.tensor(2.0, requires_grad=True)
    first, second = torch.autograd.grad(a + b, [a, b])
    assert first is second
    one, other = torch.autograd.grad([a + 0, b + 0], [a, b])
    assert one is not other

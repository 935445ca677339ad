"""The switch that brings back the summed gradients of the old tutorial (cells 221 and 222)."""

from __future__ import annotations

import pytest

import mini_autograd as torch
from mini_autograd import compat


def product() -> tuple[torch.Tensor, torch.Tensor]:
    a = torch.tensor([[1.0, 2.0]])
    x = torch.tensor([[3.0], [5.0]], requires_grad=True)
    return x, torch.mm(a, x)


@pytest.mark.parametrize("gradient", [[[100.0, 300.0]], [[100.0], [300.0]]])
def test_a_larger_gradient_is_summed_to_the_output_under_the_switch(gradient: object) -> None:
    x, y = product()
    with compat.sum_oversized_gradients():
        y.backward(gradient=torch.tensor(gradient))
    assert x.grad.tolist() == [[400.0], [800.0]]


def test_without_the_switch_it_is_todays_error() -> None:
    x, y = product()
    with pytest.raises(RuntimeError, match=r"shape of torch.Size\(\[1, 2\]\) and output\[0\]"):
        y.backward(gradient=torch.tensor([[100.0, 300.0]]))
    assert x.grad is None


def test_the_switch_ends_with_its_block() -> None:
    _, y = product()
    with compat.sum_oversized_gradients():
        pass
    with pytest.raises(RuntimeError, match="Mismatch in shape"):
        y.backward(gradient=torch.tensor([[100.0, 300.0]]))


def test_a_gradient_that_is_no_broadcast_of_the_output_is_refused_all_the_same() -> None:
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    with compat.sum_oversized_gradients(), pytest.raises(RuntimeError, match="Mismatch in shape"):
        (x * 2).backward(torch.tensor([1.0, 2.0]))

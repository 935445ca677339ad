"""`allow_mutation_on_saved_tensors`: what is saved for backward may be written to."""

from __future__ import annotations

from typing import Any

import pytest

import mini_autograd as torch

allow = torch.autograd.graph.allow_mutation_on_saved_tensors
_LEFT = "Trying to backward outside of the 'allow_mutation_on_saved_tensors' context"


def doubled() -> tuple[Any, Any]:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    return x, x * 2


def test_backward_computes_with_what_was_there_before_the_write() -> None:
    with allow():
        x, y = doubled()
        z = y**3
        y.zero_()
        z.sum().backward()
    assert x.grad.tolist() == [24.0, 96.0]


def test_only_what_is_written_to_is_cloned_and_only_once() -> None:
    with allow() as context:
        _, y = doubled()
        z = (y * y, y.sin())  # kept, and so is what they saved
        assert (len(context.cloned), len(context.original)) == (0, 1)
        y.mul_(2)
        y.mul_(2)
        assert len(context.cloned) == 1
        assert z[0].tolist() == [4.0, 16.0]


def test_results_that_were_saved_may_be_written_to() -> None:
    with allow():
        x = torch.tensor([0.0, 0.0], requires_grad=True)
        y = x.exp()
        y.mul_(7)
        y.sum().backward()
    assert x.grad.tolist() == [7.0, 7.0]


def test_a_write_by_a_view_from_the_first_element_is_seen_and_one_from_another_is_not() -> None:
    with allow():
        x, y = doubled()
        z = y**3
        y[0] = 5
        z.sum().backward()
        assert x.grad.tolist() == [24.0, 96.0]
        x, y = doubled()
        z = y**3
        y[1] = 7  # torch has the same 3 * 7**2 * 2
        z.sum().backward()
        assert x.grad.tolist() == [24.0, 294.0]


def test_an_in_place_view_op_is_a_write() -> None:
    with allow():
        x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
        y = x * 2
        z = y * y
        y.t_()
        z.sum().backward()
    assert x.grad.tolist() == [[8.0, 16.0], [24.0, 32.0]]


def test_accumulation_into_a_saved_grad_is_a_write() -> None:
    with allow() as context:
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        (x * 3).sum().backward()
        product = x.grad * x
        (x * 4).sum().backward()
        assert (x.grad.tolist(), len(context.cloned)) == ([7.0, 7.0], 1)
        product.sum().backward()
    assert x.grad.tolist() == [10.0, 10.0]


def test_the_graph_cannot_be_walked_outside_nor_in_another_block() -> None:
    with allow():
        _, y = doubled()
        z = (y**2).sum()
    with pytest.raises(AssertionError, match=_LEFT):
        z.backward()
    with allow(), pytest.raises(AssertionError, match=_LEFT):
        z.backward()


def test_blocks_cannot_be_nested_and_the_attempt_ends_the_outer_one() -> None:
    with allow():
        _, y = doubled()
        z = (y**2).sum()
        with pytest.raises(RuntimeError, match="contexts cannot be nested"), allow():
            pass
        with pytest.raises(AssertionError, match=_LEFT):
            z.backward()


def test_outside_a_write_is_an_error_as_ever() -> None:
    with allow():
        pass
    _, y = doubled()
    z = (y**2).sum()
    y.zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.backward()

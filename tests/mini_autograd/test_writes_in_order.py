"""Writes of several values to one element: they come one after the other."""

from __future__ import annotations

import pytest

import mini_autograd as torch

_ONCE = pytest.mark.filterwarnings("ignore:Use of index_put_ on expanded tensors")


@_ONCE
def test_the_last_of_the_values_stays() -> None:
    x = torch.zeros(1, 3).expand(2, 3)
    x.index_put_((torch.tensor([1, 0]),), torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    assert x.tolist() == [[4.0, 5.0, 6.0]] * 2
    x = torch.zeros(2, 1).expand(2, 3)
    rows, columns = torch.tensor([[0], [1]]), torch.tensor([2, 1, 0])
    x[rows, columns] = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert x.tolist() == [[3.0] * 3, [6.0] * 3]


@_ONCE
def test_all_of_them_are_added() -> None:
    x = torch.zeros(1).expand(2, 3)
    x.index_put_((torch.tensor([1, 0]),), torch.arange(1.0, 7.0).reshape(2, 3), accumulate=True)
    assert x.tolist() == [[21.0] * 3] * 2


def test_a_hook_that_writes_to_what_was_unpacked_before_is_seen() -> None:
    x, bound = torch.tensor(1.0), torch.tensor(1.0, requires_grad=True)

    def unpack(packed: torch.Tensor) -> torch.Tensor:
        packed.add_(1)
        return packed

    with torch.autograd.graph.saved_tensors_hooks(lambda packed: packed, unpack):
        torch.clamp(x, min=bound, max=bound).backward()
    assert bound.grad.item() == 0.0


def test_the_norm_of_one_number_over_a_dim_is_a_root_of_its_square() -> None:
    huge = torch.tensor(3e38)
    assert torch.norm(huge, "fro", 0).item() == float("inf")
    assert torch.norm(huge, "fro").item() == huge.item()
    assert torch.norm(torch.tensor([3e38]), "fro", 0).item() == huge.item()


def test_what_a_transform_saved_is_named_by_what_made_its_argument() -> None:
    x, y = torch.tensor(1.0, requires_grad=True), torch.tensor(1.0, requires_grad=True)
    given = x.exp()
    gradient = torch.func.grad(lambda a, b: (a * a * b).sum())(given, y)
    given.cos_()
    with pytest.raises(RuntimeError, match="which is output 0 of Cos, is at version 1"):
        gradient.backward()

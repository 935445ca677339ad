"""What counts as a write to memory, and by how much."""

from __future__ import annotations

import pytest

import mini_autograd as torch


def leaf() -> torch.Tensor:
    return torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)


@pytest.mark.parametrize(
    "write",
    [
        lambda x: x.add_(1),
        lambda x: x.zero_(),
        lambda x: x.copy_(x),
        lambda x: x.fill_diagonal_(1),
        lambda x: x.t_(),
        lambda x: x.squeeze_(),
        lambda x: x.as_strided_((2,), (1,)),
        lambda x: x.normal_(),
        lambda x: x.resize_(3),
        lambda x: x.set_(torch.zeros(2)),
        lambda x: x.index_put_((torch.tensor([0]),), torch.tensor(1.0)),
        lambda x: x.masked_fill_(x > 5, 0.0),
        lambda x: x.__setitem__(0, 1.0),
        lambda x: x.__setitem__(torch.tensor([1]), 1.0),
        lambda x: x.detach().add_(1),
        lambda x: x.view(4).add_(1),
        lambda x: x.view(torch.int32).zero_(),
    ],
)
def test_a_write_counts_one(write):
    x = torch.zeros(2, 2)
    write(x)
    assert x._version == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x.resize_(2, 2),
        lambda x: x.requires_grad_(),
        lambda x: x.detach_(),
        lambda x: x.data.add_(1),
        lambda x: setattr(x, "data", torch.ones(3)),
        lambda x: x.__setitem__(False, 1.0),
        lambda x: x.clone().add_(1),
    ],
)
def test_what_is_no_write_counts_nothing(call):
    x = torch.zeros(2, 2)
    call(x)
    assert x._version == 0


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.zeros(2), lambda: torch.ones(2), lambda: torch.tensor([1.0]),
        lambda: torch.arange(3), lambda: torch.full((2,), 1.0), lambda: torch.eye(2),
        lambda: torch.zeros(2) + 1, lambda: torch.zeros(2).clone(), lambda: torch.zeros(2).data,
    ],
)  # fmt: skip
def test_a_new_tensor_was_never_written_to(make):
    assert make()._version == 0


def test_views_and_detached_aliases_count_together():
    x = torch.zeros(4)
    view, alias = x[:2], x.detach()
    view.add_(1)
    alias.add_(1)
    assert [each._version for each in (x, view, alias, x[1:])] == [2, 2, 2, 2]


def test_a_refused_write_counts_nothing():
    x = torch.zeros(3, dtype=torch.int64)
    with pytest.raises(RuntimeError, match=r"^result type Float can't be cast to the desired"):
        x.add_(1.5)
    assert x._version == 0
    assert x.tolist() == [0, 0, 0]


def test_augmented_assignment_to_an_item_writes_twice():
    x = torch.zeros(2)
    x[0] += 1
    assert x._version == 2


def test_accumulating_counts_the_writes_to_the_gradient():
    x = leaf()
    x.sum().backward()
    first = x.grad
    before = first._version
    x.sum().backward()
    assert x.grad is first
    assert first._version == before + 1

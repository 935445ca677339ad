"""A view that got other data and is then written to: the gradient goes where torch 2.13 puts it."""

from __future__ import annotations

import pytest

import mini_autograd as torch


def written(rows: int, size: int, key: slice) -> torch.Tensor:
    """A bias of as many rows, whose sum, a view of the product's, got other data and a write."""
    bias = torch.ones(rows, requires_grad=True)
    total = torch.nn.functional.linear(torch.ones(1), torch.ones(rows, 1), bias=bias)
    total.data = torch.arange(1.0, size + 1)
    total[key] = torch.tensor(1.0)
    total.backward(torch.arange(1.0, size + 1))
    assert bias.grad is not None
    return bias.grad


@pytest.mark.parametrize(
    ("rows", "size", "key", "expected"),
    [
        (1, 1, slice(1, None), [1.0]),
        (1, 2, slice(None, -1), [0.0]),
        (2, 2, slice(None, -1), [0.0, 2.0]),
        (2, 3, slice(None, -1), [0.0, 0.0]),
    ],
)
def test_the_same_places_count(rows: int, size: int, key: slice, expected: list[float]) -> None:
    assert written(rows, size, key).tolist() == expected


def test_what_does_not_lie_within_the_base_is_refused() -> None:
    with pytest.raises(RuntimeError) as raised:
        written(2, 3, slice(1, None))
    assert str(raised.value) == (
        "setStorage: sizes [2], strides [1], storage offset 1, and itemsize 4 requiring a storage "
        "size of 12 are out of bounds for storage of size 8"
    )

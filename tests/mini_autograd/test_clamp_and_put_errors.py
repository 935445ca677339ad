"""What clamp says of complex bounds, and index_put of masks without dims, as torch 2.13 says it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import mini_autograd as torch


@pytest.mark.parametrize(
    ("bounds", "kernel"),
    [
        ({"max": 1j}, "minimum_cpu"),
        ({"min": 1j}, "maximum_cpu"),
        ({"min": 1j, "max": 2.0}, "clamp_cpu"),
    ],
)
def test_a_complex_bound_is_refused_by_the_kernel(bounds: dict[str, Any], kernel: str) -> None:
    tensors = {name: torch.tensor(bound) for name, bound in bounds.items()}
    with pytest.raises(NotImplementedError) as raised:
        torch.clamp(torch.tensor([1.0]), **tensors)
    assert str(raised.value) == f"\"{kernel}\" not implemented for 'ComplexFloat'"
    with pytest.raises(RuntimeError, match="type ComplexFloat can't be cast to the desired output"):
        torch.tensor([1.0]).clamp_(**tensors)
    with pytest.raises(NotImplementedError, match="clamp is not supported for complex types"):
        torch.clamp(torch.tensor([1j]), **tensors)


def test_a_complex_number_as_bound_is_named_as_where_it_would_be_written() -> None:
    with pytest.raises(RuntimeError, match="can't be cast to the desired output type long int"):
        torch.tensor([1]).clamp_(max=1j)
    with pytest.raises(NotImplementedError, match="clamp is not supported for complex types"):
        torch.tensor([1]).clamp_min_(1j)


@pytest.mark.parametrize(
    ("shape", "masks", "text"),
    [
        ((), (True,), r"too many indices for tensor of dimension 0 \(got 1\)"),
        ((2,), (True, False), r"too many indices for tensor of dimension 1 \(got 2\)"),
    ],
)
def test_more_masks_than_dims_are_refused(
    shape: tuple[int, ...], masks: tuple[bool, ...], text: str
) -> None:
    given = tuple(torch.tensor(each) for each in masks)
    with pytest.raises(IndexError, match=text):
        torch.zeros(shape).index_put(given, torch.tensor(5.0))


def test_a_mask_without_dims_fills_all_or_nothing() -> None:
    x, five = torch.tensor([1.0, 2.0]), torch.tensor(5.0)
    assert x.index_put((torch.tensor(True),), five).tolist() == [5.0, 5.0]
    assert x.index_put((torch.tensor(False),), five).tolist() == [1.0, 2.0]
    first = torch.tensor([0])
    put: Callable[..., Any] = torch.tensor([[1.0, 2.0]]).index_put
    assert put((torch.tensor(True), first), torch.tensor([5.0, 6.0])).tolist() == [[5.0, 6.0]]

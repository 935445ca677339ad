"""A half beside a complex number: torch's complex32, of which no tensor is here, but errors are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import mini_autograd as torch


@pytest.mark.parametrize(
    ("compute", "kernel"),
    [
        (lambda h: h / 1j, "div_cpu"),
        (lambda h: torch.div(h, torch.tensor(1j)), "div_cpu"),
        (lambda h: torch.div(h, 1j, rounding_mode="floor"), "div_floor_cpu"),
        (lambda h: torch.div(h, 1j, rounding_mode="trunc"), "div_trunc_cpu"),
        (lambda h: h % 1j, "remainder_cpu"),
        (lambda h: 1j % h, "remainder_cpu"),
        (lambda h: torch.fmod(h, 1j), "fmod_cpu"),
        (lambda h: h**1j, "pow"),
        (lambda h: torch.pow(1j, h), "pow"),
    ],
)
def test_a_kernel_that_torch_lacks_is_refused(compute: Callable[[Any], Any], kernel: str) -> None:
    with pytest.raises(NotImplementedError) as raised:
        compute(torch.ones(2, dtype=torch.float16))
    assert str(raised.value) == f"\"{kernel}\" not implemented for 'ComplexHalf'"


def test_an_in_place_result_is_named_so() -> None:
    half = torch.ones(2, dtype=torch.float16)
    with pytest.raises(RuntimeError, match="result type ComplexHalf can't be cast to the desired"):
        half.add_(1j)
    with pytest.raises(RuntimeError, match="result type ComplexFloat can't be cast"):
        half.add_(torch.ones(2, dtype=torch.complex64))
    assert str(torch.result_type(half, 1j)) == "torch.complex32"


@pytest.mark.parametrize(
    "compute",
    [
        lambda h: h * 1j,
        lambda h: 1j - h,
        lambda h: h + torch.tensor(1j),
        lambda h: torch.where(h > 1, h, 1j),
        lambda h: torch.complex(h, h),
        lambda h: h.sum() * 1j,
    ],
)
def test_a_result_in_complex32_is_refused(compute: Callable[[Any], Any]) -> None:
    with pytest.raises(NotImplementedError, match="complex32 is no dtype of mini_autograd"):
        compute(torch.ones(2, dtype=torch.float16))


def test_a_half_is_compared_with_a_complex_number() -> None:
    half = torch.tensor([0.0, 1.0], dtype=torch.float16)
    assert (half == 1j).tolist() == [False, False]
    assert (half != torch.tensor(0j)).tolist() == [False, True]

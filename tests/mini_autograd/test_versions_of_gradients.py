"""How often torch 2.13 wrote into a gradient that a rule made: its version, and its strides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import mini_autograd as torch

FIRST = torch.tensor([0])
PLACES = torch.zeros(2, 2, dtype=torch.int64)

RULES: list[tuple[Callable[[Any], Any], int, bool]] = [
    (lambda x: torch.gather(x, 0, PLACES), 1, False),
    (lambda x: x.index_select(0, FIRST), 1, False),
    (lambda x: x[FIRST], 1, False),
    (lambda x: x[x > 1], 1, False),
    (lambda x: x.masked_select(x > 1), 1, False),
    (lambda x: x.take(FIRST), 1, False),
    (lambda x: x.max(), 1, False),
    (lambda x: x.median(), 1, False),
    (lambda x: x.max(0)[0], 2, False),
    (lambda x: x.sort(0)[0], 2, False),
    (lambda x: torch.maximum(x, torch.ones(2, 2)), 1, False),
    (lambda x: x.trace(), 2, True),
    (lambda x: x.as_strided((1,), (1,)), 1, True),
    (lambda x: x.select(0, 0), 0, False),
    (lambda x: torch.where(x > 1, x, x), 1, False),  # the sum of two
    (lambda x: torch.maximum(x, x), 2, False),
]


@pytest.mark.parametrize(("compute", "version", "is_view"), RULES)
def test_each_write_is_counted(compute: Callable[[Any], Any], version: int, is_view: bool) -> None:
    x = torch.arange(4.0).reshape(2, 2).requires_grad_()
    result = compute(x)
    (gradient,) = torch.autograd.grad(result, x, torch.ones_like(result))
    assert gradient._version == version
    assert gradient._is_view() is is_view


@pytest.mark.parametrize(
    "compute", [lambda x: x.take(FIRST), lambda x: x.masked_select(x > 1), lambda x: x.angle()]
)
def test_zeros_are_laid_out_as_the_input(compute: Callable[[Any], Any]) -> None:
    x = torch.arange(4.0).reshape(2, 2).t().requires_grad_()
    result = compute(x)
    (gradient,) = torch.autograd.grad(result, x, torch.ones_like(result))
    assert gradient.stride() == (1, 2)


def test_a_stale_gradient_is_told_by_its_version() -> None:
    x = torch.tensor(1.0, requires_grad=True)
    exponent = torch.tensor(1.0, requires_grad=True)
    (gradient,) = torch.autograd.grad(x.index_select(0, torch.tensor(0)), [x])
    power = torch.pow(gradient, exponent)
    gradient.erf_()
    with pytest.raises(RuntimeError, match="is at version 2; expected version 1 instead"):
        torch.autograd.grad(power, exponent)

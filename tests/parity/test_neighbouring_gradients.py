"""Gradients to the sign of each zero and with their strides, of views by strides and of signs."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome


def _laid_out(m: Any, shape: tuple[int, ...], layout: str) -> Any:
    if layout == "columns":
        return m.zeros(shape[::-1]).permute(*reversed(range(len(shape)))).detach()
    if layout == "strided":
        return m.zeros((*shape[:-1], 2 * shape[-1]))[..., ::2].detach()
    return m.zeros(shape)


def _told(gradient: Any) -> str:
    values = gradient.clone().flatten().tolist()  # torch's own zeros have no memory to read
    return f"{gradient.stride()} {[str(value) for value in values]}"


def views_by_strides(m: Any) -> Iterator[str]:
    """What is seen once is copied, and a minus zero stays; what is seen twice is added to zeros."""
    random.seed(2013)
    for number in range(1500):
        size = tuple(random.choices((0, 1, 2, 3), (1, 2, 3, 2), k=random.randint(0, 3)))
        strides = tuple(random.choice((0, 1, 2, 3, 4)) for _ in size)
        shape = random.choice(((12,), (3, 4), (20,), (2, 3, 4)))
        x = _laid_out(m, shape, random.choice(("rows", "columns", "strided"))).requires_grad_()
        offset = random.choice((None, 0, 1, 2))

        def gradient(x: Any = x, size: Any = size, strides: Any = strides, at: Any = offset) -> str:
            y = x.as_strided(size, strides) if at is None else x.as_strided(size, strides, at)
            seed = [random.choice((-0.0, 0.0, 1.0, -1.0)) for _ in range(y.numel())]
            return _told(m.autograd.grad(y, x, m.tensor(seed).reshape(y.shape))[0])

        yield f"{number} {shape} {size} {strides} {offset}: {outcome(gradient)}"


def constants(m: Any) -> Iterator[str]:
    """The zeros that are the gradient of a sign or of an angle, laid out as torch has them."""
    ops = ("sgn", "sign", "angle", "floor", "round", "trunc", "ceil")
    shapes = ((3,), (1,), (3, 4), (2, 3, 4), (1, 3), (0, 2))
    for op, shape, layout, seed in itertools.product(
        ops, shapes, ("rows", "columns", "strided"), ("rows", "columns", "strided")
    ):
        x = _laid_out(m, shape, layout).requires_grad_()

        def gradient(x: Any = x, op: str = op, seed: str = seed) -> str:
            return _told(m.autograd.grad(getattr(x, op)(), x, _laid_out(m, x.shape, seed))[0])

        yield f"{op} {shape} {layout} {seed}: {outcome(gradient)}"


@pytest.mark.parametrize("table", [views_by_strides, constants], ids=lambda table: table.__name__)
def test_gradients_lie_and_are_signed_as_torch_s(table: Table) -> None:
    assert differences(table) == []

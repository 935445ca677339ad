"""Shapes that an op's operands may have, or may not, and how their results lie in memory, are here
what they are on torch: which of several faults is said, and what is made of nothing."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.parity.tables import differences, outcome
from tests.parity.test_neighbouring_arguments import warned

SHAPES: tuple[list[int], ...] = ([], [1], [3], [0], [1, 1], [2, 3], [3, 0], [0, 3])


def scattered_shapes(m: Any) -> Iterator[str]:
    """Of a tensor, an index and a source: whose dims, sizes and dtype are looked at first."""
    indices: tuple[list[int], ...] = ([], [1], [2], [0], [1, 1], [5, 1], [1, 5], [0, 1])
    sources: tuple[list[int], ...] = ([], [1], [2], [1, 1], [5, 1], [0])
    for into, index, dim in itertools.product(SHAPES, indices, (0, 1, -1, 2)):
        a, i = m.zeros(into), m.zeros(index, dtype=m.int64)
        for name in ("gather", "index_select"):
            for given in (i, i.float()):
                told = outcome(lambda n=name, x=a, d=dim, g=given: getattr(m, n)(x, d, g))
                yield f"{name} {into} {index} {dim} {given.dtype}: {told}"
        for source, name in itertools.product(
            sources, ("scatter", "scatter_add", "index_add", "index_copy")
        ):
            b = m.ones(source)
            told = outcome(lambda n=name, x=a, d=dim, g=i, s=b: getattr(m, n)(x, d, g, s))
            yield f"{name} {into} {index} {source} {dim}: {told}"


def flat_positions(m: Any) -> Iterator[str]:
    """Of a tensor that has elements, or none."""
    for into, index, value in itertools.product(SHAPES, ([], [1], [2], [0]), (0, 7, -9)):
        a, i = m.zeros(into), m.full(index, value)
        yield f"take {into} {index} {value}: {outcome(lambda x=a, g=i: m.take(x, g))}"
        for adds in (False, True):
            told = outcome(lambda x=a, g=i, p=adds: m.put(x, g, m.ones(g.shape), p))
            yield f"put {into} {index} {value} {adds}: {told}"


def rolled_dims(m: Any) -> Iterator[str]:
    """Among them the dims of a tensor that has none."""
    for into, shifts, dims in itertools.product(
        SHAPES, (0, 1, (1,), (), (1, 1)), (0, 1, -1, -2, 5, (0,), (), (0, 1), (5, 0), (0, 0))
    ):
        x = m.zeros(into)
        told = outcome(lambda x=x, s=shifts, d=dims: m.roll(x, s, d))
        yield f"{into} {shifts} {dims}: {told}"


def _back(m: Any, call: Callable[..., Any], shapes: Any, graded: int) -> str:
    """What a call gave, and the gradients of those of its operands that require one."""
    given = [m.ones(shape, requires_grad=bool(graded >> at & 1)) for at, shape in enumerate(shapes)]
    result = call(*given)
    result.sum().backward()
    return f"{result} {[each.grad for each in given]}"


def products_of_nothing(m: Any) -> Iterator[str]:
    """Of a matrix without elements torch forgets how long its product is."""
    options: tuple[dict[str, Any], ...] = ({}, {"beta": 2}, {"beta": 0}, {"alpha": 2})
    for rows, columns, start, kwargs in itertools.product(
        (0, 1, 3), (0, 2), ([], [1], [3], [0]), options
    ):
        shapes = (start, [rows, columns], [columns])
        shown = f"{shapes} {kwargs}"
        for graded in range(1, 8):
            call = lambda a, b, c, k=kwargs: m.addmv(a, b, c, **k)  # noqa: E731
            told = warned(lambda f=call, s=shapes, g=graded: _back(m, f, s, g))
            yield f"{shown} {graded}: {told}"
        call = lambda s=shapes, k=kwargs: m.ones(s[0]).addmv_(m.ones(s[1]), m.ones(s[2]), **k)  # noqa: E731
        yield f"in place {shown}: {warned(call)}"


def layouts_of_losses(m: Any) -> Iterator[str]:
    """In rows, however the input and the targets lie; the gradient as the input, or not at all."""
    orders = ((0, 1, 2, 3), (3, 2, 1, 0), (0, 2, 3, 1), (0, 1, 3, 2), (1, 0, 2, 3))
    shapes = ([2, 3, 2, 2], [2, 3, 2, 1], [1, 3, 2, 2], [2, 3, 0, 2], [0, 3, 2, 2])
    for shape, order, turned, reduction in itertools.product(
        shapes, orders, (False, True), ("none", "mean", "sum")
    ):
        back = [order.index(dim) for dim in range(4)]
        x = m.ones(shape).permute(order).contiguous().permute(back).requires_grad_()
        target = m.zeros([shape[0], *shape[2:]], dtype=m.int64)
        if turned:
            target = target.permute(2, 1, 0).contiguous().permute(2, 1, 0)
        loss = m.nn.functional.nll_loss(x, target, reduction=reduction)
        told = outcome(lambda r=loss, g=x: m.autograd.grad(r, g, m.ones_like(r))[0].stride())
        yield f"{shape} {order} {turned} {reduction}: {loss.stride()} {told}"


def masks_and_values(m: Any) -> Iterator[str]:
    """Which of a mask's shape and dtype, and of a value's dims, is refused first."""
    masks: tuple[list[int], ...] = ([], [1], [3], [2], [5, 3], [3, 5], [0])
    for into, shape, dtype, value in itertools.product(
        SHAPES, masks, (m.bool, m.int64), ([], [1], [2])
    ):
        a, mask, v = m.zeros(into), m.ones(shape, dtype=dtype), m.ones(value)
        for name in ("masked_fill", "masked_scatter"):
            told = outcome(lambda n=name, x=a, k=mask, g=v: getattr(m, n)(x, k, g))
            yield f"{name} {into} {shape} {dtype} {value}: {told}"


def targets_and_weights(m: Any) -> Iterator[str]:
    """Which of their shapes and dtypes a loss refuses first."""
    inputs = ([2, 3, 2, 2], [2, 3, 2, 0], [2, 3, 2], [3], [2, 3], [0, 3], [0, 3, 2, 2])
    targets = ([2, 2, 2], [2, 2, 0], [2, 3, 2], [0, 2, 2], [2, 2], [2], [], [3], [2, 2, 2, 2])
    weights = (None, [3], [4], [], [0], [1, 3])
    for given, aimed, weighted, dtype, reduction in itertools.product(
        inputs, targets, weights, (m.int64, m.float32, m.uint8), ("none", "mean")
    ):
        x, target = m.zeros(given), m.zeros(aimed, dtype=dtype)
        weight = None if weighted is None else m.ones(weighted)
        loss = m.nn.functional.nll_loss
        told = outcome(lambda f=loss, x=x, t=target, w=weight, r=reduction: f(x, t, w, reduction=r))
        yield f"{given} {aimed} {weighted} {dtype} {reduction}: {told}"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "table",
    [
        scattered_shapes,
        flat_positions,
        rolled_dims,
        products_of_nothing,
        layouts_of_losses,
        masks_and_values,
        targets_and_weights,
    ],
)
def test_each_shape_does_what_it_does_on_torch(table: Callable[[Any], Iterator[str]]):
    assert not differences(table)

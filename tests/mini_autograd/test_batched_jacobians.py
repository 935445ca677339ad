"""`jacrev` walks once with a batch of rows: its strides and its graph are those of such a walk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import mini_autograd as torch
from tests.mini_autograd.test_recorded_graphs import graph, leaf

X = [[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]]


def cube(x: Any) -> Any:
    return x * x * x


def square_sum(x: Any) -> Any:
    return (x * x).sum()


def columns() -> Any:
    return torch.tensor(X).permute(1, 0)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: x.sum(), (0, 0)),
        (lambda x: x.detach().sum(), (1, 3)),
        (square_sum, (1, 3)),
        (cube, (12, 6, 2, 1)),
        (lambda x: x.t(), (18, 6, 1, 3)),
        (lambda x: x.exp().sum(0), (6, 1, 3)),
    ],
)
def test_a_jacobian_by_rows_has_the_strides_of_the_batch(
    function: Callable[[Any], Any], expected: tuple[int, ...]
) -> None:
    assert torch.func.jacrev(function)(columns()).stride() == expected


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: x.t(), (3, 1, 12, 6)),
        (cube, (1, 3, 12, 6)),
        (lambda x: x * 2, (1, 3, 12, 6)),
        (lambda x: x[:0], (12, 6, 2, 1)),
    ],
)
def test_a_jacobian_by_columns_has_each_laid_out_as_the_output(
    function: Callable[[Any], Any], expected: tuple[int, ...]
) -> None:
    assert torch.func.jacfwd(function)(columns()).stride() == expected


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: x[:0], (1, 3)),
        (lambda x: x[1:2], (9, 3)),
        (lambda x: x[::2], (2, 3)),
        (lambda x: x[0], (3,)),
        (lambda x: x * 1, (1, 3)),
    ],
)
def test_a_jacobian_by_columns_of_a_view_is_a_view_of_the_batch(
    function: Callable[[Any], Any], expected: tuple[int, ...]
) -> None:
    assert torch.func.jacfwd(function)(torch.tensor(X[0])).stride() == expected


def test_the_graph_of_a_jacobian_by_rows_shows_batched_steps() -> None:
    square = torch.func.jacrev(square_sum)(leaf(2, 3))
    assert graph(square) == "View(SplitWithSizes(Add(Mul(-, Grad), Mul(-, #4))))"
    whole = torch.func.jacrev(cube)(leaf(2))
    assert graph(whole) == (
        "View(SplitWithSizes(Add(Add(Mul(-, Mul(Grad, #6)), Mul(Mul(-, #6), #6)), Mul(#8, #6))))"
    )


def test_a_jacobian_of_nothing_has_the_same_graph() -> None:
    assert graph(torch.func.jacrev(cube)(leaf(0, 2))) == (
        "View(SplitWithSizes(Add(Add(Mul(-, Mul(Grad, #6)), Mul(Mul(-, #6), #6)), Mul(#8, #6))))"
    )


@pytest.mark.parametrize("chunk_size", [None, 1, 2, 4, 100])
def test_chunks_of_rows_are_put_together(chunk_size: int | None) -> None:
    x = torch.tensor([1.0, 2.0, 3.0])
    jacobian = torch.func.jacrev(cube, chunk_size=chunk_size)(x)
    assert jacobian.tolist() == [[3.0, 0.0, 0.0], [0.0, 12.0, 0.0], [0.0, 0.0, 27.0]]


def test_the_graph_shows_that_chunks_were_put_together() -> None:
    jacobian = torch.func.jacrev(lambda x: x * x, chunk_size=2)(leaf(3))
    assert graph(jacobian) == (
        "View(SplitWithSizes(Cat(Add(Mul(-, Grad), Mul(-, #5)), Add(Mul(-, #5), Mul(-, #5)))))"
    )


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.log().cumsum(0),
        lambda x: torch.stack([x, x * 2]),
        lambda x: x.max(0)[0],
        lambda x: x @ x.t(),
        lambda x: x.softmax(1)[0],
        lambda x: torch.where(x > 0, x, x * 2).clamp(0, 2),
        lambda x: (x[0] + x) / x.sum(),
        lambda x: x.double().pow(3).mean(0),
    ],
)
def test_rows_in_a_batch_are_those_of_one_walk_each(function: Callable[[Any], Any]) -> None:
    x = torch.tensor([[1.0, 2.0], [0.5, 3.0]])
    in_batch = torch.func.jacrev(function)(x)
    one_by_one = torch.func.jacrev(function, chunk_size=1)(x)
    assert in_batch.shape == one_by_one.shape
    assert in_batch.flatten().tolist() == pytest.approx(one_by_one.flatten().tolist())


@pytest.mark.parametrize("api", ["jacfwd", "hessian"])
def test_a_tangent_of_a_primal_that_shows_elements_twice_cannot_be_laid_out_likewise(
    api: str,
) -> None:
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
        getattr(torch.func, api)(square_sum)(torch.ones(2).expand(2, 2))


def test_a_tangent_that_lies_as_such_a_primal_does_is_taken() -> None:
    primal, tangent = torch.ones(2).expand(2, 2), torch.ones(2).expand(2, 2)
    assert torch.func.jvp(cube, (primal,), (tangent,))[1].tolist() == [[3.0, 3.0], [3.0, 3.0]]
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
        torch.func.jvp(cube, (primal,), (torch.ones(2, 2),))

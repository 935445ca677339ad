"""`logaddexp`: what it takes and refuses, its numbers at the edges, its gradients, their graph."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from tests.mini_autograd.test_recorded_graphs import graph
from tests.parity.tables import Table, differences, outcome

INF, NAN = float("inf"), float("nan")


def dtypes(m: Any) -> Iterator[str]:
    """Each dtype beside each: what they come to, or that there is no kernel of it."""
    kinds = (
        m.bool, m.uint8, m.int64, m.float16, m.float32, m.float64, m.complex64, m.complex128,
    )  # fmt: skip
    for first, second, shape in itertools.product(kinds, kinds, ((), (2,), (0,))):
        a, b = m.ones(2).to(first), m.ones(shape).to(second)
        yield f"{first} {second} {shape}: {outcome(lambda a=a, b=b: m.logaddexp(a, b).dtype)}"


def calls(m: Any) -> Iterator[str]:
    """Arguments in each form, and those that fit none."""
    x = m.ones(2)
    for args, named in (
        ((x,), {}), ((x, x), {}), ((x,), {"other": x}), ((x, 1.0), {}), ((x, x, x), {}),
        ((x, [1.0]), {}), ((x,), {"others": x}), ((x, m.ones(3)), {}), ((x, m.ones(2, 1)), {}),
    ):  # fmt: skip
        yield outcome(lambda args=args, named=named: m.logaddexp(*args, **named))
        yield outcome(lambda args=args, named=named: x.logaddexp(*args[1:], **named))
    yield outcome(lambda: m.logaddexp([1.0], x))
    yield outcome(lambda: x.logaddexp_(x))


def rounded(tensor: Any) -> list[str]:
    return [f"{value:.4g}" for value in tensor.tolist()]


def numbers(m: Any) -> Iterator[str]:
    """The result and the gradients at zeros, infinities and NaN."""
    reals = (INF, -INF, NAN, 0.0, -0.0, 1.0, -7.25, 1e4)
    parts = (INF, -INF, NAN, 0.0, -0.0, 1.0, -3.0)
    for dtype, values in (
        (m.float16, reals),
        (m.float32, reals),
        (m.float64, reals),
        (m.complex128, tuple(itertools.starmap(complex, itertools.product(parts, parts)))),
    ):
        pairs = list(itertools.product(values, values))
        a = m.tensor([pair[0] for pair in pairs], dtype=dtype, requires_grad=True)
        b = m.tensor([pair[1] for pair in pairs], dtype=dtype, requires_grad=True)
        result = m.logaddexp(a, b)
        yield from map("{} {}: {}".format, itertools.repeat(dtype), pairs, rounded(result))
        result.backward(m.ones_like(result))
        yield from map("{} {} {}".format, pairs, rounded(a.grad), rounded(b.grad))


def gradients_of_logsumexp(m: Any) -> Iterator[str]:
    """Those of the sum along a dim: torch multiplies what it subtracts, which spreads NaN."""
    parts = (INF, -INF, NAN, 0.0, 1.0)
    values = tuple(itertools.starmap(complex, itertools.product(parts, parts)))
    pairs = list(itertools.product(values, values))
    x = m.tensor(pairs, dtype=m.complex128, requires_grad=True)
    m.logsumexp(x, 1).backward(m.ones(len(pairs), dtype=m.complex128))
    yield from map("{} {} {}".format, pairs, rounded(x.grad[:, 0]), rounded(x.grad[:, 1]))


def real_beside_complex(m: Any) -> Iterator[str]:
    """Each of the two may be the real one, which torch refuses a gradient."""
    for first, second in ((1.5, 1 + 2j), (1 + 2j, 1.5)):
        for by in (0, 1):
            given = [m.tensor(first), m.tensor(second)]
            given[by].requires_grad_()
            result = m.logaddexp(*given)
            yield outcome(lambda result=result: result.backward(m.ones_like(result)))
            yield "None" if given[by].grad is None else f"{given[by].grad.item():.4g}"


def beside_other_dtypes(m: Any) -> Iterator[str]:
    """The gradient of either operand beside one that can have none: not beside bools."""
    for dtype in (m.bool, m.uint8, m.int64, m.float16, m.float64):
        for by, again in itertools.product((0, 1), (False, True)):
            given = [m.ones(2).to(dtype), m.ones(2).to(dtype)]
            given[by] = m.tensor([0.5, 2.0], requires_grad=True)
            result = m.logaddexp(*given)
            seed = m.ones_like(result)
            yield outcome(lambda r=result, s=seed, g=again: r.backward(s, create_graph=g))
            yield str(given[by].grad)


def graphs(m: Any) -> Iterator[str]:
    """What is recorded, what is saved, and the gradient of the gradient."""
    for make in (lambda *given: m.tensor(given), lambda *given: m.tensor(given) * (1 + 2j)):
        a, b = make(0.5, -1.0).requires_grad_(), make(2.0, -1.0).requires_grad_()
        result = m.logaddexp(a, b)
        yield f"{result.grad_fn.name()} {sorted(n for n in dir(result.grad_fn) if '_saved' in n)}"
        grads = m.autograd.grad(result.sum().abs(), (a, b), create_graph=True)
        yield from map(graph, grads)
        second = m.autograd.grad((grads[0] + grads[1] * 2).sum().abs(), (a, b))
        yield from (str(rounded(each)) for each in (*grads, *second))
        a.detach().mul_(2)
        yield outcome(lambda result=result: result.sum().abs().backward())


TABLES: tuple[Table, ...] = (
    dtypes,
    calls,
    numbers,
    gradients_of_logsumexp,
    real_beside_complex,
    beside_other_dtypes,
    graphs,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
@pytest.mark.filterwarnings("ignore")
def test_each_is_what_it_is_on_torch(table: Table):
    assert differences(table) == []

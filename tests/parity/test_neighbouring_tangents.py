"""Tangents: their dtype where the primals have another, the graph that a product by a constant
gives them, and the signs of their zeros.

The tables are as those of `test_neighbouring_calls`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome


def shown(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(shown, value))}]"
    return f"{value.tolist()} {value.dtype} {value.stride()} {type(value.grad_fn).__name__}"


def functions(m: Any) -> list[Callable[[Any], Any]]:
    return [
        lambda a: a * 2, lambda a: -3 * a, lambda a: a / 2, lambda a: 2 / a, lambda a: a**2,
        lambda a: a.sum(), lambda a: (a, a * 2), lambda a: a, lambda a: a * a,
        lambda a: a[0] * a[1], lambda a: (a * a).sum(), lambda a: a[:, None] * a,
        lambda a: a * m.ones(2, 3), lambda a: m.tensor([-1.0, 0.0, 2.0]) * a,
        lambda a: a / m.tensor([-1.0, 4.0, 2.0]), lambda a: (a * 2) * -0.5,
        lambda a: 3 - a, lambda a: a.relu() * 2,
    ]  # fmt: skip


def products(m: Any) -> Iterator[str]:
    x = m.tensor([1.0, -2.0, 0.5], requires_grad=True)
    ones = m.tensor([1.0, 0.0, -0.0])
    tangents = [ones, ones.double(), ones.half(), -ones, x, x.double()]
    for (at, f), point, (which, tangent) in itertools.product(
        enumerate(functions(m)), (x, x.detach()), enumerate(tangents)
    ):

        def call(f: Any = f, point: Any = point, tangent: Any = tangent) -> str:
            return shown(m.func.jvp(f, (point,), (tangent,)))

        yield f"{at} {point.requires_grad} {which}: {outcome(call)}"


def forward_jacobians(m: Any) -> Iterator[str]:
    x = m.tensor([1.0, -2.0, 0.5], requires_grad=True)
    for (at, f), point in itertools.product(enumerate(functions(m)), (x, x.detach())):

        def transformed(f: Any = f, point: Any = point) -> str:
            return shown(m.func.jacfwd(f)(point))

        def functional(f: Any = f, point: Any = point) -> str:
            options = {"vectorize": True, "strategy": "forward-mode"}
            return shown(m.autograd.functional.jacobian(f, point, **options))

        yield f"{at} {point.requires_grad}: {outcome(transformed)}"
        yield f"{at} {point.requires_grad}: {outcome(functional)}"


def gradients_of_tangents(m: Any) -> Iterator[str]:
    """Through the graph that a tangent has comes nothing, where the factor is constant."""
    for f in (lambda a: a * 2, lambda a: a / 2, lambda a: a * a):
        x = m.tensor([1.0, -2.0, float("inf")], requires_grad=True)
        _, tangent = m.func.jvp(f, (x,), (m.ones(3),))
        yield str((m.autograd.grad(tangent.sum(), x)[0] + m.ones(3)).tolist())


TABLES: list[Table] = [products, forward_jacobians, gradients_of_tangents]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_same_as_torch(table: Table) -> None:
    assert differences(table) == []

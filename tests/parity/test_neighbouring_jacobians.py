"""Jacobians and Hessians with each of their options, and gradients of a batch of cotangents: their
strides, graphs and errors, for functions of which some do not depend on what they get.

The tables are as those of `test_neighbouring_calls`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome


def shown(value: Any) -> str:
    """What a reader of a result can tell of it, but for a node that only forward mode makes."""
    if isinstance(value, (tuple, list)):
        return f"{type(value).__name__}[{', '.join(map(shown, value))}]"
    if value is None:
        return "None"
    numbers = [round(each, 3) for each in value.flatten().tolist()]
    node = type(value.grad_fn).__name__
    return f"{tuple(value.shape)} {value.stride()} {value.dtype} {node} {numbers}"


def functions(m: Any) -> dict[str, Callable[[Any], Any]]:
    return {
        "twice": lambda a: a * 2, "square": lambda a: a**2, "sum": lambda a: a.sum(),
        "empty": lambda a: a[:0], "nothing": lambda a: m.zeros(0), "one": lambda a: m.tensor(1.0),
        "ones": lambda a: m.ones(2), "halves": lambda a: a / 2, "inverse": lambda a: 2 / a,
        "exp": lambda a: a.exp(), "several": lambda a: (a * 2, a.sum()),
        "mixed": lambda a: (a[:0], a.sum()), "same": lambda a: a, "mean": lambda a: a.mean(),
        "own": lambda a: a * a, "cubes": lambda a: (a**3).sum(), "outer": lambda a: a[:, None] * a,
        "exps": lambda a: a.exp().sum(), "view": lambda a: a.view(3, 1),
        "stack": lambda a: m.stack([a, a]), "relu": lambda a: a.relu(),
    }  # fmt: skip


def points(m: Any) -> dict[str, Any]:
    x = m.tensor([1.0, -2.0, 0.5], requires_grad=True)
    return {"leaf": x, "constant": x.detach(), "no elements": x[:0]}


def in_one_walk(m: Any) -> Iterator[str]:
    for name, f in functions(m).items():
        for (at, x), graph in itertools.product(points(m).items(), (False, True)):
            options = {"vectorize": True, "create_graph": graph}
            for make in (m.autograd.functional.jacobian, m.autograd.functional.hessian):

                def call(make: Any = make, f: Any = f, x: Any = x, options: Any = options) -> str:
                    return shown(make(f, x, **options))

                yield f"{make.__name__} {name} {at} {graph}: {outcome(call)}"


def forward_of_constants(m: Any) -> Iterator[str]:
    """Forward mode, where it has no derivative to give."""
    for name in ("one", "ones", "nothing", "same", "sum"):
        for at, x in list(points(m).items())[:2]:
            for make in (m.autograd.functional.jacobian, m.autograd.functional.hessian):
                which = "strategy" if make.__name__ == "jacobian" else "outer_jacobian_strategy"

                def call(make: Any = make, name: str = name, x: Any = x, key: str = which) -> str:
                    options = {key: "forward-mode"}
                    return shown(make(functions(m)[name], x, vectorize=True, **options))

                yield f"{make.__name__} {name} {at}: {outcome(call)}"


def batches(m: Any) -> Iterator[str]:
    """`grad` with `is_grads_batched`."""
    for name, f in functions(m).items():
        for (at, x), graph in itertools.product(points(m).items(), (False, True)):

            def call(f: Any = f, x: Any = x, graph: bool = graph) -> str:
                leaf = x.clone().requires_grad_()
                made = f(leaf)
                outputs = made if isinstance(made, tuple) else (made,)
                rows = [m.ones((2, *each.shape)) for each in outputs]
                options = {"create_graph": graph, "allow_unused": True}
                return shown(m.autograd.grad(outputs, leaf, rows, is_grads_batched=True, **options))

            yield f"{name} {at} {graph}: {outcome(call)}"


def errors_of_batches(m: Any) -> Iterator[str]:
    x = m.tensor([1.0, -2.0, 0.5], requires_grad=True)
    unused = m.ones(1, requires_grad=True)
    eye = m.eye(3)

    def grad(output: Any, inputs: Any, rows: Any, **options: Any) -> str:
        return outcome(
            lambda: shown(m.autograd.grad(output, inputs, rows, is_grads_batched=True, **options))
        )

    yield grad(x * 2, x, None)
    yield grad(x * 2, x, m.zeros(0, 3))
    yield grad(x * 2, x, m.zeros(3, 2))
    yield grad(x * 2, x, eye * 1j)
    yield grad(x * 2, x, eye.double())
    yield grad(x * 2, unused, eye)
    yield grad(x * 2, [unused, x], eye, materialize_grads=True)
    yield grad(x, x, eye)
    yield grad(m.ones(3), x, eye)
    yield grad(x**2, x, eye.clone().requires_grad_(), create_graph=True)
    y = x**2
    yield grad(y, x, eye, retain_graph=True)
    yield grad(y, x, eye)
    yield grad(y, x, eye)


TABLES: list[Table] = [in_one_walk, forward_of_constants, batches, errors_of_batches]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_same_as_torch(table: Table) -> None:
    assert differences(table) == []

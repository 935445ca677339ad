"""What arrives at leaves: in which dtype, with which warnings, and which hooks wait for it."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome


def leaves_of_another_grad_dtype(m: Any) -> Iterator[str]:
    """A leaf's gradient in its `grad_dtype`, be the leaf a root itself."""
    ops: dict[str, Callable[[Any], Any]] = {
        "leaf": lambda x: [x],
        "leaf twice": lambda x: [x, x],
        "view": lambda x: [x.view(1, 1)],
        "sum": lambda x: [x.sum()],
        "cat": lambda x: [m.cat([x.view(1), x.view(1)])],
        "abs": lambda x: [x.abs()],
    }
    own = (m.float16, m.float32, m.complex64)
    wanted = (m.float16, m.float64, m.complex64, None)
    ways = ("backward", "graph", "inputs", "grad", "recorded")
    for dtype, given, op, value, way in itertools.product(own, wanted, ops, (1.0, 3e38), ways):
        number = min(value, 3e4) if dtype is m.float16 else value
        x = m.tensor(number, dtype=dtype).requires_grad_()
        seen: list[Any] = []
        x.register_hook(lambda grad, seen=seen: seen.append(f"{grad.dtype} {grad}"))

        def told(
            x: Any = x, given: Any = given, op: Any = op, number: Any = number, way: str = way
        ):
            made = ops[op](x)
            x.grad_dtype = given
            seeds = [m.full(tuple(each.shape), number, dtype=each.dtype) for each in made]
            if way in ("grad", "recorded"):
                return m.autograd.grad(made, x, seeds, create_graph=way == "recorded")[0]
            inputs = [x] if way == "inputs" else None
            m.autograd.backward(made, seeds, create_graph=way == "graph", inputs=inputs)
            return x.grad

        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            found = outcome(told)
        texts = [f"{each.category.__name__} {str(each.message)[:40]}" for each in said]
        yield f"{dtype} {given} {op} {value} {way}: {found} {seen} {texts}"


def seeds_at_edges_of_another_grad_dtype(m: Any) -> Iterator[str]:
    """A seed is checked against the dtype of the leaf, and then cast to its `grad_dtype`."""
    dtypes = (m.float32, m.float64, m.complex64, m.complex128)
    for own, given, wanted in itertools.product(dtypes, dtypes, (*dtypes, None)):
        for size, by_edge, early in itertools.product((2, 0), (True, False), (True, False)):
            x = m.zeros(size, dtype=own, requires_grad=True)
            edge = m.autograd.graph.get_gradient_edge(x) if early else None
            x.grad_dtype = wanted
            root = (edge or m.autograd.graph.get_gradient_edge(x)) if by_edge else x
            seed = m.ones(size, dtype=given)
            said = outcome(lambda root=root, seed=seed: m.autograd.backward([root], [seed]))
            node = m.autograd.graph.get_gradient_edge(x).node
            yield f"{own} {given} {wanted} {size}: {said} {x.grad} {node._input_metadata[0].dtype}"


def seeds_with_a_history(m: Any) -> Iterator[str]:
    """A cast of a seed that requires grad is recorded, which hooks and captures show."""

    def told(grad: Any) -> str:
        name = None if grad.grad_fn is None else type(grad.grad_fn).__name__
        return f"{grad.dtype} {grad.requires_grad} {name} {grad.tolist()}"

    seeds: tuple[Callable[[Any], Any], ...] = (
        lambda x: x, lambda x: x * 2, lambda x: x.detach(), lambda x: x.double(),
        lambda x: x.to(m.complex64),
    )  # fmt: skip
    for (at, seed), dtype, shape in itertools.product(
        enumerate(seeds), (m.float32, m.float64, None), ((), (2,))
    ):
        for grads, hooked in itertools.product((True, False), (True, False)):
            x = m.ones(shape, requires_grad=True)
            x.grad_dtype = dtype
            root = x if hooked else x * 2
            seen: list[str] = []
            root.register_hook(lambda grad, seen=seen: seen.append(told(grad)))
            given = seed(x)
            with m.set_grad_enabled(grads):
                said = outcome(lambda root=root, given=given: root.backward(given))
            yield f"{at} {dtype} {shape} {grads}: {said} {seen} {x.grad}"


def extrema_of_any_dtype(m: Any) -> Iterator[str]:
    """The dtype that rules give where the leaf takes any."""
    ops: tuple[Callable[[Any], Any], ...] = (
        *(lambda x: x.amax(), lambda x: x.amin(0), lambda x: x.aminmax()[0], lambda x: x.max()),
        *(lambda x: x.norm(float("inf")), lambda x: x.median(), lambda x: x.norm(float("-inf"))),
    )
    for dtype, (place, op) in itertools.product((m.float16, m.float32), enumerate(ops)):
        x = m.tensor([1.0, 2.0, 2.0], dtype=dtype, requires_grad=True)
        made = op(x)
        x.grad_dtype = None
        made.backward()
        yield f"{dtype} {place}: {x.grad} {x.grad.dtype}"


def hooks_of_several(m: Any) -> Iterator[str]:
    """A hook of several tensors in `grad`, which waits for those that the walk reaches."""
    walks: dict[str, Callable[[Any, Any], Any]] = {
        "y, x": lambda x, y: ([y], [x]),
        "y, y": lambda x, y: ([y], [y]),
        "2y, x": lambda x, y: ([y * 2], [x]),
        "xy, x": lambda x, y: ([y * x], [x]),
        "y, xy": lambda x, y: ([y], [x, y]),
        "yx, x": lambda x, y: ([y, x], [x]),
        "yy, x": lambda x, y: ([y, y], [x]),
        "2y y, x": lambda x, y: ([y * 2, y], [x]),
        "2y, xy": lambda x, y: ([y * 2], [x, y]),
    }
    for name, leaves, mode, unused in itertools.product(
        walks, (True, False), ("all", "any"), (False, True)
    ):
        x, y = (m.tensor(1.0, requires_grad=True) for _ in range(2))
        if not leaves:
            x, y = x * 1, y * 1
        seen: list[Any] = []
        x.register_hook(lambda grad, seen=seen: seen.append("x"))
        y.register_hook(lambda grad, seen=seen: seen.append("y"))
        m.autograd.graph.register_multi_grad_hook((x, y), seen.append, mode=mode)
        roots, inputs = walks[name](x, y)
        told = outcome(lambda r=roots, i=inputs, u=unused: m.autograd.grad(r, i, allow_unused=u))
        yield f"{name} {leaves} {mode} {unused}: {told} {seen}"


def versions_of_hooked_gradients(m: Any) -> Iterator[str]:
    """A gradient that a hook was given, and whether it is kept for `.grad` as it is."""
    ops: dict[str, Callable[[Any], Any]] = {
        "product": lambda x: (x * 2).sum(),
        "amin": lambda x: x.amin(),
        "difference": lambda x: (1 - x).sum(),
        "broadcast": lambda x: m.rsub(x, m.ones(2, 3)).sum(),
        "expand": lambda x: x.expand(2, 3).sum(),
        "norm": lambda x: x.norm(),
        "twice": lambda x: (x * x).sum() + x.sum(),
    }
    for (name, op), shape, keeps in itertools.product(
        ops.items(), ((), (1,), (3,), (1, 3)), (False, True)
    ):
        x = m.full(shape, 2.0).requires_grad_()
        kept: list[Any] = []
        x.register_hook(kept.append if keeps else lambda grad: None)
        op(x).backward()
        seen = [(each is x.grad, each._version) for each in kept]
        yield f"{name} {shape} {keeps}: {x.grad._version} {seen}"


TABLES: tuple[Table, ...] = (
    leaves_of_another_grad_dtype,
    seeds_at_edges_of_another_grad_dtype,
    seeds_with_a_history,
    extrema_of_any_dtype,
    hooks_of_several,
    versions_of_hooked_gradients,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
@pytest.mark.filterwarnings("ignore")
def test_each_is_what_it_is_on_torch(table: Table):
    assert differences(table) == []

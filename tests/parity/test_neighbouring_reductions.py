"""Reductions and in-place comparisons that fuzzing found to be others than torch's, and what lies
around them: forms of calls, halves, operands that were replaced, graphs, strides.

The tables are as those of `test_neighbouring_calls`.
"""

from __future__ import annotations

import itertools
import random
import warnings
from collections.abc import Callable, Iterator, Sequence
from operator import methodcaller
from typing import Any

import pytest

from tests.mini_autograd.test_recorded_graphs import graph
from tests.parity.tables import Table, differences, outcome


def forms_of_calls(m: Any) -> Iterator[str]:
    """Arguments by position and by name that fit one form of several, or none."""
    names = [
        "std",
        "var",
        "sum",
        "mean",
        "norm",
        "prod",
        "max",
        "amax",
        "cumsum",
        "all",
        "median",
        "sort",
    ]
    by_position: list[tuple[Any, ...]] = [
        (1, 2), (1, 0), (1, 2, 3), ((0,), 2), ((0,), 2, 0), (True,), (True, 1), ((0,), True),
        (0, True), (0, 1, True), (1, None), (None, 1), (0, 1.5), (1.5,), ("a",),
    ]  # fmt: skip
    by_name: list[dict[str, Any]] = [
        {"keepdim": 1}, {"dim": 0, "keepdim": 2}, {"unbiased": 1}, {"dim": 0, "unbiased": True},
        {"correction": 2}, {"dim": 0, "correction": True}, {"dim": True},
    ]  # fmt: skip
    x = m.ones(2, 3)
    for name in names:
        for args in by_position:
            for call in (methodcaller(name, *args), lambda x, n=name, a=args: getattr(m, n)(x, *a)):
                yield f"{name} {args}: {outcome(lambda call=call: call(x))}"
        for named in by_name:
            yield f"{name} {named}: {outcome(lambda n=name, k=named: getattr(x, n)(**k))}"
    for name in ("abs", "exp", "relu", "t"):
        yield outcome(lambda name=name: getattr(m, name)(x, 1))


def sums_of_halves(m: Any) -> Iterator[str]:
    """What is summed in half precision, by dims that lie side by side or apart."""
    draw = random.Random(2)
    for shape in ((2, 2, 2), (2, 3, 2, 2), (2, 1, 3, 2)):
        count = len(shape)
        some = [d for n in range(1, count + 1) for d in itertools.combinations(range(count), n)]
        for name, dims in itertools.product(("float32", "int64", "complex64", "float16"), some):
            numbers = [round(draw.uniform(-30, 30), 2) for _ in range(24)]
            size = 8 if count == 3 else 24 if shape[1] == 3 else 12
            x = m.tensor(numbers[:size]).reshape(*shape).to(getattr(m, name))
            yield f"{shape} {name} {dims}: {x.sum(dims, dtype=m.float16).tolist()}"


def replaced_operands(m: Any) -> Iterator[str]:
    """A walk through a reduction whose operand has another shape by then."""
    shapes: Sequence[tuple[int, ...]] = ((1, 2), (3,), (2, 3), (), (2, 2, 2), (0,))
    names = ["amax", "amin", "max", "min", "sum", "mean", "prod", "norm", "median", "nansum"]
    for name, dim, old, new in itertools.product(names, (0, 1, -1), shapes[1:4], shapes):
        x = m.ones(old, requires_grad=True)
        try:
            reduced = getattr(x, name)(dim=dim)
        except (IndexError, RuntimeError):  # no such dim
            continue
        result = reduced if m.is_tensor(reduced) else reduced[0]
        x.data = m.ones(new)
        walked = outcome(lambda result=result: result.backward(m.ones_like(result)))
        yield f"{name} {dim} {old} {new}: {walked} {x.grad}"


def graphs_of_norms(m: Any) -> Iterator[str]:
    """The graph of a norm's gradient, and of that gradient's own."""
    data = (1.0, [1.0, 2.0], [[1.0, -2.0], [3.0, 4.0]])
    norms = (0.5, 1.5, 2.5, 3, 1, 2, float("inf"))
    for value, order, dims in itertools.product(data, norms, ({}, {"dim": 0})):
        x = m.tensor(value, requires_grad=True)
        x.norm(order, **dims).sum().backward(create_graph=True)
        first, x.grad = x.grad, None
        first.sum().backward(create_graph=True)
        yield f"{value} {order} {dims}: {graph(first)} {graph(x.grad)}"


def graphs_of_products(m: Any) -> Iterator[str]:
    """The graphs of gradients of a product, real and complex."""
    shapes = (((1, 2), (2, 1)), ((2, 2), (2, 2)), ((2, 1), (1, 3)), ((1, 2), (2, 0)))
    for (left, right), name in itertools.product(shapes, ("float32", "complex64")):
        dtype = getattr(m, name)
        a, b = (m.ones(shape, dtype=dtype, requires_grad=True) for shape in (left, right))
        seed = m.ones_like(a @ b).requires_grad_()
        (a @ b).backward(seed, create_graph=True)
        a.grad.backward(m.ones_like(a), create_graph=True)
        yield f"{left} {right} {name}: {[graph(each.grad) for each in (a, b, seed)]}"


def strides_of_gradients(m: Any) -> Iterator[str]:
    """How the gradient of an operand lies that lies in another way itself."""
    operands: tuple[Callable[[], Any], ...] = (
        lambda: m.ones(2, 3, 4),
        lambda: m.ones(4, 3, 2).permute(2, 1, 0),
        lambda: m.ones(3)[None].expand(2, 3),
        lambda: m.ones(2, 6)[:, ::2],
    )
    ops: dict[str, Callable[[Any], Any]] = {
        "to the zero": lambda x: x.pow(0.0),
        "to a zero": lambda x: x ** m.tensor(0.0),
        "prod": lambda x: x.prod(),
        "prod in half": lambda x: x.prod(dtype=m.float16),
        "prod of rows in half": lambda x: x.prod(0, dtype=m.float16),
        "floor": lambda x: x.floor(),
        "cumprod in double": lambda x: x.cumprod(0, dtype=m.float64),
        "sum in half": lambda x: x.sum(dtype=m.float16),
    }
    for make, (name, op) in itertools.product(operands, ops.items()):
        x = make().requires_grad_()
        result = op(x)
        turned = m.ones(tuple(reversed(result.shape))).permute([*reversed(range(result.ndim))])
        for seed, records in itertools.product((m.ones_like(result), turned), (False, True)):
            seed = seed.to(result.dtype)
            options = {"create_graph": records, "retain_graph": True}
            (grad,) = m.autograd.grad(result, x, seed, **options)
            yield f"{name} {x.stride()} {seed.stride()} {records}: {grad.stride()}"


def comparisons_in_place(m: Any) -> Iterator[str]:
    """What is warned of where truths are written into numbers."""
    targets: tuple[Callable[[], Any], ...] = (
        lambda: m.tensor([1.0, 0.0]),
        lambda: m.tensor([1, 0]),
        lambda: m.tensor([True, False]),
        lambda: m.tensor([1j, 0]),
        lambda: m.tensor(1.0),
        lambda: m.tensor([]),
        lambda: m.tensor([1.0, 2.0], requires_grad=True) * 1,
    )
    others = (m.tensor([1j, 1]), m.tensor(1 + 0j), 1j, m.tensor([1.0, 1.0]), m.tensor([1 + 0j]))
    names = [
        "eq_",
        "ne_",
        "lt_",
        "logical_xor_",
        "logical_and_",
        "logical_or_",
        "add_",
        "mul_",
        "copy_",
    ]
    for name, target, other in itertools.product(names, targets, others):
        if name.startswith("logical") and isinstance(other, complex):
            continue
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            said = outcome(lambda n=name, t=target, o=other: getattr(t(), n)(o).tolist())
        yield f"{name} {other}: {said} {[str(each.message)[:30] for each in caught]}"


def products_through_zeros(m: Any) -> Iterator[str]:
    """Gradients of products and running products, of which a zero of either sign is a factor."""
    seeds = [(0.0, 0.0, 0.0), (-0.0, 0.0, 1.0), (-0.0, -0.0, -0.0), (1.0, -1.0, -0.0)]
    for values, seed in itertools.product(itertools.product((1, -1, 0, -0.0), repeat=3), seeds):
        x = m.tensor([float(each) for each in values], requires_grad=True)
        grads = m.autograd.grad(x.cumprod(0), x, m.tensor(list(seed)))
        yield f"cumprod {values} {seed} {grads[0].tolist()}"
        root, factor = x.prod(0), m.tensor(seed[0], requires_grad=True)
        once = m.autograd.grad(root, x, factor, create_graph=True)
        twice = m.autograd.grad(once, (x, factor), m.tensor(list(seed)), allow_unused=True)
        yield f"prod {values} {seed} {[each.tolist() for each in twice]}"


TABLES: tuple[Table, ...] = (
    products_through_zeros,
    forms_of_calls,
    sums_of_halves,
    replaced_operands,
    graphs_of_norms,
    graphs_of_products,
    strides_of_gradients,
    comparisons_in_place,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
@pytest.mark.filterwarnings("ignore")
def test_each_is_what_it_is_on_torch(table: Table):
    assert differences(table) == []

"""Nodes of ops that programs came to call: their names, what they save, and what they are composed
of, over operands that lie in memory in several ways."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.mini_autograd.test_recorded_graphs import graph
from tests.parity.tables import Table, differences, outcome

Shape = tuple[int, ...]


def laid(m: Any, shape: Shape, how: str) -> Any:
    """Ones in a shape: in order, transposed, with gaps, or all in one place."""
    if how == "reversed":
        return m.ones(shape[::-1]).permute(tuple(reversed(range(len(shape)))))
    if how == "gaps" and shape:
        return m.ones(*shape[:-1], shape[-1] * 2)[..., ::2]
    return m.ones(()).expand(shape) if how == "one place" else m.ones(shape)


WAYS = ("in order", "reversed", "gaps", "one place")


def inner_products(m: Any) -> Iterator[str]:
    """`inner` is a dot product, a product of matrices, or a sum of products."""
    pairs: list[tuple[Shape, Shape]] = [
        ((3,), (3,)), ((1,), (1,)), ((1,), (3,)), ((0,), (0,)), ((2, 3), (3,)), ((3,), (2, 3)),
        ((2, 3), (2, 3)), ((1, 3), (1, 3)), ((1, 3), (3,)), ((2, 1), (2, 1)), ((2, 1), (1,)),
        ((2, 2, 3), (3,)), ((2, 2, 3), (2, 3)), ((0, 3), (3,)), ((2, 0), (2, 0)), ((2, 0), (0,)),
        ((1, 1), (1,)), ((1, 2, 1), (2, 1)), ((), (2, 3)), ((), ()),
    ]  # fmt: skip
    for (first, second), ways in itertools.product(pairs, itertools.product(WAYS, repeat=2)):
        a, b = [laid(m, *each) for each in zip((first, second), ways, strict=True)]
        for dtype in ("float32", "int32", "bool", "float16", "complex64", "uint8"):
            kind = getattr(m, dtype)
            x, y = a.to(kind), b.to(kind)
            if kind.is_floating_point or kind.is_complex:
                x, y = x.requires_grad_(), y.requires_grad_()

            def told(x: Any = x, y: Any = y) -> Any:
                r = m.inner(x, y)
                node = graph(r) if r.requires_grad else ""
                return r.tolist(), r.dtype, r.stride(), r._version, r._is_view(), node

            yield f"{first} {second} {ways} {dtype}: {outcome(told)}"


def saved(m: Any, made: Any) -> Iterator[str]:
    """What the nodes below a tensor saved."""
    nodes, seen = [made.grad_fn], []
    while nodes:
        node = nodes.pop(0)
        if node is None or node in seen:
            continue
        seen.append(node)
        yield node.name()
        for name in sorted(each for each in dir(node) if each.startswith("_saved_")):
            value = getattr(node, name)
            yield f"{name}={value.tolist() if m.is_tensor(value) else value}"
        nodes.extend(target for target, _ in node.next_functions)


def saved_arguments(m: Any) -> Iterator[str]:
    """What each node keeps, by which operands require grad."""
    index = m.tensor([0])
    ops = {
        "addmv": lambda x, y: m.addmv(x, m.ones(2, 2) * y.sum(), y, alpha=2, beta=3),
        "addmm": lambda x, y: m.addmm(x, m.ones(2, 2), y.expand(2, 2), alpha=2, beta=3),
        "complex": m.complex,
        "diag": lambda x, y: m.diag((x + y).expand(2, 2), 1),
        "index_copy": lambda x, y: x.index_copy(0, index, y[:1]),
        "put": lambda x, y: x.put(index, y[:1], True),
        "rsub": lambda x, y: m.rsub(x, y, alpha=2),
        "sub": lambda x, y: m.sub(x, y, alpha=2),
        "select_scatter": lambda x, y: x.select_scatter(y[0], 0, 1),
        "slice_scatter": lambda x, y: x.slice_scatter(y[:1], 0, 1),
        "l1_loss": m.nn.functional.l1_loss,
        "mean": lambda x, y: (x + y).mean(),
        "mean of rows": lambda x, y: (x + y).mean(0),
        "masked_scatter": lambda x, y: x.masked_scatter(y > 0, y),
        "scatter": lambda x, y: x.scatter(0, index, y),
        "index_add": lambda x, y: x.index_add(0, index, y[:1], alpha=2),
        "where": lambda x, y: m.where(x > 0, x, y),
        "mm": lambda x, y: x.expand(2, 2) @ y.expand(2, 2),
        "maximum": lambda x, y: m.maximum(x, y),
        "norm": lambda x, y: (x + y).norm(3, 0, True),
        "std": lambda x, y: m.std_mean(x + y, 0, correction=0)[0],
    }
    for (name, op), needs in itertools.product(ops.items(), ((1, 1), (1, 0), (0, 1))):
        x, y = m.ones(2), m.ones(2) * 2
        for each, needed in zip((x, y), needs, strict=True):
            each.requires_grad_(bool(needed))
        yield f"{name} {needs}: {outcome(lambda op=op, x=x, y=y: list(saved(m, op(x, y))))}"


def written_operands(m: Any) -> Iterator[str]:
    """Backward after an operand was written to, which the node saved or did not."""
    ops = {"complex": m.complex, "rsub": m.rsub, "put": lambda x, y: x.put(m.tensor([0, 1]), y)}
    for (name, op), needs, at in itertools.product(ops.items(), ((1, 1), (1, 0), (0, 1)), (0, 1)):
        given = [m.ones(2, requires_grad=bool(each)) * 1 for each in needs]
        made = op(*given)
        given[at][0] = 2

        def walk(made: Any = made) -> None:
            made.backward(m.ones_like(made))

        yield f"{name} {needs} {at}: {outcome(walk)}"


def hooks_of_argsort(m: Any) -> Iterator[str]:
    """`argsort` is a sort, which saves what it then gives."""
    packed: list[Any] = []

    def pack(tensor: Any) -> Any:
        packed.append(tensor.tolist())
        return tensor

    x = m.tensor([[3.0, 1.0, 2.0]], requires_grad=True)
    with m.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        for named in ({}, {"stable": True}, {"stable": False}, {"dim": 0}, {"descending": True}):
            yield f"{named}: {outcome(lambda k=named: m.argsort(x, **k))} {packed}"
            packed.clear()
    for args in ((x, 0, True, True), (x, True), (x, 0, 0), (x, "a"), (x, 5), (m.ones(()), 0)):
        yield outcome(lambda args=args: m.argsort(*args))
        yield outcome(lambda args=args: args[0].argsort(*args[1:]))
    for named in ({"stable": None}, {"stable": 1}, {"dim": "a"}):
        yield outcome(lambda named=named: m.argsort(x, **named))
        yield outcome(lambda named=named: x.argsort(**named))


def gradients_of_gradients(m: Any) -> Iterator[str]:
    """The graphs behind second orders of likelihoods and complex views, by the seed's layout."""
    seeds: dict[str, Callable[..., Any]] = {
        "rows": lambda *shape: m.ones(*shape),
        "columns": lambda *shape: m.ones(*shape[::-1]).permute(*range(len(shape))[::-1]),
        "expanded": lambda *shape: m.ones(*[1] * len(shape)).expand(*shape),
        "strided": lambda *shape: m.ones(*shape[:-1], 2 * shape[-1])[..., ::2],
    }
    losses = (m.nn.functional.cross_entropy, m.nn.functional.nll_loss)
    shapes = ((1, 2, 2), (2, 3, 2), (2, 3), (2, 3, 2, 1), (2, 3, 2, 1, 2))
    for (name, seed), requires_grad in itertools.product(seeds.items(), (False, True)):
        for (place, loss), shape in itertools.product(enumerate(losses), shapes):
            x = m.ones(*shape, requires_grad=True)
            made = loss(x, m.zeros((shape[0], *shape[2:]), dtype=m.int64))
            first = m.autograd.grad(made * made, x, create_graph=True)[0]
            given = seed(*shape).requires_grad_(requires_grad)
            again = m.autograd.grad(first, x, given, create_graph=True)[0]
            yield f"{name} {place} {shape}: {again.stride()} {graph(again)}"
        x = m.ones(2, 3, 2, requires_grad=True)
        given = seed(2, 3).to(m.complex64).requires_grad_(requires_grad)
        first = m.autograd.grad(m.view_as_complex(x), x, given, create_graph=True)[0]
        yield f"{name} complex: {first.stride()} {graph(first)}"


TABLES: tuple[Table, ...] = (
    inner_products,
    saved_arguments,
    written_operands,
    hooks_of_argsort,
    gradients_of_gradients,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
@pytest.mark.filterwarnings("ignore")
def test_each_is_what_it_is_on_torch(table: Table):
    assert differences(table) == []

"""Tensors that were given a region of other memory, and what went back through them."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome


def regions_that_were_set(m: Any) -> Iterator[str]:
    """`set_` to a region of another's memory: its strides, its graph, what it refuses."""
    sources: dict[str, Callable[[], Any]] = {
        "plain": lambda: m.arange(6.0),
        "part": lambda: m.arange(6.0)[1:],
        "leaf": lambda: m.arange(6.0).requires_grad_(),
        "turned": lambda: m.arange(6.0).view(2, 3).t(),
        "expanded": lambda: m.ones(1).expand(6),
    }
    targets: dict[str, Callable[[], Any]] = {
        "plain": lambda: m.ones(2),
        "result": lambda: m.ones(2, requires_grad=True) * 2,
        "leaf": lambda: m.ones(2, requires_grad=True),
    }
    regions = ((0, (2,)), (1, (2, 2)), (0, (2, 2), (1, 2)), (2, ()), (0, (3,), (0,)))
    for (of, source), (to, target) in itertools.product(sources.items(), targets.items()):
        for region in regions:
            x, y = source(), target()
            told = outcome(lambda x=x, y=y, region=region: y.set_(x, *region) is y)
            node = y.grad_fn
            edges = node and [
                (each and each.name(), number) for each, number in node.next_functions
            ]
            yield f"{of} {to} {region}: {told} {y} {y.stride()} {y._version} {edges}"


def writes_beside_what_was_set(m: Any) -> Iterator[str]:
    """A write to a view whose base shows another region: torch counts from where that begins."""
    regions: tuple[tuple[int, tuple[int, ...]], ...] = (
        *((1, (4,)), (0, (4,)), (2, (3,)), (0, (5,)), (1, (2, 2))),
    )
    before: dict[str, Callable[[Any], Any]] = {
        "permute": lambda t: t.permute(()),
        "view": lambda t: t.view(1),
        "expand": lambda t: t.expand(2),
    }
    after: dict[str, Callable[[Any], Any]] = {
        "permute": lambda t: t.permute(*range(t.dim())[::-1]),
        "view": lambda t: t.view(-1),
        "expand": lambda t: t[:1].expand(3, *t.shape[1:]),
        "part": lambda t: t[1:],
    }
    writes: dict[str, Callable[[Any], Any]] = {
        "ceil": lambda t: t.ceil_(),
        "add": lambda t: t.add_(m.ones(())),
        "set": lambda t: t.set_(),
        "zero": lambda t: t.zero_(),
        "copy": lambda t: t.copy_(m.ones(t.shape)),
    }
    views = [(name, view, True) for name, view in before.items()]
    views += [(name, view, False) for name, view in after.items()]
    for region, (name, view, early), write in itertools.product(regions, views, writes):
        for graph in (False, True):

            def told(view: Any = view, early: bool = early, region: Any = region, w: Any = write,
                     graph: bool = graph) -> Any:  # fmt: skip
                x = m.tensor(1.0, requires_grad=True)
                t = x * 1
                seen = view(t) if early else None
                t.set_(m.arange(6.0), *region)
                seen = view(t) if seen is None else seen
                writes[w](seen)
                seen = seen if early else (seen * 2).sum()
                seen.backward(m.ones(seen.shape), create_graph=graph)
                return x.grad

            yield f"{name} {early} {region} {write} {graph}: {outcome(told)}"


def empty_pieces(m: Any) -> Iterator[str]:
    """Writes to nothing, wherever in its base that begins; and what anomaly mode says of `set_`."""
    for start, key in itertools.product((0, 1), (slice(-1, -1), slice(5, 5), slice(0, 0))):
        for shape in ((1, 0), (1, 2), (2, 1)):

            def told(start: int = start, key: Any = key, shape: Any = shape) -> Any:
                x = m.tensor(1.0, requires_grad=True)
                piece = m.zeros(shape).narrow(0, start, 0)
                piece[key,] = x
                piece.backward(m.zeros(piece.shape))
                return x.grad

            yield f"{start} {key} {shape}: {outcome(told)}"
    for early in (False, True):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            x = m.tensor(1.0, requires_grad=True)
            made = x * 1
            if early:
                made.set_(x)
            with m.autograd.detect_anomaly():
                if not early:
                    made.set_(x)
                yield outcome(made.backward)
        yield str(["".join(str(each.message).split()[:6]) for each in said])


TABLES: tuple[Table, ...] = (regions_that_were_set, writes_beside_what_was_set, empty_pieces)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
@pytest.mark.filterwarnings("ignore")
def test_each_is_what_it_is_on_torch(table: Table):
    assert differences(table) == []

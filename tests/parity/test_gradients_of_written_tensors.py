"""What a gradient is that goes back through a write: its version, or why there is none."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome

_DTYPES = ("float16", "float32", "float64")


def _versions(torch: Any) -> Iterator[str]:
    """torch makes the zeros that a comparison gives in the operand's own dtype, and counts that."""
    ops = ("ge_", "gt_", "le_", "lt_", "eq_", "ne_", "logical_or_", "logical_and_", "mul_", "sub_")
    for op, mine, others, size in itertools.product(ops, _DTYPES, _DTYPES, (1, 2)):

        def call(op: str = op, mine: str = mine, others: str = others, size: int = size) -> Any:
            x = torch.ones(2, dtype=getattr(torch, mine), requires_grad=True)
            y = torch.ones(size, dtype=getattr(torch, others), requires_grad=True)
            z = x.clone()
            getattr(z, op)(y)
            grads = torch.autograd.grad(z, [x, y], torch.ones_like(z), allow_unused=True)
            return [(each._version, each.dtype, each) for each in grads if each is not None]

        yield f"{op} {mine} {others} {size}: {outcome(call)}"


def _bases_that_overlap(torch: Any) -> Iterator[str]:
    """A write to a view of what has become, by `.data = ...`, one element that is shown twice."""
    memories = (
        "torch.ones(1).expand(2)", "torch.ones(1)[None].expand(2, 1).squeeze(1)", "torch.ones(2)",
    )  # fmt: skip
    views = ("y[:1]", "y[1:]", "y[:0]", "y[:]", "y.view_as(y)", "y.narrow(0, 0, 2)")
    writes = ("t.zero_()", "t.mul_(2)", "t.fill_(3)", "t.relu_()")
    for memory, view, write, graph in itertools.product(memories, views, writes, (False, True)):

        def call(
            memory: str = memory, view: str = view, write: str = write, graph: bool = graph
        ) -> Any:
            x = torch.ones(2, requires_grad=True)
            y = x * 1
            y.data = eval(memory, {"torch": torch})
            eval(write, {"t": eval(view, {"y": y})})
            return torch.autograd.grad(y, x, torch.ones(2), create_graph=graph)

        yield f"{memory} {view} {write} {graph}: {outcome(call)}"


@pytest.mark.parametrize("table", [_versions, _bases_that_overlap])
def test_gradients_are_those_of_torch(table: Table) -> None:
    assert differences(table) == []

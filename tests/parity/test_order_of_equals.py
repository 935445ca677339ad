"""Which of equal elements `topk` takes, and in which order `sort` leaves them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome

NAN = float("nan")
SIZES = (1, 2, 3, 4, 5, 8, 16, 17, 20, 33, 64, 65, 130, 257)


def _rows(m: Any) -> Iterator[Any]:
    random.seed(2013)
    for size in SIZES:
        for kinds in (1, 2, 3, 7, 50):
            row = [float(random.randrange(kinds)) for _ in range(size)]
            yield m.tensor(row)
            yield m.tensor(row).to(m.int64)
            yield m.tensor([NAN if value == 1 else value for value in row], dtype=m.float64)


def greatest(m: Any) -> Iterator[str]:
    """Of few or many, in order or not."""
    for x in _rows(m):
        size = len(x)
        for k in sorted({1, 2, 3, size // 2, size}):
            for largest in (True, False):
                for in_order in (True, False):
                    if k <= size:
                        found = x.topk(k, largest=largest, sorted=in_order)
                        yield f"{size} {x.dtype} {k} {largest} {in_order} {found.indices.tolist()}"


def in_order(m: Any) -> Iterator[str]:
    """Sorted stably or not, along either dim."""
    for x in _rows(m):
        for descending in (False, True):
            for stable in (False, True):
                found = x.sort(stable=stable, descending=descending).indices
                again = x.argsort(stable=stable, descending=descending)
                yield f"{len(x)} {x.dtype} {descending} {stable} {found.tolist()} {again.tolist()}"
            columns = m.stack([x, x.flip(0)], 1).sort(0, descending=descending)
            yield f"{columns.indices.tolist()} {columns.indices.stride()}"


def without_elements(m: Any) -> Iterator[str]:
    """No rows, or rows of nothing; and long rows whose order follows from how they are sorted."""
    for shape in ((0, 3), (3, 0), (0,)):
        for k in (0, 2):
            for in_order in (True, False):
                x = m.zeros(shape)
                said = outcome(lambda x=x, k=k, ordered=in_order: x.topk(k, sorted=ordered))
                yield f"{shape} {k} {in_order} {said}"
        yield f"{shape} {m.zeros(shape).sort()}"
    random.seed(5)
    row = [random.randrange(10) for _ in range(1 << 15)]
    for dtype in (m.int64, m.uint8):
        yield str(hash(tuple(m.tensor(row, dtype=dtype).sort().indices.tolist())))


@pytest.mark.parametrize(
    "table", [greatest, in_order, without_elements], ids=lambda table: table.__name__
)
def test_equal_elements_are_taken_in_torch_s_order(table: Table) -> None:
    assert differences(table) == []

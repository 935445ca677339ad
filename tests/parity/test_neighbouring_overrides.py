"""Whom a plain tensor asks, and with what, if beside it is a type with `__torch_function__` that
is no tensor, or a subclass: in operators, subscripts and methods that write.

The tables are as those of `test_neighbouring_calls`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome

OPERATORS: list[Callable[[Any, Any], Any]] = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod,
    operator.pow, operator.matmul, operator.and_, operator.or_, operator.xor, operator.lt,
    operator.le, operator.gt, operator.ge, operator.eq, operator.ne,
]  # fmt: skip
IN_PLACE: list[Callable[[Any, Any], Any]] = [
    operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ifloordiv,
    operator.imod, operator.iand, operator.ior, operator.ixor,
]  # fmt: skip


def told(func: Any, types: Any, args: Any, kwargs: Any) -> str:
    kinds = [type(each).__name__ for each in args]
    return f"{func.__name__} {[each.__name__ for each in types]} {kinds} {sorted(kwargs or ())}"


def askers(m: Any) -> list[Any]:
    """One that tells with what it is asked, one that declines, and a subclass that tells."""

    def tell(cls: type, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> str:
        return told(func, types, args, kwargs)

    def decline(cls: type, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return NotImplemented

    name = "__torch_function__"
    telling = type("Telling", (), {name: classmethod(tell)})
    declining = type("Declining", (), {name: classmethod(decline)})
    subclass = type("Tagged", (m.Tensor,), {name: classmethod(tell)})
    return [telling(), declining(), subclass([1.0, 2.0])]


def operators(m: Any) -> Iterator[str]:
    for other in askers(m):
        for tensor in (m.ones(2), m.ones(2, requires_grad=True)):
            for apply in (*OPERATORS, *IN_PLACE):
                pairs = ((tensor, other), (other, tensor))
                for left, right in pairs if apply in OPERATORS else pairs[:1]:

                    def call(apply: Any = apply, left: Any = left, right: Any = right) -> Any:
                        return apply(left, right)

                    yield f"{apply.__name__} {type(left).__name__}: {outcome(call)}"


def subscripts(m: Any) -> Iterator[str]:
    for other in askers(m)[:2]:
        for x in (m.ones(2), m.ones(2, requires_grad=True)):
            for item in (other, (other, 0), (0, other), [other], [0, other], (None, other)):
                yield outcome(lambda x=x, item=item: x[item])
                yield outcome(lambda x=x, item=item: x.__setitem__(item, 1))
            yield outcome(lambda x=x, other=other: x.__setitem__(0, other))


def writing_methods(m: Any) -> Iterator[str]:
    for other in askers(m)[:1]:
        for x in (m.ones(2), m.ones(2, requires_grad=True)):
            for name in ("add_", "sub_", "mul_", "div_", "copy_", "fill_", "pow_", "eq_", "lt_"):
                yield outcome(lambda x=x, name=name, other=other: getattr(x, name)(other))
            for name in ("index_fill_", "index_add_", "scatter_"):
                yield outcome(
                    lambda x=x, name=name, other=other: getattr(x, name)(0, m.tensor([0]), other)
                )


@pytest.mark.parametrize(
    "table", [operators, subscripts, writing_methods], ids=lambda table: table.__name__
)
def test_same_as_torch(table: Table) -> None:
    assert differences(table) == []

"""Ops that programs came to call: values, layouts, versions, warnings and errors over neighbouring
operands."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome
from tests.parity.test_neighbouring_arguments import warned

DTYPES = ("float32", "float16", "complex64", "int64", "int32", "uint8", "bool")


def shown(made: Any) -> Any:
    """What is to be compared of a result."""
    return made.tolist(), made.dtype, made.stride(), made._version, made._is_view()


def scattered_numbers(m: Any) -> Iterator[str]:
    """Gradients of scattered tensors, also of those without dims."""
    shapes: list[tuple[int, ...]] = [(), (1,), (3,), (2, 2)]
    for shape, dtype in itertools.product(shapes, ("float32", "complex64", "float16")):
        for rank, (name, more) in itertools.product((0, 1, 2), SCATTERS.items()):
            x = m.ones(shape, dtype=getattr(m, dtype), requires_grad=True)
            index = m.zeros((1,) * rank, dtype=m.int64)

            def told(x: Any = x, index: Any = index, name: str = name, more: Any = more) -> Any:
                given = [m.ones_like(index).to(x.dtype) * 2 if a is None else a for a in more]
                made = getattr(x, name)(0, index, *given)
                made.backward(m.ones_like(made) * 3)
                return made.tolist(), x.grad.tolist(), x.grad.stride()

            yield f"{shape} {dtype} {rank} {name} {more}: {outcome(told)}"


def copied_slices(m: Any) -> Iterator[str]:
    """Slices of a source that are copied or added, where a tensor without dims is one slice."""
    targets: list[tuple[int, ...]] = [(), (1,), (3,), (2, 2), (0,), (0, 2)]
    sources: list[tuple[int, ...]] = [(), (1,), (2,), (1, 2), (2, 1), (0,), (0, 2)]
    indices = (0, [0], [0, 0], [], [[0]], [1], [-1])
    for name, target, source in itertools.product(("index_copy", "index_add"), targets, sources):
        for places, dim in itertools.product(indices, (0, 1, -1)):
            x = m.ones(target, requires_grad=True)
            y = (m.ones(source) * 2).requires_grad_()

            def told(
                x: Any = x, y: Any = y, name: str = name, places: Any = places, dim: int = dim
            ) -> Any:
                made = getattr(x, name)(dim, m.tensor(places, dtype=m.int64), y)
                made.backward(m.ones_like(made) * 3)
                return made.tolist(), x.grad.tolist(), y.grad.tolist()

            yield f"{name} {target} {source} {places} {dim}: {outcome(told)}"


SCATTERS: dict[str, tuple[Any, ...]] = {
    "scatter": (1.5,),
    "scatter_add": (None,),
    "index_fill": (1.5,),
    "index_copy": (None,),
    "index_add": (None,),
    "gather": (),
    "index_select": (),
}


def close_numbers(m: Any) -> Iterator[str]:
    """`isclose` lies as its first operand, and counts what torch writes."""
    ways: tuple[Callable[[Any], Any], ...] = (
        lambda x: x,
        lambda x: x.t().contiguous().t(),
        lambda x: x[:, :1].expand(2, 2),
        lambda x: x[:, 1],
        lambda x: x[0, 1],
        lambda x: x[:0],
    )
    tolerances = ({}, {"equal_nan": True}, {"rtol": 0, "atol": 0}, {"rtol": 0}, {"atol": 2})
    for dtype, a, b, named in itertools.product(DTYPES, ways, ways, tolerances):
        x = m.tensor([[1, 2], [0, 1]]).to(getattr(m, dtype))
        y = m.tensor([[1, 3], [float("nan"), 1]] if dtype == "float32" else [[1, 3], [0, 2]])
        y = y.to(getattr(m, dtype))
        x, y = a(x), b(y)
        yield f"{dtype} {named}: {outcome(lambda x=x, y=y, k=named: shown(m.isclose(x, y, **k)))}"
        yield f"{dtype} {named}: {outcome(lambda x=x, y=y, k=named: m.allclose(x, y, **k))}"


def reversed_differences(m: Any) -> Iterator[str]:
    """`rsub` begins with its second operand, and so lies as that."""
    ways: tuple[Callable[[], Any], ...] = (
        lambda: m.ones(2, 3),
        lambda: m.ones(3, 2).t(),
        lambda: m.ones(3).expand(2, 3),
        lambda: m.ones(2, 6)[:, ::2],
        lambda: m.ones(2, 1),
        lambda: m.ones(3),
        lambda: m.tensor(2.0),
        lambda: 2,
        lambda: 1.5,
    )
    for (a, x), (b, y) in itertools.product(enumerate(ways[:-2]), enumerate(ways)):
        for named in ({}, {"alpha": 2}, {"alpha": True}):
            for name in ("rsub", "sub", "add"):

                def told(name: str = name, x: Any = x, y: Any = y, named: Any = named) -> Any:
                    return shown(getattr(m, name)(x(), y(), **named))

                yield f"{name} {a} {b} {named}: {outcome(told)}"


def rounded_decimals(m: Any) -> Iterator[str]:
    """`round` of integers has one kernel without decimals, another with them."""
    for dtype, places, size in itertools.product(DTYPES, (-3, -1, 0, 2), ((), (0,), (2,))):
        x = m.ones(size).to(getattr(m, dtype))
        for op in (m.round, m.Tensor.round, m.Tensor.round_):
            said = outcome(lambda f=op, x=x, p=places: shown(f(x.clone(), decimals=p)))
            yield f"{dtype} {places} {size}: {said}"


def ends_of_ranges(m: Any) -> Iterator[str]:
    """`linspace` between tensors, which must have no dims."""
    ends = (1, 2.5, m.tensor(3.0), m.tensor(2), m.ones(1), m.ones(2, 2), m.ones(0))
    for start, end, steps in itertools.product(ends, ends, (-1, 0, 1, 3)):
        yield outcome(lambda a=start, b=end, n=steps: shown(m.linspace(a, b, n)))
    numbers = (1, 2j, 3 + 1j, m.tensor(2.0), m.tensor(1j), m.tensor(1j).to(m.complex128))
    dtypes = (None, m.float32, m.int64, m.complex64, m.complex128)
    for start, end, n, dtype in itertools.product(numbers, numbers, (-1, 0, 1, 5), dtypes):
        yield outcome(lambda a=start, b=end, n=n, t=dtype: shown(m.linspace(a, b, n, dtype=t)))


def one_hot_classes(m: Any) -> Iterator[str]:
    """`one_hot` counts as a tensor that was written to."""
    classes = ([0], [0, 1], [[2, 0], [1, 1]], 0, [], [[], []], [-1], [5])
    for values, count, dtype in itertools.product(classes, (-1, 0, 3), ("int64", "int32")):
        x = m.tensor(values, dtype=getattr(m, dtype))
        yield outcome(lambda x=x, n=count: shown(m.nn.functional.one_hot(x, n)))


def same_numbers(m: Any) -> Iterator[str]:
    """`positive` is the tensor itself."""
    for dtype, size in itertools.product(DTYPES, ((), (0,), (2,), (2, 0))):
        x = m.ones(size).to(getattr(m, dtype))
        yield f"{dtype} {size}: {outcome(lambda x=x: (m.positive(x) is x, +x is x))}"


def running_in_other_dtypes(m: Any) -> Iterator[str]:
    """Running sums and products in another dtype, which a complex number's imaginary part lacks."""
    sizes = ((), (0,), (2,), (1, 1), (2, 0))
    for name, dtype, wanted, size in itertools.product(
        ("cumsum", "cumprod", "sum", "prod"), DTYPES, (None, *DTYPES), sizes
    ):
        x = m.ones(size).to(getattr(m, dtype))
        into = wanted and getattr(m, wanted)
        for form in (name, f"{name}_") if name.startswith("cum") else (name,):

            def told(form: str = form, x: Any = x, into: Any = into) -> Any:
                return shown(getattr(x.clone(), form)(0, dtype=into))

            yield f"{form} {dtype} {wanted} {size}: {warned(told)}"


TABLES: tuple[Table, ...] = (
    copied_slices,
    scattered_numbers,
    close_numbers,
    reversed_differences,
    rounded_decimals,
    ends_of_ranges,
    one_hot_classes,
    same_numbers,
    running_in_other_dtypes,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
@pytest.mark.filterwarnings("ignore")
def test_each_is_what_it_is_on_torch(table: Table):
    assert differences(table) == []

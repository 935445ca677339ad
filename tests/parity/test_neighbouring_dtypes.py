"""Dtypes that an op's operands, numbers and results may have, or may not: what integers do where a
history is wanted, what complex numbers do where they are written, what a number does that is out
of range, do here what they do on torch."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.parity.tables import differences, outcome
from tests.parity.test_neighbouring_arguments import warned

NAMES = (
    "bool", "uint8", "int8", "int32", "int64",
    "float16", "float32", "float64", "complex64", "complex128",
)  # fmt: skip
FLOATING = ("float16", "float32", "float64", "complex64", "complex128")
NAN, INF = float("nan"), float("inf")


def _writes(m: Any) -> dict[str, tuple[list[int], list[int], Callable[[Any, Any], Any]]]:
    """Ops that write one tensor into another: the shapes of both, and the call."""
    at, mask = m.tensor([0]), m.tensor([True, False, True])
    return {
        "select_scatter": ([3], [], lambda a, b: m.select_scatter(a, b, 0, 1)),
        "slice_scatter": ([3], [2], lambda a, b: m.slice_scatter(a, b, 0, 0, 2)),
        "index_put": ([3], [1], lambda a, b: m.index_put(a, (at,), b)),
        "index_fill": ([3], [], lambda a, b: m.index_fill(a, 0, at, b)),
        "masked_fill": ([3], [], lambda a, b: m.masked_fill(a, mask, b)),
        "masked_fill_": ([3], [], lambda a, b: a.clone().masked_fill_(mask, b)),
        "masked_scatter": ([3], [3], lambda a, b: m.masked_scatter(a, mask, b)),
        "copy_": ([3], [3], lambda a, b: a.clone().copy_(b)),
        "fill": ([3], [], m.fill),
        "fill_": ([3], [], lambda a, b: a.clone().fill_(b)),
        "where": ([3], [3], lambda a, b: m.where(mask, a, b)),
        "scatter": ([3], [1], lambda a, b: m.scatter(a, 0, at, b)),
        "put": ([3], [1], lambda a, b: m.put(a, at, b)),
    }


def _shown(result: Any, *leaves: Any) -> str:
    """A result with its place in the graph, and what goes back to the leaves."""
    node = type(result.grad_fn).__name__ if result.requires_grad else None
    total = result.sum().real if result.dtype.is_complex else result.sum()
    told = outcome(lambda: total.backward())
    return f"{result.tolist()} {result.dtype} {node} {told} {[each.grad for each in leaves]}"


def written_dtypes(m: Any) -> Iterator[str]:
    """Any dtype into any other, where either requires grad."""
    for (name, (into, given, call)), left, right in itertools.product(
        _writes(m).items(), NAMES, NAMES
    ):
        for grads in itertools.product((False, True), repeat=2):
            if any(g and d not in FLOATING for g, d in zip(grads, (left, right), strict=True)):
                continue
            a = m.ones(into, dtype=getattr(m, left), requires_grad=grads[0])
            b = m.ones(given, dtype=getattr(m, right), requires_grad=grads[1])
            yield f"{name} {left} {right} {grads}: {warned(lambda f=call, x=a, y=b: f(x, y))}"
            told = warned(lambda f=call, x=a, y=b: _shown(f(x, y), x, y))
            yield f"{name} {left} {right} {grads} back: {told}"


ON_INTEGERS = """
abs neg sum mean prod t clone sign relu max min amax argmax sort trace square sqrt sigmoid nonzero
any all logical_not floor round contiguous detach double int long bool reshape flatten unsqueeze
mul add sub matmul pow where index_select gather cat stack split unbind select narrow repeat roll
eq floor_divide remainder cumsum clamp median zeros_like diagonal tril flip
"""


def _of_integers(m: Any, name: str, x: Any) -> Any:
    """What a method of some name gives of integers that have a history."""
    rest: dict[str, tuple[Any, ...]] = {
        "reshape": (9,), "unsqueeze": (0,), "mul": (x,), "add": (2,), "sub": (x,), "matmul": (x,),
        "pow": (2,), "index_select": (0, m.tensor([0])), "gather": (0, m.tensor([[0]])),
        "split": (2,), "select": (0, 0), "narrow": (0, 0, 1), "repeat": (2, 1), "roll": (1, 0),
        "eq": (x,), "floor_divide": (x,), "remainder": (x,), "cumsum": (0,), "clamp": (0, 1),
        "flip": ((0,),),
    }  # fmt: skip
    if name == "where":
        return m.where(m.ones(3, 3, dtype=m.bool), x, x)
    if name in ("cat", "stack"):
        return getattr(m, name)([x, x])
    if name in ("zeros_like",):
        return m.zeros_like(x)
    return getattr(x, name)(*rest.get(name, ()))


def integers_with_a_history(m: Any) -> Iterator[str]:
    """A float that requires grad may fill them; then what can be no history is refused."""
    for dtype, name in itertools.product(("int64", "uint8", "bool"), ON_INTEGERS.split()):
        x = m.ones(3, 3, dtype=getattr(m, dtype))
        x.fill_(m.tensor(1.0, requires_grad=True))
        told = outcome(lambda n=name, given=x: _of_integers(m, n, given))
        yield f"{dtype} {name}: {told}"
    x = m.ones(3, requires_grad=True)
    for name in ("sum", "prod", "nansum", "cumsum", "cumprod", "softmax"):
        first = () if name in ("sum", "prod", "nansum") else (0,)
        told = outcome(lambda n=name, f=first: getattr(x, n)(*f, dtype=m.int64))
        yield f"{name} as integers: {told}"


def numbers_out_of_range(m: Any) -> Iterator[str]:
    """By which a second operand, or a product, is multiplied."""
    values = (2, 128, 200, 256, -1, -128, -129, -255, -256, 2**31, -(2**40), 1e30, NAN, INF, 2.5)
    for dtype, value, size in itertools.product(NAMES[:8], values, (0, 2)):
        x = m.ones(size, dtype=getattr(m, dtype))
        for name in ("add", "sub", "rsub"):
            yield f"{name} {dtype} {value} {size}: {outcome(lambda n=name: getattr(m, n)(x, x, alpha=value))}"  # noqa: B023, E501
        matrix = m.ones(size, size, dtype=x.dtype)
        for name, key in itertools.product(("addmm", "addmv"), ("alpha", "beta")):
            if dtype in ("bool", "float16"):
                continue
            last = matrix if name == "addmm" else x
            call = lambda n=name, k=key, z=last: getattr(m, n)(z, matrix, z, **{k: value})  # noqa: B023, E731
            yield f"{name} {key} {dtype} {value} {size}: {outcome(call)}"


def ranges(m: Any) -> Iterator[str]:
    """Counted, and evenly spaced, in dtypes that hold the ends, or do not."""
    counted = (
        (3,), (1, 4), (1.5,), (1, 5, 2), (1, 5, 0), (5, 1), (0.5, 3.2, 0.7), (True,), (1j,),
        (0, 1, 1j), (2 + 0j,), (0, 3, 1 + 0j), (NAN,), (1, INF), (0, 5, NAN), (0, 5, INF),
        (0, 0, INF), (0, 300), (2**31, 2**31 + 2), (2**70,),
    )  # fmt: skip
    spaced = (
        (1, 1, 0), (0, 1, 1), (0, 1, 2), (1.5, -1.5, 4), (True, False, 3), (0, 1j, 3),
        (1j, 2j, 2), (NAN, 1, 3), (0, NAN, 3), (INF, 1, 2), (0, INF, 3), (0, INF, 1), (0, 300, 4),
        (-3, 3, 4), (0, 1e30, 3), (300, 301, 1), (NAN, NAN, 1), (NAN, 0, 0),
    )  # fmt: skip
    for dtype in (*NAMES, None):
        options = {} if dtype is None else {"dtype": getattr(m, dtype)}
        for name, values in (("arange", counted), ("linspace", spaced)):
            for given in values:
                call = lambda n=name, g=given, o=options: getattr(m, n)(*g, **o)  # noqa: E731
                yield f"{name} {dtype} {given}: {warned(call)}"


def kernels_of_dtypes(m: Any) -> Iterator[str]:
    """A batch of products, a complex number of its parts, and a condition."""
    for left, right, size in itertools.product(NAMES, NAMES, (0, 1)):
        a = m.ones(size, 1, 1, dtype=getattr(m, left))
        b = m.ones(size, 1, 1, dtype=getattr(m, right))
        yield f"bmm {left} {right} {size}: {warned(lambda x=a, y=b: m.bmm(x, y))}"
        if {left, right} != {"float16"}:
            told = warned(lambda x=a, y=b: m.complex(x, y))
            yield f"complex {left} {right} {size}: {told}"
    for name, dtype in itertools.product(("logical_and", "logical_or", "logical_xor"), NAMES):
        a, b = m.ones(2, dtype=getattr(m, dtype)), m.tensor(1j)
        yield f"{name} {dtype}: {outcome(lambda n=name, x=a, y=b: getattr(m, n)(x, y))}"
    for dtype, first, second in itertools.product(NAMES, (False, True), (False, True)):
        condition = m.ones(2, dtype=getattr(m, dtype))
        x, y = m.ones(2, requires_grad=first), m.zeros(1, requires_grad=second)
        told = warned(lambda c=condition, a=x, b=y: _shown(m.where(c, a, b), a, b))
        yield f"where {dtype} {first} {second}: {told}"


def reductions_in_other_dtypes(m: Any) -> Iterator[str]:
    """Of real numbers as complex ones, and the other way round: the gradient is cast or refused."""
    reductions = ("sum", "mean", "prod", "cumsum")
    for name, shape, left, right, along in itertools.product(
        reductions, ([2, 2], [3], []), FLOATING, FLOATING, (False, True)
    ):
        x = m.ones(shape, dtype=getattr(m, left), requires_grad=True)
        dims = (0,) if along or name == "cumsum" else ()
        call = lambda n=name, x=x, a=dims, d=right: _shown(  # noqa: E731
            getattr(x, n)(*a, dtype=getattr(m, d)), x
        )
        yield f"{name} {shape} {left} {right} {along}: {warned(call)}"
    for rows in (2, 3):
        x, far = m.ones(rows, 3), m.arange(5, 5 + rows).to(m.uint8)
        loss = m.nn.functional.nll_loss
        yield f"{rows}: {outcome(lambda f=loss, x=x, t=far[:1]: f(x[:1], t, reduction='none'))}"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "table",
    [
        written_dtypes,
        integers_with_a_history,
        numbers_out_of_range,
        ranges,
        kernels_of_dtypes,
        reductions_in_other_dtypes,
    ],
)
def test_each_dtype_does_what_it_does_on_torch(table: Callable[[Any], Iterator[str]]):
    assert not differences(table)

"""What random fills and random factories refuse and warn of, over dtypes, bounds and generators.

The numbers are others than torch's, so only what is said of the arguments is compared.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome

DTYPES = (
    "bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64",
    "complex64", "complex128",
)  # fmt: skip
BIG = 2**63
BOUNDS = (
    (0, 10), (0, 1), (5, 5), (5, 3), (-1, 1), (0, 2), (0, 300), (0, 70000), (0, 2**31), (0, 2**40),
    (0, 2049), (0, 2050), (-2049, 5), (2**24, 2**24 + 3), (2**53 + 5, 2**53 + 10), (65519, 65520),
    (-BIG, BIG - 1), (0, BIG - 1),
)  # fmt: skip


def said(call: Any) -> str:
    """What is raised, and what is warned of before."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        raised = outcome(lambda: call() is None)
    told = [str(each.message).split(" (Triggered")[0] for each in caught]
    return f"{raised} {told}"


def ranges(m: Any) -> Iterator[str]:
    """`randint` and `random_` between two bounds: the dtype has both, and the integers between."""
    for name, (low, high) in itertools.product(DTYPES, BOUNDS):
        dtype = getattr(m, name)
        for size in ((2,), (0,), (-1,)):
            made = said(lambda a=low, b=high, s=size, d=dtype: m.randint(a, b, s, dtype=d))
            yield f"{name} {low} {high} {size}: {made}"
        for size in (2, 0):
            x = m.zeros(size).to(dtype)
            yield f"{name} {low} {high} {size}: {said(lambda x=x, a=low, b=high: x.random_(a, b))}"


def open_ranges(m: Any) -> Iterator[str]:
    """`random_` without an upper bound: up to the last integer that the dtype has."""
    lows = (0, 1, 2, -1, 127, 2047, 2048, 65503, 65505, 2**31 - 1, 2**40, 2**53 - 1, 2**62, -BIG)
    for name, size in itertools.product(DTYPES, (2, 0)):
        x = m.zeros(size).to(getattr(m, name))
        yield f"{name} {size}: {said(lambda x=x: x.random_())}"
        for low in lows:
            yield f"{name} {size} {low}: {said(lambda x=x, low=low: x.random_(low, None))}"


def distributions(m: Any) -> Iterator[str]:
    """Parameters outside their range, and dtypes that a distribution has no kernel for."""
    inf, nan = float("inf"), float("nan")
    two = ((), (nan,), (0, nan), (nan, nan), (0, -1), (0, 0), (0, inf), (1, 0), (-inf,), (1, 1))
    one = (nan, -1, 0, -0.0, inf, -inf, 0.2, 1, 2)
    wide = ((-1e308, 1e308), (-60000, 60000), (-3e38, 3e38), (0, 1e39), (-1e39, nan), (0, 70000))
    asked: dict[str, tuple[Any, ...]] = {
        "normal_": two, "cauchy_": two, "log_normal_": two, "uniform_": (*two, *wide),
        "exponential_": ((), *[(p,) for p in one]), "geometric_": [(p,) for p in one],
        "bernoulli_": ((), *[(p,) for p in one]),
    }  # fmt: skip
    for name, size, (method, given) in itertools.product(DTYPES, (2, 0, None), asked.items()):
        for args in given:
            x = (m.zeros(1).expand(3) if size is None else m.zeros(size)).to(getattr(m, name))
            x = x if size is not None else m.zeros(1).to(x.dtype).expand(3)
            made = said(lambda x=x, f=method, args=args: getattr(x, f)(*args))
            yield f"{name} {size} {method}{args}: {made}"


def probabilities(m: Any) -> Iterator[str]:
    """`bernoulli_` by a tensor: the kernel of what is written comes before that of what is read."""
    ps = (
        m.tensor(0.5),
        m.tensor(2.0),
        m.tensor(1),
        m.ones(2),
        m.ones(3).half(),
        m.ones(3).cfloat(),
    )
    for name, size, (at, p) in itertools.product(DTYPES, (3, 0), enumerate(ps)):
        x = m.zeros(size).to(getattr(m, name))
        yield f"{name} {size} {at}: {said(lambda x=x, p=p: x.bernoulli_(p))}"


def orders(m: Any) -> Iterator[str]:
    """`randperm` of more numbers than the dtype has."""
    for name, n in itertools.product(DTYPES, (5, 0, -1, -300, 128, 129, 257, 2049, 2050, 70000)):
        dtype = getattr(m, name)
        yield f"{name} {n}: {said(lambda n=n, d=dtype: m.randperm(n, dtype=d))}"


def made_without_elements(m: Any) -> Iterator[str]:
    """`rand` and `randn` of a dtype that they have no kernel for."""
    for name, size in itertools.product(DTYPES, (2, 0)):
        x, dtype = m.zeros(size), getattr(m, name)
        for make in (m.rand, m.randn):
            yield f"{name} {size}: {said(lambda f=make, d=dtype, s=size: f(s, dtype=d))}"
        for make in (m.rand_like, m.randn_like):
            yield f"{name} {size}: {said(lambda f=make, d=dtype, x=x: f(x, dtype=d))}"


def calls(m: Any) -> Iterator[str]:
    """How arguments are named, counted and refused."""
    x = m.zeros(3)
    fills: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (
        (("x",), {}), ((1, "x"), {}), ((None,), {}), ((1, 1, 1), {}), ((1, 1, None), {}),
        (((1,),), {}), ((1, 1j), {}), ((), {"low": 1}), ((), {"high": 1}), ((), {"from_": 1}),
        ((), {"from": 1, "to": 3}), ((), {"to": -3, "from": 1}), ((1,), {"from": 1}),
        ((), {"to": 2}), ((), {"to": None}), ((2,), {"to": None}), ((None, 2), {}),
        ((), {"generator": 1}), ((2,), {"generator": "x"}), ((), {"generator": None}),
        ((), {"generator": m.Generator()}),
    )  # fmt: skip
    for method, (args, named) in itertools.product(("uniform_", "random_", "normal_"), fills):
        made = said(lambda f=method, args=args, named=named: getattr(x, f)(*args, **named))
        yield f"{method} {args} {list(named)}: {made}"
    likes: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (
        ((5,), {}), (("x",), {"dtype": m.float64}), ((x, 1), {}), ((), {}), ((x,), {"low": 2}),
        ((x,), {"generator": None}), ((x,), {"generator": m.Generator()}), ((x,), {"generator": 1}),
        ((None,), {"generator": None}), (([x],), {"dtype": m.float64}), ((), {"input": x}),
    )  # fmt: skip
    for make, (args, named) in itertools.product(("rand_like", "randn_like"), likes):
        made = said(lambda f=make, args=args, named=named: getattr(m, f)(*args, **named))
        yield f"{make} {list(named)}: {made}"
    for make, args in itertools.product(
        ("rand", "randn", "randint", "randperm"), ((2,), (2, (2,)), ((2,),))
    ):
        yield f"{make} {args}: {said(lambda f=make, a=args: getattr(m, f)(*a, generator=1))}"


TABLES: tuple[Table, ...] = (
    ranges,
    open_ranges,
    distributions,
    probabilities,
    orders,
    made_without_elements,
    calls,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_each_is_what_it_is_on_torch(table: Table):
    assert differences(table) == []

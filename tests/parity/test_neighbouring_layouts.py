"""How results and gradients lie in memory, how often torch wrote to them, and what it refuses on
the way, over operands that lie in several ways."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome
from tests.parity.test_neighbouring_arguments import warned
from tests.parity.test_neighbouring_ops import shown

WAYS: dict[str, Callable[[Any], Any]] = {
    "in order": lambda m: m.ones(2, 3),
    "turned": lambda m: m.ones(3, 2).t(),
    "gaps": lambda m: m.ones(2, 6)[:, ::2],
    "expanded": lambda m: m.ones(3).expand(2, 3),
    "one of many": lambda m: m.ones(4, 5)[:1, :1],
    "every second": lambda m: m.ones(4)[::2],
    "one number": lambda m: m.ones(()),
    "nothing": lambda m: m.ones(0, 3),
}


def elementwise_results(m: Any) -> Iterator[str]:
    """Results of ops that torch has as kernels, as copies, or composes."""
    names = [
        "angle",
        "isfinite",
        "isinf",
        "isnan",
        "conj_physical",
        "sgn",
        "real",
        "neg",
        "signbit",
        "logical_not",
    ]
    dtypes = ("float32", "complex64", "int64", "bool", "float16")
    for name, (way, make), dtype in itertools.product(names, WAYS.items(), dtypes):
        x = make(m).to(getattr(m, dtype))
        yield f"{name} {way} {dtype}: {outcome(lambda n=name, x=x: shown(getattr(m, n)(x)))}"


def gradients_of_both(m: Any) -> Iterator[str]:
    """Gradients of ops with two outputs, of which one or both are used."""
    ops = ("aminmax", "var_mean", "std_mean", "max", "sort", "topk")
    for name, (way, make), uses in itertools.product(ops, WAYS.items(), ((1, 1), (1, 0), (0, 1))):
        for named in ({}, {"dim": 0}, {"dim": -1, "keepdim": True}):
            if name in ("sort", "topk"):
                named = {"k": 1} if name == "topk" else {}

            def told(
                name: str = name, make: Any = make, uses: Any = uses, named: Any = named
            ) -> Any:
                x = make(m).clone(memory_format=m.preserve_format).requires_grad_()
                made = getattr(m, name)(x, **named)
                outs = [made] if m.is_tensor(made) else list(made)
                outs = [v for v, use in zip(outs, uses, strict=False) if use and v.requires_grad]
                seeds = [m.ones_like(each) for each in outs]
                (grad,) = m.autograd.grad(outs, [x], seeds)
                return (
                    grad.stride(),
                    grad._version,
                    [round(v, 3) for v in grad.reshape(-1).tolist()],
                )

            yield f"{name} {way} {uses} {named}: {outcome(told)}"


def gradients_of_nothing(m: Any) -> Iterator[str]:
    """Gradients of views and copies of tensors without elements, which have strides, too."""
    ops: dict[str, Callable[[Any], Any]] = {
        "diag": m.diag,
        "diag_embed": m.diag_embed,
        "diagonal": lambda x: x.diagonal(0, 0, -1),
        "view_as_complex": m.view_as_complex,
        "view_as_real": lambda x: m.view_as_real(m.complex(x, x)),
        "select": lambda x: x.select(-1, 0),
        "unsqueeze": lambda x: x.unsqueeze(0),
        "permute": lambda x: x.permute(tuple(reversed(range(x.ndim)))),
        "squeeze": lambda x: x.squeeze(),
        "flatten": lambda x: x.flatten(),
        "tril": m.tril,
        "cumsum": lambda x: x.cumsum(0),
        "flip": lambda x: x.flip(0),
        "roll": lambda x: x.roll(1, 0),
        "unfold": lambda x: x.unfold(-1, 1, 1),
    }
    sizes: list[tuple[int, ...]] = [(0,), (0, 2), (0, 5), (2, 0), (0, 1, 2), (2, 2, 0)]
    for (name, op), size, turned in itertools.product(ops.items(), sizes, (False, True)):
        x = m.ones(size).requires_grad_()

        def told(op: Any = op, x: Any = x, turned: bool = turned) -> Any:
            made = op(x)
            seed = m.ones_like(made)
            if turned:
                seed = m.ones(tuple(reversed(made.shape))).permute([*reversed(range(made.ndim))])
            (grad,) = m.autograd.grad(made, x, seed.to(made.dtype))
            return made.stride(), grad.stride(), grad._version

        yield f"{name} {size} {turned}: {outcome(told)}"


def moments_of_nothing(m: Any) -> Iterator[str]:
    """What is warned of where there is nothing, by the correction."""
    shapes: list[tuple[int, ...]] = [(0,), (0, 3), (1,), (2,), (3, 0), ()]
    for name, shape, dtype in itertools.product(
        ("var", "std", "var_mean", "std_mean"), shapes, ("float32", "complex64")
    ):
        for dim, correction in itertools.product((None, 0, -1), (-1, 0, 1, 2, None, 0.5)):
            x = m.ones(shape, dtype=getattr(m, dtype))

            def told(name: str = name, x: Any = x, dim: Any = dim, by: Any = correction) -> Any:
                made = getattr(m, name)(x, dim, correction=by)
                return [str(each.tolist()) for each in ([made] if m.is_tensor(made) else made)]

            yield f"{name} {shape} {dtype} {dim} {correction}: {warned(told)}"


def complex_gradients(m: Any) -> Iterator[str]:
    """Ops of which torch records no complex result."""
    ops: dict[str, Callable[[Any, Any], Any]] = {
        "select_scatter": lambda x, y: m.select_scatter(x, y[0], 0, 0),
        "slice_scatter": lambda x, y: m.slice_scatter(x, y[:1], 0, 0, 1),
        "median": lambda x, _: m.median(x),
        "median of nothing": lambda x, _: m.median(x[:0]),
        "median of rows": lambda x, _: m.median(x, 0)[0],
        "scatter of other sizes": lambda x, y: m.select_scatter(x, y, 0, 0),
        "take": lambda x, _: m.take(x, m.tensor([0])),
    }
    for (name, op), dtypes, needs in itertools.product(
        ops.items(), itertools.product(("float32", "complex64"), repeat=2), range(4)
    ):
        x, y = [m.ones(3, 2, dtype=getattr(m, each)) for each in dtypes]
        x, y = x.requires_grad_(bool(needs & 1)), y.requires_grad_(bool(needs & 2))
        yield f"{name} {dtypes} {needs}: {outcome(lambda op=op, x=x, y=y: shown(op(x, y)))}"
        with m.no_grad():
            yield f"{name} unrecorded: {outcome(lambda op=op, x=x, y=y: shown(op(x, y)))}"


def repeated_by_counts(m: Any) -> Iterator[str]:
    """`repeat_interleave` where counts, dims and sizes do not fit."""
    given: list[Any] = [m.ones(4, 1), m.ones(1, 1), m.ones(0, 2), m.ones(()), m.ones(3)]
    counts: list[Any] = [[0, 1, 2, 3], [2], 2, [], [-1], [1, -1, 2, 1], [[1, 1]], [0]]
    for x, count, size, dim in itertools.product(given, counts, (6, 8, 0, -1, None), (0, 1, None)):
        forms = [m.tensor(count, dtype=getattr(m, each)) for each in ("int64", "int32", "int16")]
        for form in (*forms, *([count] if isinstance(count, int) else [])):

            def told(x: Any = x, by: Any = form, dim: Any = dim, size: Any = size) -> Any:
                return m.repeat_interleave(x, by, dim, output_size=size).tolist()

            yield f"{tuple(x.shape)} {count} {size} {dim}: {outcome(told)}"
    for count, size in itertools.product(counts, (6, 8, 0, -1, None)):
        by = m.tensor(count, dtype=m.int64)
        yield outcome(lambda by=by, n=size: m.repeat_interleave(by, output_size=n).tolist())


def added_products(m: Any) -> Iterator[str]:
    """`addmv` over sizes that fit or do not."""
    sizes: list[tuple[int, ...]] = [(), (1,), (2,), (0,), (2, 1)]
    for start, mat, vec in itertools.product(
        sizes, ((2, 3), (0, 3), (3, 0), (1, 1), (2,)), ((3,), (0,), (1,), (), (3, 1))
    ):
        if 0 in mat and start in ((), (1,)):
            continue  # torch, warning, resizes what it made to the size of the start
        x, a, b = m.ones(start), m.ones(mat), m.ones(vec)
        for f in (m.addmv, m.Tensor.addmv_):
            said = outcome(lambda f=f, x=x, a=a, b=b: shown(f(x.clone(), a, b)))
            yield f"{start} {mat} {vec}: {said}"


TABLES: tuple[Table, ...] = (
    elementwise_results,
    gradients_of_both,
    gradients_of_nothing,
    moments_of_nothing,
    complex_gradients,
    repeated_by_counts,
    added_products,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
@pytest.mark.filterwarnings("ignore")
def test_each_is_what_it_is_on_torch(table: Table):
    assert differences(table) == []

"""What hooks see packed and unpacked of ops with several outputs, and of ops that torch composes of
others; and what of it may not be recorded."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome
from tests.parity.test_neighbouring_arguments import warned

OPS: dict[str, Callable[[Any, Any], Any]] = {
    "aminmax": lambda m, x: m.aminmax(x),
    "aminmax of rows": lambda m, x: m.aminmax(x, dim=0),
    "std_mean": lambda m, x: m.std_mean(x),
    "std_mean of rows": lambda m, x: m.std_mean(x, 0),
    "var_mean": lambda m, x: m.var_mean(x, 0),
    "sort": lambda m, x: m.sort(x),
    "argsort": lambda m, x: m.argsort(x),
    "topk": lambda m, x: m.topk(x, 1),
    "max": lambda m, x: m.max(x, 0),
    "median": lambda m, x: m.median(x, 0),
    "cumprod": lambda m, x: m.cumprod(x, 0),
    "isclose": lambda m, x: m.isclose(x, x * 2),
    "isclose to itself": lambda m, x: m.isclose(x, x),
    "isclose to a constant": lambda m, x: m.isclose(m.ones(x.shape), x, rtol=0),
    "isclose exactly": lambda m, x: m.isclose(x, x, rtol=0, atol=0),
    "allclose": lambda m, x: m.allclose(x, x * 2),
    "inner": lambda m, x: m.inner(x, x * 2),
    "complex": lambda m, x: m.complex(x, x * 2).abs(),
    "rsub": lambda m, x: m.rsub(x, x * 2, alpha=3),
    "isfinite": lambda m, x: m.isfinite(x),
    "nll_loss": lambda m, x: m.nn.functional.nll_loss(x[None], m.tensor([1])),
    "repeat_interleave": lambda m, x: m.repeat_interleave(x, m.tensor([1, 0, 2])),
    "masked_scatter": lambda m, x: x.masked_scatter(x > 1, x * 2),
    "index_copy": lambda m, x: x.index_copy(0, m.tensor([1]), x[:1]),
    "put": lambda m, x: x.put(m.tensor([1]), x[:1]),
    "slice_scatter": lambda m, x: m.slice_scatter(x, x[:1], 0, 1, 2),
}


def differentiable(m: Any, made: Any) -> list[Any]:
    """The outputs that require grad."""
    outs = [made] if m.is_tensor(made) or isinstance(made, bool) else list(made)
    return [each for each in outs if m.is_tensor(each) and each.requires_grad]


def packed(m: Any) -> Iterator[str]:
    """What is packed while an op is called, and unpacked by its gradient."""
    for name, op in OPS.items():
        log: list[Any] = []

        def pack(tensor: Any, log: list[Any] = log) -> Any:
            log.append(("packs", tensor.tolist()))
            return tensor

        def unpack(tensor: Any, log: list[Any] = log) -> Any:
            log.append(("unpacks", tensor.tolist()))
            return tensor

        x = m.tensor([1.0, 3.0, 2.0], requires_grad=True)
        with m.autograd.graph.saved_tensors_hooks(pack, unpack):
            outs = differentiable(m, op(m, x))
        if outs:
            m.autograd.grad(outs, [x], [m.ones_like(each) for each in outs])
        yield f"{name}: {log}"


def written_results(m: Any) -> Iterator[str]:
    """Backward after the results were written to: which of them is named."""
    for name, op in OPS.items():
        x = m.tensor([1.0, 3.0, 2.0], requires_grad=True)
        outs = differentiable(m, op(m, x))
        for each in outs:
            outcome(lambda each=each: each.mul_(1))
        seeds = [m.ones_like(each) for each in outs]
        yield f"{name}: {outcome(lambda o=outs, x=x, s=seeds: m.autograd.grad(o, [x], s))}"


def views_that_were_written(m: Any) -> Iterator[str]:
    """Ops on one of several views whose base was written to since."""
    for (name, op), split in itertools.product(OPS.items(), (m.chunk, m.split, m.unbind)):
        x = m.ones(2, 3, requires_grad=True) * 1
        view = split(x, 1)[0] if split is not m.unbind else split(x)[0]
        view = view.reshape(-1)
        with m.no_grad():
            x.mul_(2)
        yield f"{name} {split.__name__}: {warned(lambda op=op, v=view: str(op(m, v)))[:150]}"
        x.mul_(2)
        yield f"{name} {split.__name__}: {warned(lambda op=op, v=view: str(op(m, v)))[:150]}"


def refused_conversions(m: Any) -> Iterator[str]:
    """Complex numbers in a real dtype and a format that they cannot have: nothing is warned of."""
    for name, form in itertools.product(("half", "byte", "double", "cdouble"), ("", "_3d")):
        for size in ((), (2,), (1, 2, 1, 2), (1, 2, 1, 2, 1)):
            x, wanted = m.ones(size, dtype=m.complex64), getattr(m, f"channels_last{form}")

            def told(x: Any = x, name: str = name, wanted: Any = wanted) -> Any:
                return getattr(x, name)(memory_format=wanted).stride()

            yield f"{name} {form} {size}: {warned(told)}"


TABLES: tuple[Table, ...] = (packed, written_results, views_that_were_written, refused_conversions)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
@pytest.mark.filterwarnings("ignore")
def test_each_is_what_it_is_on_torch(table: Table):
    assert differences(table) == []

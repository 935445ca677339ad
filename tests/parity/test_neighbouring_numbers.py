"""Numbers that fuzzing found to be others than torch's, and what lies around them: complex beside
real ones, halves that are scattered, products without elements, writes that are refused.

The tables are as those of `test_neighbouring_calls`.
"""

from __future__ import annotations

import itertools
import random
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from operator import methodcaller
from typing import Any

import pytest

from tests.mini_autograd.test_recorded_graphs import graph
from tests.parity.tables import Table, differences, outcome

INF, NAN = float("inf"), float("nan")


def numbers(tensor: Any) -> str:
    """Each number of a tensor, conjugated if it has yet to be, with the sign of a zero."""
    return "None" if tensor is None else str(tensor.resolve_conj().tolist())


def real_beside_complex(m: Any) -> Iterator[str]:
    """An op of a complex and a real operand, and its gradients: of zeros, infinities and NaN."""
    ops: dict[str, Callable[[Any, Any], Any]] = {
        "mul": lambda a, b: a * b,
        "div": lambda a, b: a / b,
        "add": lambda a, b: m.add(a, b, alpha=2),
        "sub": lambda a, b: m.sub(a, b, alpha=-1),
        "stack": lambda a, b: m.stack([a, b]),
    }
    for name, op in ops.items():
        for value, real, seed in itertools.product(
            (complex(1, 0), complex(0, -0.0), complex(-0.0, 3), complex(INF, 0), complex(1, NAN)),
            (1.0, -1.0, 0.0, -0.0, INF),
            (complex(1, 0), complex(-1, -0.0), complex(-0.37, 1)),
        ):
            for swapped in (False, True):
                a, b = m.tensor(value, requires_grad=True), m.tensor(real, requires_grad=True)
                result = op(b, a) if swapped else op(a, b)
                result.backward(m.full_like(result, seed))
                yield f"{name} {value} {real} {seed}: {numbers(result)} {numbers(a.grad)} {b.grad}"


def complex_sums(m: Any) -> Iterator[str]:
    """Gradients that meet in one tensor: in a walk, in `.grad`, in what `grad` gives."""
    pairs = (
        (complex(1, 1), complex(-INF, INF)),
        (complex(INF, 0), complex(1, 0)),
        (complex(INF, 1), complex(1, INF)),
    )
    for shape, (first, second), records in itertools.product(
        ((), (3,), (9,)), pairs, (False, True)
    ):
        seeds = [m.full(shape, first), m.full(shape, second)]
        x = m.ones(shape, dtype=m.complex64, requires_grad=True)
        y = x * 1
        roots = [y.clone(), y.clone()]
        m.autograd.backward(roots, seeds, create_graph=records)
        yield f"{shape} {first} {second} walk: {numbers(x.grad)}"
        for seed in seeds:
            x.clone().backward(seed, create_graph=records)
        yield f"{shape} {first} {second} leaf: {numbers(x.grad)}"
        (given,) = m.autograd.grad([x.clone(), x.clone()], x, seeds, create_graph=records)
        yield f"{shape} {first} {second} grad: {numbers(given)}"


def scattered_halves(m: Any) -> Iterator[str]:
    """Sums of halves at places that are named several times."""
    draw = random.Random(3)

    def halves(*shape: int) -> Any:
        count = shape[0] if len(shape) == 1 else shape[0] * shape[1]
        values = [round(draw.uniform(-3, 3), 2) for _ in range(count)]
        return m.tensor(values, dtype=m.float16).reshape(*shape)

    for _ in range(40):
        count, size = draw.choice([2, 3, 5, 8, 17]), draw.choice([1, 2, 3])
        index = m.tensor([draw.randrange(size) for _ in range(count)])
        x, given = halves(size), halves(count)
        rows, given_rows = halves(size, 2), halves(count, 2)
        for name, made in {
            "scatter_add": x.scatter_add(0, index, given),
            "added": x.scatter(0, index, given, reduce="add"),
            "multiplied": x.scatter(0, index, given, reduce="multiply"),
            "index_add": x.index_add(0, index, given),
            "index_add of rows": rows.index_add(0, index, given_rows),
            "index_add of columns": rows.t().index_add(1, index, given_rows.t()),
            "index_add of multiples": rows.index_add(0, index, given_rows, alpha=1.7),
            "index_put": x.index_put((index,), given, accumulate=True),
        }.items():
            yield f"{name}: {made.tolist()}"
        for name, taken in {
            "gather": lambda leaf, index=index: leaf.gather(0, index),
            "index_select": lambda leaf, index=index: leaf.index_select(0, index),
            "index": lambda leaf, index=index: leaf[index],
        }.items():
            leaf = x.clone().requires_grad_()
            taken(leaf).backward(given)
            yield f"{name}: {leaf.grad.tolist()}"


def products_without_elements(m: Any) -> Iterator[str]:
    """addmm of matrices that have no elements, or whose product has none."""
    shapes = (
        ((), (1, 0), (0, 1)),
        ((2, 2), (2, 0), (0, 2)),
        ((2,), (2, 0), (0, 2)),
        ((0, 1), (0, 1), (1, 1)),
        ((1, 0), (1, 2), (2, 0)),
    )
    factors = (0, 1, -1.5, 2.5, 1j, complex(1, 0), True, 3e40)
    for (start, first, second), beta, alpha in itertools.product(shapes, factors, factors):
        for value in (0.0, 1.0, INF):
            leaves = [m.full(shape, value).requires_grad_() for shape in (start, first, second)]

            def walked(leaves: Sequence[Any] = leaves, beta: Any = beta, alpha: Any = alpha) -> str:
                result = m.addmm(*leaves, beta=beta, alpha=alpha)
                shown = str(result.tolist())
                result.sum().backward()
                return shown

            grads = [numbers(leaf.grad) for leaf in leaves]
            yield f"{start} {beta} {alpha} {value}: {outcome(walked)} {grads}"
    for dtype, beta in itertools.product(
        (m.int64, m.float16, m.complex64, m.bool), (0, 1, 2, 2.5, 1j, True, 3e40)
    ):

        def plain(dtype: Any = dtype, beta: Any = beta) -> Any:
            empty = m.zeros(2, 0).to(dtype)
            return m.addmm(m.ones(2).to(dtype), empty, empty.t(), beta=beta).tolist()

        yield f"{dtype} {beta}: {outcome(plain)}"


def refused_writes(m: Any) -> Iterator[str]:
    """What is looked at first where memory is expanded, and what is warned of before."""

    def tried(write: Callable[[Any], Any], target: Callable[[], Any]) -> str:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            said = outcome(lambda: write(target()).tolist())
        return f"{said} {[str(each.message).partition(' (Trig')[0] for each in caught]}"

    masks = [m.tensor(each) for each in (0, True, [True, False], [True, False, True], 1.0)]
    values = [1.0, 1j, *map(m.tensor, (2.0, [2.0], 3, 1j))]
    targets: tuple[Callable[[], Any], ...] = (
        lambda: m.tensor(1.0)[None].expand(2),
        lambda: m.zeros(2),
        lambda: m.zeros(0).expand(3, 0),
        lambda: m.zeros(2, requires_grad=True),
        lambda: (m.zeros(1, requires_grad=True) * 1).expand(2),
    )
    for target in targets:
        for mask, value in itertools.product(masks, values):
            fill = methodcaller("masked_fill_", mask, value)
            yield f"{mask} {value}: {tried(fill, target)}"
    ones = m.ones(1)
    for target, index in itertools.product(targets[:2], ([0], [5], 0, [0.0], [[0]], [0, 0])):
        at = m.tensor(index)
        for name, given in {
            "index_fill_": (0, at, 1.0),
            "index_fill_ by a tensor": (0, at, ones),
            "index_add_": (0, at, ones),
            "index_copy_": (0, at, ones),
            "scatter_": (0, at, ones),
            "scatter_add_": (0, at, ones),
            "put_": (at, ones),
        }.items():
            write = methodcaller(name.partition(" ")[0], *given)
            yield f"{name} {index}: {tried(write, target)}"
    x = m.tensor([[4]])
    yield outcome(lambda: x.scatter_add_(1, x, m.tensor([[0]])))


def written_conjugates(m: Any) -> Iterator[str]:
    """A second walk after what the first one conjugated was written to."""
    ops: dict[str, Callable[[Any, Any], Any]] = {
        "mul": lambda a, b: a * b,
        "div": lambda a, b: a / b,
        "pow": lambda a, b: a**b,
        "dot": m.dot,
        "exp": lambda a, b: a.exp() + b.sqrt(),
        "product": lambda a, b: (a * b).prod(),
    }
    for (name, op), written in itertools.product(ops.items(), (0, 1)):
        leaves = [m.tensor(each, requires_grad=True) for each in ([1 + 1j, 2.0], [1 + 1j, 2 - 1j])]
        operands = [leaf * 1 for leaf in leaves]
        result = op(*operands)
        result.backward(m.ones_like(result).requires_grad_(), create_graph=True)
        operands[written].add_(1)
        for leaf in leaves:
            again = outcome(lambda leaf=leaf: leaf.grad.backward(m.ones_like(leaf)))
            yield f"{name} {written}: {again}"
    for name in ("exp", "sqrt", "tanh", "reciprocal"):
        x = m.tensor(1 + 1j, requires_grad=True)
        result = getattr(m, name)(x)
        result.backward(m.tensor(1 + 0j), create_graph=True)
        result.add_(1)
        again = outcome(lambda x=x: x.grad.backward(m.tensor(1 + 0j)))
        yield f"{name}: {again}"


def watched_graphs(m: Any) -> Iterator[str]:
    """Graphs of gradients where saved tensors may be written to: no step writes there, and no
    shape depends on values."""
    watching = m.autograd.graph.allow_mutation_on_saved_tensors
    for shape in ((), (2,), (2, 2)):
        mask = m.ones(shape).bool()
        ops: dict[str, Callable[[Any, Any], Any]] = {
            "prod": lambda x, s: x.prod(),
            "prod along a dim": lambda x, s: x.prod(0),
            "prod in another dtype": lambda x, s: x.prod(0, dtype=m.float64),
            "cumprod": lambda x, s: x.cumprod(0),
            "masked_fill": lambda x, s, mask=mask: x.masked_fill(mask, s),
            "masked_select": lambda x, s, mask=mask: x.masked_select(mask),
            "max": lambda x, s: x.max(),
            "max along a dim": lambda x, s: x.max(0)[0],
            "median": lambda x, s: x.median(),
            "by a mask": lambda x, s, mask=mask: x[mask],
            "by an index": lambda x, s: x[m.tensor([0])] if x.ndim else x[None],
            "take": lambda x, s: x.take(m.tensor([0])),
            "norm": lambda x, s: x.norm(),
        }
        for (name, op), inside, zero in itertools.product(ops.items(), (0, 1, 2), (False, True)):
            x = m.full(shape, 0.0 if zero else 2.0).requires_grad_()
            s = m.tensor(2.5, requires_grad=True)
            with watching() if inside == 2 else nullcontext():
                result = op(x, s)
                seed = m.ones_like(result).requires_grad_()
                with watching() if inside == 1 else nullcontext():
                    result.backward(seed, create_graph=True)
            graphs = [graph(leaf.grad) for leaf in (x, s) if leaf.grad is not None]
            yield f"{name} {shape} {inside} {zero}: {graphs}"


def zeros_at_bounds(m: Any) -> Iterator[str]:
    """Which of two zeros `clamp` gives, in dtypes whose kernels NumPy and torch have apart."""
    clamps: dict[str, Callable[[Any], Any]] = {
        "max": lambda x: x.clamp(max=0),
        "max -0": lambda x: x.clamp(max=-0.0),
        "min": lambda x: x.clamp(min=0),
        "min -0": lambda x: x.clamp(min=-0.0),
        "both": lambda x: x.clamp(0.0, -0.0),
        "one-sided": lambda x: x.clamp_max(0).clamp_min(-0.0),
        "tensor": lambda x: x.clamp(max=m.zeros((), dtype=x.dtype)),
        "in place": lambda x: x.clamp_(max=0),
    }
    dtypes, sizes = (m.float16, m.float32, m.float64), ((), (1,), (3,))
    for dtype, size, zero, (name, clamp) in itertools.product(
        dtypes, sizes, (0.0, -0.0), clamps.items()
    ):
        x = m.full(size, zero, dtype=dtype)
        clamped = clamp(x)
        shared = x.untyped_storage().data_ptr() == clamped.untyped_storage().data_ptr()
        yield f"{name} {dtype} {size} {zero}: {m.signbit(clamped).tolist()} {shared}"


def numbers_out_of_range(m: Any) -> Iterator[str]:
    """Numbers that a dtype cannot hold, as operands and as what is written."""
    mask, index = m.tensor([True, False]), m.tensor([0])
    for number, dtype in itertools.product(
        (1e300, 1e300j, complex(1, 1e300), float("inf"), float("nan"), 1e38, 4e38),
        (m.complex64, m.complex128, m.float32),
    ):
        x, y = m.ones(2, dtype=dtype), m.ones(2, 2, dtype=dtype)
        calls: dict[str, Callable[[], Any]] = {
            "fill_": lambda x=x, number=number: x.fill_(number),
            "full": lambda dtype=dtype, number=number: m.full((2,), number, dtype=dtype),
            "masked_fill": lambda x=x, number=number: x.masked_fill(mask, number),
            "set": lambda x=x, number=number: x.__setitem__(0, number),
            "add": lambda x=x, number=number: x + number,
            "where": lambda x=x, number=number: m.where(mask, x, number),
            "index_fill": lambda x=x, number=number: x.index_fill(0, index, number),
            "scatter": lambda x=x, number=number: x.scatter(0, index, number),
            "pow": lambda x=x, number=number: x**number,
            "addmm": lambda y=y, number=number: y.addmm(y, y, alpha=number),
            "alpha": lambda x=x, number=number: m.add(x, x, alpha=number),
        }
        for name, call in calls.items():
            yield f"{name} {number} {dtype}: {outcome(lambda call=call: call() is None)}"


def assigned_values(m: Any) -> Iterator[str]:
    """What is looked at first where a value is written that does not fit, at an index that may
    not fit either."""
    values = m.tensor(complex(-1, -2)), m.tensor([1 + 2j]), complex(1, 2), 1e300, 2**70, 2.0
    indices: tuple[Any, ...] = (
        m.tensor([False]), m.tensor([True, False]), m.tensor([True] * 3), m.ones(2, 2).bool(),
        m.tensor([5]), (m.tensor([False]), slice(None)), 0, 7, slice(0, 1), True, False, None,
        (slice(None), m.tensor([True, False, True])),
    )  # fmt: skip
    dtypes, shapes = (m.float64, m.float16, m.int64, m.bool, m.complex64), ((2,), (2, 2))
    for dtype, value, index, shape in itertools.product(dtypes, values, indices, shapes):
        x = m.ones(shape, dtype=dtype)
        told = outcome(lambda x=x, index=index, value=value: x.__setitem__(index, value))
        yield f"{dtype} {value} {index} {shape}: {told} {x.tolist()}"


TABLES: tuple[Table, ...] = (
    zeros_at_bounds,
    numbers_out_of_range,
    assigned_values,
    real_beside_complex,
    complex_sums,
    scattered_halves,
    products_without_elements,
    refused_writes,
    written_conjugates,
    watched_graphs,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
@pytest.mark.filterwarnings("ignore")
def test_each_is_what_it_is_on_torch(table: Table):
    assert differences(table) == []

"""Gradients to their strides, dtypes and the sign of each zero, and what is said before them."""

from __future__ import annotations

import itertools
import random
import warnings
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome


def _laid_out(m: Any, shape: tuple[int, ...], layout: str) -> Any:
    if layout == "columns":
        return m.zeros(shape[::-1]).permute(*reversed(range(len(shape)))).detach()
    if layout == "strided":
        return m.zeros((*shape[:-1], 2 * shape[-1]))[..., ::2].detach()
    return m.zeros(shape)


def _told(gradient: Any) -> str:
    values = gradient.clone().flatten().tolist()  # torch's own zeros have no memory to read
    return f"{gradient.stride()} {[str(value) for value in values]}"


def views_by_strides(m: Any) -> Iterator[str]:
    """What is seen once is copied, and a minus zero stays; what is seen twice is added to zeros."""
    random.seed(2013)
    for number in range(600):
        size = tuple(random.choices((0, 1, 2, 3), (1, 2, 3, 2), k=random.randint(0, 3)))
        strides = tuple(random.choice((0, 1, 2, 3, 4)) for _ in size)
        shape = random.choice(((12,), (3, 4), (20,), (2, 3, 4)))
        x = _laid_out(m, shape, random.choice(("rows", "columns", "strided"))).requires_grad_()
        offset = random.choice((None, 0, 1, 2))

        def gradient(x: Any = x, size: Any = size, strides: Any = strides, at: Any = offset) -> str:
            y = x.as_strided(size, strides) if at is None else x.as_strided(size, strides, at)
            seed = [random.choice((-0.0, 0.0, 1.0, -1.0)) for _ in range(y.numel())]
            return _told(m.autograd.grad(y, x, m.tensor(seed).reshape(y.shape))[0])

        yield f"{number} {shape} {size} {strides} {offset}: {outcome(gradient)}"


def constants(m: Any) -> Iterator[str]:
    """The zeros that are the gradient of a sign or of an angle, laid out as torch has them."""
    ops = ("sgn", "sign", "angle", "floor", "round", "trunc", "ceil")
    shapes = ((3,), (1,), (3, 4), (2, 3, 4), (1, 3), (0, 2))
    for op, shape, layout, seed in itertools.product(
        ops, shapes, ("rows", "columns", "strided"), ("rows", "columns", "strided")
    ):
        x = _laid_out(m, shape, layout).requires_grad_()

        def gradient(x: Any = x, op: str = op, seed: str = seed) -> str:
            return _told(m.autograd.grad(getattr(x, op)(), x, _laid_out(m, x.shape, seed))[0])

        yield f"{op} {shape} {layout} {seed}: {outcome(gradient)}"


def into_other_data(m: Any) -> Iterator[str]:
    """What a leaf takes that was given data of another dtype since its graph was made."""
    dtypes = ("float64", "complex128", "float16", "float32")
    flags = (False, True)
    for dtype, create, before, again in itertools.product(dtypes, flags, flags, flags):
        x = m.ones(2, requires_grad=True)
        result = (x * 2).sum()
        if before:
            result.backward(retain_graph=True)
        x.data = m.ones(2, dtype=getattr(m, dtype))
        if again:
            result = result + x.sum()
        told = outcome(lambda y=result * 1, create=create: y.backward(create_graph=create))
        yield f"{dtype} {create} {before} {again}: {told} {x.grad} {x.grad is None or x.grad.dtype}"


def into_any_dtype(m: Any) -> Iterator[str]:
    """What a leaf takes that says of which dtype its gradients are, or that they are of any."""
    calls: dict[str, Callable[[Any], Any]] = {
        "none": lambda x: x,
        "double": lambda x: x.double(),
        "half": lambda x: x.half(),
        "add": lambda x: x + m.ones(2, dtype=m.float64),
        "mul": lambda x: x * m.ones(2, dtype=m.float64),
        "complex": lambda x: x * 1j,
        "cat": lambda x: m.cat([x, m.ones(2, dtype=m.float64)]),
        "stack": lambda x: m.stack([x.double(), m.ones(2, dtype=m.float64)]),
        "softmax": lambda x: x.softmax(0, dtype=m.float64),
        "item": lambda x: x[0].double(),
    }
    dtypes = (None, m.float16, m.float64)
    for dtype, (name, call), create in itertools.product(dtypes, calls.items(), (False, True)):
        x = m.ones(2, requires_grad=True)
        x.grad_dtype = dtype
        y = call(x)
        seed = m.ones(y.shape, dtype=y.dtype)
        told = outcome(lambda y=y, seed=seed, create=create: y.backward(seed, create_graph=create))
        yield f"{dtype} {name} {create}: {told} {x.grad} {x.grad is None or x.grad.dtype}"
    for dtype in (m.float16, m.float64):
        x = m.ones(2, requires_grad=True)
        x.grad_dtype = None
        x.backward(m.ones(2, dtype=dtype))
        x.backward(m.ones(2))
        yield f"{dtype}, then its own: {x.grad} {x.grad.dtype}"


def masks_of_clamp(m: Any) -> Iterator[str]:
    """Which torch writes into each other, but where it watches writes."""
    shapes = ((), (1,), (1, 1))
    flags = (False, True)
    for (data, low, high), grads, watched in itertools.product(
        itertools.product(shapes, repeat=3), itertools.product(flags, repeat=3), flags
    ):
        x, least, most = (
            m.full(shape, number, requires_grad=grad)
            for shape, number, grad in zip((data, low, high), (0.0, 1.0, 2.0), grads, strict=True)
        )
        watch = m.autograd.graph.allow_mutation_on_saved_tensors if watched else nullcontext
        with watch():
            told = outcome(lambda x=x, a=least, b=most: x.clamp(min=a, max=b).sum().backward())
        grad = [each.grad for each in (x, least, most)]
        yield f"{data} {low} {high} {grads} {watched}: {told} {grad}"


def casts_of_forbidden_views(m: Any) -> Iterator[str]:
    """That the view may not have been written to is said before a warning of its cast."""
    casts = ("float", "double", "half", "int", "bool", "cfloat", "clone", "abs")
    for cast, is_result in itertools.product(casts, (False, True)):
        x = m.tensor([[1 + 1j, 2 - 1j]], requires_grad=True)
        views = (x * 1 if is_result else x).unbind(1)
        views[1].logical_xor_(m.tensor(1.0))
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            told = outcome(lambda view=views[1], cast=cast: getattr(view, cast)())
        yield f"{cast} {is_result}: {told} {[str(each.message)[:30] for each in said]}"
    for cast in casts:
        x = m.tensor([1j, 1j])
        views = x.unbind()
        x.index_add_(0, m.tensor([0]), m.tensor([1j], requires_grad=True))
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            told = outcome(lambda view=views[1], cast=cast: getattr(view, cast)())
        yield f"{cast} of what had no history: {told} {[str(each.message)[:30] for each in said]}"


TABLES: tuple[Table, ...] = (
    views_by_strides,
    constants,
    into_other_data,
    into_any_dtype,
    masks_of_clamp,
    casts_of_forbidden_views,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
@pytest.mark.filterwarnings("ignore")
def test_gradients_are_torch_s(table: Table) -> None:
    assert differences(table) == []

"""Memory formats: what takes one lays its result out so, or refuses it, as torch does."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome

FORMATS = ("channels_last", "channels_last_3d", "contiguous_format", "preserve_format")
OPS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "float": lambda m, x, form: x.float(memory_format=form),
    "double": lambda m, x, form: x.double(memory_format=form),
    "byte": lambda m, x, form: x.byte(memory_format=form),
    "to": lambda m, x, form: x.to(m.float64, memory_format=form),
    "to the same": lambda m, x, form: x.to(m.float32, memory_format=form),
    "to a copy": lambda m, x, form: x.to(m.float32, copy=True, memory_format=form),
    "to nothing": lambda m, x, form: x.to(memory_format=form),
    "cpu": lambda m, x, form: x.cpu(memory_format=form),
    "clone": lambda m, x, form: x.clone(memory_format=form),
    "contiguous": lambda m, x, form: x.contiguous(memory_format=form),
    "zeros_like": lambda m, x, form: m.zeros_like(x, memory_format=form),
    "empty_like": lambda m, x, form: m.empty_like(x, memory_format=form),
    "full_like": lambda m, x, form: m.full_like(x, 2, memory_format=form, dtype=m.float64),
    "rand_like": lambda m, x, form: m.rand_like(x, memory_format=form),
    "empty": lambda m, x, form: m.empty(tuple(x.shape), memory_format=form),
    "resize_": lambda m, x, form: m.ones(2).resize_(tuple(x.shape), memory_format=form),
    "resize_as_": lambda m, x, form: m.ones(2).resize_as_(x, memory_format=form),
    "is_contiguous": lambda m, x, form: x.is_contiguous(memory_format=form),
}


def laid_out(x: Any, make: Callable[[], Any]) -> str:
    """The strides of what was made, and whether it is the tensor itself; or the error."""

    def told() -> Any:
        made = make()
        if isinstance(made, bool):
            return made
        return made.shape, made.stride(), made is x, made._version, made.grad_fn is None

    return outcome(told)


def formats_of_shapes(m: Any) -> Iterator[str]:
    """Each op, of tensors of all ranks."""
    shapes: list[tuple[int, ...]] = [
        (), (0,), (3,), (2, 3), (2, 3, 4), (2, 3, 4, 5), (2, 1, 4, 5), (0, 2, 3, 4), (2, 0, 3, 4),
        (2, 3, 1, 1), (1, 2, 3, 4, 5), (2, 2, 2, 2, 2), (2, 1, 3, 1, 2), (1, 1, 1, 1, 1, 1),
    ]  # fmt: skip
    for shape, form, (name, op) in itertools.product(shapes, FORMATS, OPS.items()):
        x = m.ones(shape, requires_grad=not name.startswith("resize"))
        said = laid_out(x, lambda op=op, x=x, form=form: op(m, x, getattr(m, form)))
        yield f"{name} {shape} {form}: {said}"


def formats_of_layouts(m: Any) -> Iterator[str]:
    """Each op, of tensors that lie in memory in another way."""
    layouts: list[Callable[[], Any]] = [
        lambda: m.ones(2, 3).t(),
        lambda: m.ones(3)[None].expand(2, 3),
        lambda: m.ones(2, 3, 4, 5).contiguous(memory_format=m.channels_last),
        lambda: m.ones(2, 3, 4, 5).contiguous(memory_format=m.channels_last)[:, ::2],
        lambda: m.ones(2, 3, 4, 5).permute(0, 2, 1, 3),
        lambda: m.ones(2, 3, 4, 5).permute(3, 2, 1, 0),
        lambda: m.ones(2, 3, 4, 5)[..., ::2],
        lambda: m.ones(1, 3, 1, 5).expand(2, 3, 4, 5),
        lambda: m.ones(2, 3, 2, 2, 2).contiguous(memory_format=m.channels_last_3d),
    ]
    for (at, make), form, (name, op) in itertools.product(enumerate(layouts), FORMATS, OPS.items()):
        x = make()
        said = laid_out(x, lambda op=op, x=x, form=form: op(m, x, getattr(m, form)))
        yield f"{name} {at} {form}: {said}"


def what_is_no_format(m: Any) -> Iterator[str]:
    """Another value where a memory format is taken, and a format where nothing is."""
    x = m.ones(2, 3)
    for value, (name, op) in itertools.product(("a", 1, None, m.strided), OPS.items()):
        # Several names torch lists in any order, and `rand_like` has several forms.
        if name not in ("to a copy", "rand_like") and (name != "empty" or value is not None):
            yield f"{name} {value}: {laid_out(x, lambda op=op, v=value: op(m, x, v))}"
    for name in ("float", "byte", "cpu", "clone", "contiguous", "is_contiguous", "to", "double"):
        method = getattr(x, name)
        yield f"{name} by position: {outcome(lambda f=method: f(m.channels_last))}"
        yield f"{name} by another name: {outcome(lambda f=method: f(format=m.channels_last))}"
    yield outcome(lambda: m.zeros(2, memory_format=m.contiguous_format))
    yield outcome(lambda: x.sum(m.preserve_format))
    yield f"{m.channels_last_3d} {m.strided}"


TABLES: tuple[Table, ...] = (formats_of_shapes, formats_of_layouts, what_is_no_format)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_each_is_what_it_is_on_torch(table: Table):
    assert differences(table) == []

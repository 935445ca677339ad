"""Writes where memory shows an element several times, and writes whose result is not saved."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome


def writes_to_expanded_numbers(m: Any) -> Iterator[str]:
    """What is left in the one element, whatever is written where; NaN is no other NaN."""
    nan = float("nan")
    writes: dict[str, Callable[[Any], Any]] = {
        "tril": lambda a: a.tril_(),
        "triu": lambda a: a.triu_(),
        "triu 1": lambda a: a.triu_(1),
        "mask": lambda a: a.masked_fill_(m.ones(a.shape[-1]).cumsum(0) > 1, 5.0),
        "mask first": lambda a: a.masked_fill_(m.ones(a.shape[-1]).cumsum(0) < 2, 5.0),
        "mask by NaN": lambda a: a.masked_fill_(m.ones(a.shape[-1]).cumsum(0) > 1, nan),
        "index": lambda a: a.index_fill_(0, m.tensor([1]), 7.0),
        "put": lambda a: a.index_put_((m.tensor([1]),), m.tensor(7.0)),
        "put NaN": lambda a: a.index_put_((m.tensor([1]),), m.tensor(nan)),
        "zero": lambda a: a.zero_(),
        "fill": lambda a: a.fill_(nan),
    }
    numbers = (nan, 1.0, -0.0, complex(nan, 1), complex(1, nan))
    shapes = ((2, 2), (3, 3), (2, 3), (2, 2, 2), (3, 1))
    for number, shape, (name, write) in itertools.product(numbers, shapes, writes.items()):
        x = m.tensor(number)
        told = outcome(lambda x=x, write=write, shape=shape: write(x.broadcast_to(shape)) is None)
        yield f"{name} {number} {shape}: {told} {x}"


_SAVING = """
abs_ acos_ asin_ atan_ cos_ cosh_ exp_ exp2_ expm1_ log_ log2_ neg_ reciprocal_ relu_ round_ rsqrt_
sgn_ sigmoid_ sin_ sqrt_ square_ tan_ tanh_
"""


def results_that_were_not_saved(m: Any) -> Iterator[str]:
    """A pack hook raises after an op in place has written: what backward says then."""

    def refuse(saved: Any) -> Any:
        raise ValueError("refused")

    def write(saved: Any) -> Any:
        return saved.add_(1)

    befores: tuple[Callable[[Any], Any], ...] = (
        lambda x: x * 1,
        lambda x: x.norm(),
        lambda x: (x * 1)[0],
    )
    for name, pack, before in itertools.product(_SAVING.split(), (refuse, write), befores):
        x = m.tensor([0.5, 0.25], requires_grad=True)
        t = before(x)
        with m.autograd.graph.saved_tensors_hooks(pack, lambda saved: saved):
            told = outcome(lambda t=t, name=name: getattr(t, name)())
        after = outcome(lambda t=t: t.sum().backward())
        yield f"{name} {pack.__name__}: {told[:30]} {t._version} {after} {x.grad}"


def refused_while_packing(m: Any) -> Iterator[str]:
    """A pack hook raises of a call that has another fault besides, which torch would see later."""
    writes: dict[str, Callable[[Any, Any], Any]] = {
        name: lambda a, b, name=name: getattr(a, name)(b)
        for name in [
            "add_",
            "mul_",
            "div_",
            "pow_",
            "clamp_",
            "clamp_min_",
            "remainder_",
            "fmod_",
            "eq_",
            "copy_",
        ]
    }
    writes["clamp_"] = lambda a, b: a.clamp_(max=b)
    writes["clamp_ twice"] = lambda a, b: a.clamp_(b, b)
    writes["masked_fill_"] = lambda a, b: a.masked_fill_(b > 0, 1.0)
    writes["masked_fill_ tensor"] = lambda a, b: a.masked_fill_(a > 0, b)
    writes["index_fill_"] = lambda a, b: a.index_fill_(0, m.tensor([0]), b)
    writes["expanded"] = lambda a, b: a[:1].expand(a.shape).mul_(a)
    writes["addmm_"] = lambda a, b: a.addmm_(a.reshape(-1, 1), b.reshape(1, -1))

    def refuse(saved: Any) -> Any:
        packed.append(tuple(saved.shape))
        raise ValueError("refused")

    needs = ((True, True), (False, True), (True, False))
    shapes = ((2, 3), (2, (2, 2)), ((2, 2), 3), (2, 2))
    for (name, write), shape, need in itertools.product(writes.items(), shapes, needs):
        packed: list[Any] = []
        a, b = (m.ones(s, requires_grad=n) for s, n in zip(shape, need, strict=True))
        a = a.clone()
        with m.autograd.graph.saved_tensors_hooks(refuse, lambda saved: saved):
            told = outcome(lambda a=a, b=b, write=write: write(a, b) is a)
        yield f"{name} {shape} {need}: {told} {packed} {a._version}"


def versions_of_repeated_gradients(m: Any) -> Iterator[str]:
    """How often torch has written to the gradient of `repeat`."""
    for shape, counts in itertools.product(((2, 3), (3,), (), (0, 3)), ((2, 0), (0, 2), (2, 2))):
        x = m.ones(shape, requires_grad=True)
        t = x.repeat(counts)
        (grad,) = m.autograd.grad(t, x, m.ones(t.shape))
        yield f"{shape} {counts}: {grad._version}"


def targets_given_other_data(m: Any) -> Iterator[str]:
    """Classes and weights whose memory is replaced between forward and backward."""
    replaced: dict[str, tuple[Any, ...]] = {
        "weight": (
            *(m.ones(shape) for shape in ((1,), (2,), (3,), (2, 2), (0,), (1, 2), ())),
            m.ones(2, dtype=m.float64),
        ),
        "target": (
            *(
                m.zeros(shape, dtype=m.int64)
                for shape in ((), (1,), (2,), (3,), (2, 2), (1, 2), (0,), (2, 2, 2))
            ),
            m.zeros(2),
            m.tensor([5, 5]),
            m.tensor([-1, -1]),
        ),
    }
    inputs = (((2, 2), (2,)), ((2,), ()), ((2, 2, 2), (2, 2)), ((2, 2, 1, 2), (2, 1, 2)))
    for (shape, aims), reduction, name in itertools.product(inputs, ("mean", "sum"), replaced):
        for given in replaced[name]:
            x = m.ones(shape, requires_grad=True)
            saved = {"target": m.zeros(aims, dtype=m.int64), "weight": m.ones(2)}
            loss = m.nn.functional.cross_entropy(x, reduction=reduction, **saved)
            saved[name].data = given
            told = outcome(loss.backward)
            yield f"{shape} {reduction} {name} {given}: {told} {x.grad}"


def losses_of_replaced_memory(m: Any) -> Iterator[str]:
    """The loss is of one shape, what its gradient is computed from of another."""
    shapes = ((), (1,), (2,), (1, 1), (1, 2), (0,), (2, 2))
    for before, after, which, turned in itertools.product(shapes, shapes, (0, 1), (1, -1)):
        pair = m.ones(before, requires_grad=True), m.ones(before)
        loss = m.nn.functional.mse_loss(*pair[::turned])
        pair[which].data = m.ones(after)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            told = outcome(loss.backward)
        texts = [str(each.message).partition(" (Trigg")[0] for each in said]
        yield f"{before} {after} {which} {turned}: {told} {pair[0].grad} {texts}"


def refused_masked_writes(m: Any) -> Iterator[str]:
    """What is warned of before a masked write to expanded memory is refused."""
    values = (m.tensor(complex(3, -1)), m.tensor(1.0), m.tensor([1.0, 2.0]), 1j, 2.0)
    masks = (m.tensor([False, False]), m.tensor([True, False]), m.tensor([True]))
    for value, mask, shape in itertools.product(values, masks, ((2,), (2, 2))):
        x = m.tensor(1.0).expand(shape)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            told = outcome(lambda x=x, mask=mask, value=value: x.__setitem__((mask,), value))
        yield f"{value} {mask} {shape}: {told} {[str(each.message)[:30] for each in caught]}"
    for mask in masks:
        x = m.tensor(0).expand(2, len(mask))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            told = outcome(lambda x=x, mask=mask: x.__setitem__((slice(-2, None), mask), 1))
        yield f"{mask} behind a slice: {told} {[str(each.message)[:30] for each in caught]}"


def strides_behind_a_write(m: Any) -> Iterator[str]:
    """The gradient of what was written into a view, laid out in any order, recorded or not."""
    for order in itertools.permutations(range(3)):
        for records, part in itertools.product((False, True), (slice(None), slice(0, 1))):
            base = m.zeros(3, 4, 3).permute(*order)
            view = base[part]
            source = m.ones(*view.shape, requires_grad=True)
            view.copy_(source)
            for grad in (m.ones(*view.shape), m.ones(*view.shape[::-1]).permute(2, 1, 0)):
                made = m.autograd.grad(view, source, grad, create_graph=records, retain_graph=True)
                yield f"{order} {records} {part} {grad.stride()} {made[0].stride()}"


def versions_of_gradients_of_comparisons(m: Any) -> Iterator[str]:
    """Of zeros that torch writes, and of sums of them."""
    for op, shape in itertools.product(
        ("gt_", "eq_", "copy_", "remainder_", "add_"), ((), (2,), (2, 2))
    ):
        x, y = m.ones(shape, requires_grad=True), m.ones(shape, requires_grad=True)
        z, ones = m.ones(shape, requires_grad=True), m.ones(shape)
        getattr(x.clone(), op)(ones).sum().backward()
        getattr(m.ones(shape), op)(y).backward(ones)
        getattr(z.clone(), op)(z).sum().backward()
        yield f"{op} {shape}: {[each.grad._version for each in (x, y, z)]}"


def saved_indices_changed_since(m: Any) -> Iterator[str]:
    """The indices beside values are kept as the tensor that they are, whatever becomes of it."""
    changes: dict[str, Callable[[Any], Any]] = {
        "nothing": lambda index: None,
        "unsqueeze_": lambda index: index.unsqueeze_(0),
        "transpose_": lambda index: index.transpose_(0, -1),
        "resize_": lambda index: index.resize_(1),
        "add_": lambda index: index.add_(0),
        "set_": lambda index: index.set_(m.zeros_like(index)),
        "data": lambda index: setattr(index, "data", m.zeros_like(index)),
    }
    calls = {"min": (0,), "max": (0,), "median": (0,), "sort": (0,), "topk": (2, 0)}
    for (op, args), (name, change) in itertools.product(calls.items(), changes.items()):
        x = m.tensor([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0], [5.0, 5.0, 5.0]], requires_grad=True)
        values, index = getattr(x, op)(*args)
        change(index)
        node = values.grad_fn
        same = outcome(lambda node=node, index=index: node._raw_saved_indices.data is index)
        told = outcome(lambda node=node: node._saved_indices)
        yield f"{op} {name}: {same} {told} {outcome(values.sum().backward)} {x.grad}"


def seeds_given_other_data(m: Any) -> Iterator[str]:
    """A view that became the first gradient shares its versions with it, whatever its data are."""
    views: dict[str, Callable[[Any], Any]] = {
        "view": lambda x: x.view(2),
        "movedim": lambda x: x.movedim(0, 0),
        "clone": lambda x: x.clone(),
    }
    for (name, view), data in itertools.product(views.items(), ("none", "leaf", "plain", "part")):
        x, leaf = (m.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
        plain = m.tensor([3.0, 4.0])
        seen = view(x)
        given = {"none": seen.data, "leaf": leaf, "plain": plain, "part": plain.view(2)}[data]
        if data != "none":
            seen.data = given
        seen.backward(seen, retain_graph=True)
        seen.backward(m.ones(2))
        versions = [each._version for each in (x, leaf, plain, seen, given, x.grad)]
        yield f"{name} {data}: {versions} {[x, leaf, plain, seen, x.grad]}"


def warnings_of_expanded_memory(m: Any) -> Iterator[str]:
    """What a write would be warned of is not said where the memory is refused before."""
    one, ones = m.tensor(1j), m.ones(3, dtype=m.complex64)
    calls: tuple[Callable[[Any], Any], ...] = (
        lambda x: x.__setitem__(..., one), lambda x: x.__setitem__(slice(1, None), ones[1:]),
        lambda x: x.__setitem__(slice(None), 1j), lambda x: x.fill_(one), lambda x: x.fill_(1j),
        lambda x: x.copy_(ones), lambda x: x.copy_(one), lambda x: x.eq_(ones),
        lambda x: x.masked_fill_(m.ones(3).bool(), one), lambda x: x.random_(0, 2**40),
        lambda x: x.random_(0, -1), lambda x: x.copy_(m.ones(2) * 1j),
        lambda x: x.scatter_(0, m.tensor([0]), m.ones(1), reduce="add"),
        lambda x: x.masked_scatter_(m.tensor([1, 1, 0], dtype=m.uint8), m.ones(3)),
    )  # fmt: skip
    for (at, call), expanded in itertools.product(enumerate(calls), (True, False)):
        x = m.zeros(1).expand(3) if expanded else m.zeros(3)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            told = outcome(lambda call=call, x=x: call(x) is None)
        yield f"{at} {told} {[str(each.message).split(' (Trig')[0] for each in caught]}"


def indices_that_are_none(m: Any) -> Iterator[str]:
    for indices in (None, 1.0, 1, "a", m.tensor(0), m.tensor([0]), [], ()):
        for value in ((), (1.0,), (m.tensor(2.0),)):
            x = m.tensor([1.0, 2.0])
            told = outcome(lambda x=x, of=indices, value=value: x.index_put_(of, *value))
            yield f"{indices} {value}: {told} {x}"


def masks_of_expanded_memory(m: Any) -> Iterator[str]:
    """Torch warns of a fill where one number is written under one mask that fits its place."""
    off, on = m.tensor([False] * 3), m.tensor([True, False, False])
    two, many = m.tensor([False] * 2), m.tensor([[False, False]] * 3)
    everything = slice(None)
    keys = (
        *((..., off), (off,), off, (off, everything), (..., two), (many,), (..., many)),
        *((everything, off), (everything, two), (..., on), (on,), (two,), (m.tensor([0]),)),
        *((m.tensor(False),), (None, m.tensor(False)), (everything, many), (None, two)),
    )
    shapes = ((3, 2), (2, 2), (3, 3), (2, 3, 2))
    for shape, key, value in itertools.product(shapes, keys, (1.0, m.ones(1), m.ones(()))):
        x = m.tensor(1.0).broadcast_to(shape)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            told = outcome(lambda x=x, key=key, value=value: x.__setitem__(key, value))
        yield f"{shape} {key} {value}: {told} {[str(each.message)[:40] for each in caught]}"


TABLES: tuple[Table, ...] = (
    warnings_of_expanded_memory,
    indices_that_are_none,
    masks_of_expanded_memory,
    seeds_given_other_data,
    saved_indices_changed_since,
    versions_of_gradients_of_comparisons,
    strides_behind_a_write,
    targets_given_other_data,
    losses_of_replaced_memory,
    refused_masked_writes,
    writes_to_expanded_numbers,
    results_that_were_not_saved,
    refused_while_packing,
    versions_of_repeated_gradients,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
@pytest.mark.filterwarnings("ignore")
def test_each_is_what_it_is_on_torch(table: Table):
    assert differences(table) == []

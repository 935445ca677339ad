"""Conjugates, which are views that are yet to be computed, and what is written to them or to what
they are views of."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.mini_autograd.test_recorded_graphs import graph
from tests.parity.tables import Table, differences, outcome


def _ways(m: Any) -> dict[str, Callable[[Any], Any]]:
    return {
        "conj": lambda x: x.conj(),
        "H": lambda x: x.H,
        "mH": lambda x: x.mH,
        "twice": lambda x: x.conj().conj(),
        "part of": lambda x: x.conj()[0],
        "of part": lambda x: x[0].conj(),
        "turned": lambda x: x.conj().t()[1],
        "real": lambda x: x.conj().real,
        "imag": lambda x: x.conj().imag,
        "pairs": lambda x: m.view_as_real(x.conj()),
        "of pairs": lambda x: m.view_as_complex(m.view_as_real(x)).conj(),
        "clone": lambda x: x.conj().clone(),
        "resolve": lambda x: x.conj().resolve_conj(),
        "expand": lambda x: x.conj()[0:1].expand(2, 2),
        "now": lambda x: x.conj_physical(),
        "detach": lambda x: x.conj().detach(),
        "data": lambda x: x.conj().data,
        "product": lambda x: x.conj() * 1,
        "reshape": lambda x: x.H.reshape(-1),
        "contiguous": lambda x: x.H.contiguous(),
    }


def _writes(m: Any) -> dict[str, Callable[[Any, Any], Any]]:
    return {
        "none": lambda x, y: None,
        "base": lambda x, y: x.mul_(2 + 1j),
        "view": lambda x, y: y.mul_(2),
        "zero": lambda x, y: y.zero_(),
        "item": lambda x, y: y.__setitem__(0, 3.0),
        "part of base": lambda x, y: x[0].fill_(1j),
        "itself": lambda x, y: x.copy_(x.conj()),
        "other": lambda x, y: y.copy_(m.ones(y.shape)),
        "added": lambda x, y: y.add_(y),
        "real part": lambda x, y: x.real.fill_(7.0),
        "turned": lambda x, y: y.t_() if y.dim() == 2 else y.unsqueeze_(0),
        "flag": lambda x, y: y.requires_grad_(False),
    }


def _values(tensor: Any) -> list[str]:
    return [str(each) for each in tensor.detach().resolve_conj().reshape(-1).tolist()]


def written(m: Any) -> Iterator[str]:
    """What each shows, before and after a write, and the gradient that goes back through it."""
    kinds = ("leaf", "plain", "result")
    for way, write, kind in itertools.product(_ways(m), _writes(m), kinds):
        leaf = m.tensor([[1 + 2j, 3 - 1j], [0.5j, -2 + 0j]]).requires_grad_(kind != "plain")
        x = leaf * 1 if kind == "result" else leaf
        said: list[Any] = []

        def told(x: Any = x, leaf: Any = leaf, said: Any = said, way: str = way, w: str = write):
            y = _ways(m)[way](x)
            shares = y.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
            said.append((y.is_conj(), y.is_neg(), y._base is x, y.stride(), shares))
            _writes(m)[w](x, y)
            said.append((_values(x), _values(y), x._version, y._version, y.requires_grad))
            said.append((y.is_leaf, graph(y), graph(x), repr(y)))
            z = (y * y.conj()).real + y.imag if y.is_complex() else y * y
            z.backward(m.ones(z.shape))
            return _values(leaf.grad)

        yield f"{way} {write} {kind}: {outcome(told)} {said}"


def in_functions(m: Any) -> Iterator[str]:
    """The memory behind `numpy()`, `data_ptr()` and a view of a view."""
    x = m.tensor([1 + 2j, 3 - 1j, 2j])
    y = x.conj()
    for call in (
        lambda: y.numpy(),
        lambda: y.resolve_conj().numpy(),
        lambda: y.numpy(force=True),
        lambda: y.imag.numpy(),
        lambda: y.imag.resolve_neg().numpy(),
        lambda: y.resolve_neg() is y,
        lambda: (m.is_conj(y), m.is_conj(y.imag), m.is_neg(y.imag), m.is_neg(y.real)),
        lambda: y[1:].storage_offset(),
        lambda: y[1:].data_ptr() - x.data_ptr(),
        lambda: y[1:].conj().data_ptr() - x.data_ptr(),
        lambda: y.sum().backward(),
        lambda: m.zeros(0, dtype=m.complex64).conj().is_conj(),
        lambda: [x.mul_(1j), y[1:].add_(1), x, y, y.imag.add_(5), x, y],
    ):
        yield outcome(call)


def writes_to_what_is_expanded(m: Any) -> Iterator[str]:
    """Torch conjugates where it is what it is to write to, which it refuses of what is expanded."""
    writes: tuple[Callable[[Any], Any], ...] = (
        *(lambda y: y.zero_(), lambda y: y.fill_(2), lambda y: y.tril_(), lambda y: y.mul_(2)),
        *(lambda y: y.masked_fill_(m.tensor([True, False]), 2), lambda y: y.conj_physical_()),
        *(lambda y: y.index_fill_(0, m.tensor([0]), 2), lambda y: y.t_(), lambda y: y.neg_()),
    )
    for place, write in enumerate(writes):
        for way in (lambda x: x.conj(), lambda x: x.conj().imag, lambda x: x, lambda x: x.real):
            x = m.ones(1, 1, dtype=m.complex64)
            y = way(x).expand(2, 2)
            yield f"{place}: {outcome(lambda write=write, y=y: write(y))} {x}"


def bases_given_other_memory(m: Any) -> Iterator[str]:
    """A conjugate is made anew of what `set_` made of its base, whose shape its gradients have."""
    views: tuple[Callable[[Any], Any], ...] = (lambda t: t.conj(), lambda t: t.conj().conj())
    for (at, view), size in itertools.product(enumerate(views), ((0,), (1,), (2, 2), (1, 1))):
        for use in (lambda v: v, lambda v: v.sum(), lambda v: v * 2):
            x = m.ones(3, dtype=m.complex64, requires_grad=True)
            base = x * 2
            seen = view(base)
            base.set_(m.ones(size, dtype=m.complex64))
            used = use(seen)
            yield f"{at} {size}: {outcome(lambda y=used: y.backward(m.ones_like(y)))}"


TABLES: tuple[Table, ...] = (
    written,
    in_functions,
    writes_to_what_is_expanded,
    bases_given_other_memory,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
@pytest.mark.filterwarnings("ignore")
def test_each_is_what_it_is_on_torch(table: Table):
    assert differences(table) == []

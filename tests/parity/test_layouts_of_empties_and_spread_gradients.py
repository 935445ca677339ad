"""Where torch puts what has no elements, and in which order dims that a rule has spread."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome

_OF_EMPTIES = (
    "t[:]", "t[...]", "t[:, :]", "t[None]", "t[:0]", "t[:, 0]", "t[:, 1:]", "t.view(0)", "t.T",
    "t.detach()", "t.data", "t[:][:]", "t.narrow(0, 0, 0)", "t.split(1)[0]", "t.chunk(2)[0]",
    "t.unbind(1)[0]", "t.expand(3, 0, 1)", "t.squeeze()", "t.as_strided((1,), (1,))",
    "t.reshape(0)", "t.unsqueeze(0)", "t.flatten()", "t.view_as(t)", "t.view(torch.int32)",
    "t.diagonal()", "t.unfold(1, 1, 1)", "t.permute(1, 0)", "t.split([0, 0])[1]",
    "t[i]", "t[:, i]", "t.select(1, 0)",
)  # fmt: skip


def _empty_views(torch: Any) -> Iterator[str]:
    """Views that begin at, or behind, the end of their memory."""
    x = torch.arange(4.0).view(2, 2)
    names = {"torch": torch, "i": torch.tensor([], dtype=torch.int64)}
    for start in (0, 1, 2):
        for text in _OF_EMPTIES:

            def call(text: str = text, t: Any = x[2:, start:]) -> Any:
                made = eval(text, names | {"t": t})
                same = made.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
                return made.shape, made.stride(), made.storage_offset(), same

            yield f"{start} {text}: {outcome(call)}"


def _spread(torch: Any) -> Iterator[str]:
    values = torch.arange(4.0).view(2, 2)
    for text in ("x.mean(1)", "x.mean(1, True)", "x.sum(1)", "x.mean((0, 2))", "x.nansum(1)",
                 "x.mean(0)", "x.var(1)", "x.mean(2)"):  # fmt: skip
        for graph in (False, True):
            x = torch.arange(8.0).view(2, 2, 2).requires_grad_()
            y = eval(text, {"x": x})
            seed = (values if y.numel() == 4 else values[0]).t().reshape(y.shape)
            if y.dim() == 2:
                seed = values.t()
            (grad,) = torch.autograd.grad(y, x, seed, create_graph=graph)
            yield f"{text} {graph}: {grad.stride()}"
    spread = values.t().unsqueeze(1).expand(2, 2, 2)
    for text in ("s / 2", "s * 2", "-s", "s + s", "s.exp()", "s.clone()", "torch.div(s, 2)"):
        yield f"{text}: {eval(text, {'s': spread, 'torch': torch}).stride()}"


def _zeros_of_running_products(torch: Any) -> Iterator[str]:
    """Signs of zeros, also for a seed that is a view, which the walk hands over otherwise."""
    values = torch.tensor([[2.0, -1.5, -2.0], [0.0, 2.0, 0.5]])
    zeros = torch.tensor([[-2.0, 1.0, -1.0], [-1.0, 0.5, 3.0]]) * 0
    for seed in (zeros, zeros.t().contiguous().t(), -zeros, -zeros.t().contiguous().t()):
        for graph in (False, True):
            for text in ("x.cumprod(1)", "x.cumsum(1)", "x.prod(1, True).expand(2, 3) * 1"):
                x = values.clone().requires_grad_()
                y = eval(text, {"x": x})
                (grad,) = torch.autograd.grad(y, x, seed, create_graph=graph)
                yield f"{text} {graph}: {grad.tolist()}"


def _expanded_seeds(torch: Any) -> Iterator[str]:
    """Which gradients are the memory of an expanded seed, and with which strides."""
    leaves = {
        "dense": torch.ones(1, 2, 2),
        "with gaps": torch.ones(2, 4)[:, ::2][None, :, :],
        "transposed with gaps": torch.ones(4, 2).t()[:, ::2][None],
        "transposed": torch.ones(1, 2, 2).transpose(1, 2),
        "of two": torch.ones(2, 2, 2),
    }
    calls = (
        "torch.cat([y, x])", "torch.cat([y, y, x])", "x * 1", "x.view_as(x)",
        "x.reshape(-1)", "torch.stack([x])", "x.unsqueeze(0)", "x.flatten(1)", "x + 0",
    )  # fmt: skip
    for (name, leaf), text in itertools.product(leaves.items(), calls):
        x, y = leaf.detach().requires_grad_(), torch.ones(2, 2, 2, requires_grad=True)
        out = eval(text, {"torch": torch, "x": x, "y": y})
        seed = torch.ones(out.shape[1:])[None].expand(out.shape)
        out.backward(seed)
        same = x.grad.untyped_storage().data_ptr() == seed.untyped_storage().data_ptr()
        yield f"{name} {text}: {same} {x.grad.stride()}"


TABLES = (_empty_views, _spread, _zeros_of_running_products, _expanded_seeds)


@pytest.mark.parametrize("table", TABLES)
def test_layouts_are_those_of_torch(table: Table) -> None:
    assert differences(table) == []

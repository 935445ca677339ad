"""What a backward pass has written to, in and outside of `allow_mutation_on_saved_tensors`: there
torch writes to nothing that it made."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome

_CALLS = (
    "torch.max(x,0)[0]", "torch.min(x,-1,True)[0]", "torch.median(x,0)[0]", "torch.median(x)",
    "torch.sort(x)[0]", "torch.topk(x,1)[0]", "torch.max(x)", "torch.min(x)", "torch.amax(x)",
    "torch.amax(x,0)", "torch.aminmax(x)[0]", "torch.maximum(x,x)", "torch.clamp(x,0.,1.)",
    "torch.gather(x,0,i)", "torch.index_select(x,0,i)", "torch.take(x,i)", "x[i]", "x[0]", "x[:1]",
    "torch.masked_select(x,x>0)", "torch.masked_fill(x,x>0,0.)", "torch.where(x>0,x,x*2)",
    "torch.cat([x,x])", "torch.stack([x,x])", "torch.prod(x)", "torch.prod(x,0)",
    "torch.cumprod(x,0)", "torch.cumsum(x,0)", "torch.diag(x)", "torch.tril(x[None])",
    "torch.roll(x,1)", "torch.flip(x,(0,))", "torch.norm(x)", "torch.norm(x,1)", "torch.norm(x,3)",
    "torch.var(x)", "torch.std(x)", "torch.std(x,0)", "torch.softmax(x,0)",
    "torch.log_softmax(x,0)", "torch.logsumexp(x,0)", "torch.sigmoid(x)", "torch.relu(x)",
    "torch.abs(x)", "torch.sign(x)", "torch.index_add(x,0,i,x[:1])", "torch.scatter(x,0,i,2.)",
    "torch.index_fill(x,0,i,2.)", "torch.index_put(x,(i,),x[:1])",
    "torch.nn.functional.mse_loss(x,x*2)", "torch.eq(x,x).float()", "torch.nansum(x)",
    "torch.trace(x.view(1,-1))", "torch.diagonal(x.view(1,-1))", "torch.repeat_interleave(x,2)",
    "x.repeat(2)", "torch.tile(x,(2,))", "torch.outer(x,x)", "torch.dot(x,x)",
    "torch.mv(x.view(1,-1),x)", "torch.mm(x.view(1,-1),x.view(-1,1))", "torch.square(x)", "x**3",
    "x**0.5", "2**x", "torch.fmod(x,2)", "torch.remainder(x,2)", "torch.split(x,1)[0]",
    "torch.chunk(x,2)[0]", "torch.unbind(x)[0]", "x.squeeze()", "x.unsqueeze(0)", "x.t()",
    "x.expand(2,-1)", "x.view(-1)", "x.reshape(-1,1)", "x.clone()", "x.double()",
    "torch.select_scatter(x,x[0],0,0)", "torch.put(x,i,x[:1])", "torch.logaddexp(x,x)",
    "torch.addmm(x.view(1,-1)@x.view(-1,1),x.view(1,-1),x.view(-1,1))",
    "torch.nn.functional.cross_entropy(x[None],i)",
)  # fmt: skip


def _gradients(torch: Any) -> Iterator[str]:
    """The version, the strides and the values of gradients; also of few elements, and of none."""
    for watched in (False, True):
        for values in ([1.0, 2.0], [0.0, 0.0], [3.0], []):
            for text in _CALLS:
                if not values and text == "torch.diag(x)":  # its strides of nothing differ
                    continue
                for graph in (False, True):

                    def call(
                        watched: bool = watched,
                        values: list[float] = values,
                        text: str = text,
                        graph: bool = graph,
                    ) -> Any:
                        x = torch.tensor(values, requires_grad=True)
                        names = {"torch": torch, "x": x, "i": torch.tensor([0])}
                        allow = torch.autograd.graph.allow_mutation_on_saved_tensors
                        with allow() if watched else contextlib.nullcontext():
                            y = eval(text, names)
                            seed = torch.ones_like(y)
                            (grad,) = torch.autograd.grad(y, x, seed, create_graph=graph)
                            return grad._version, grad.stride(), grad.detach()

                    yield f"{watched} {values} {text} {graph}: {outcome(call)}"


def _of_nothing(torch: Any) -> Iterator[str]:
    """Products of no elements, of which torch then spreads the gradient."""
    for shape in ((0,), (0, 2), (2, 0), (0, 1)):
        for text in ("torch.prod(x)", "torch.prod(x, 0)", "torch.prod(x, -1, True)"):

            def call(shape: tuple[int, ...] = shape, text: str = text) -> Any:
                x = torch.ones(shape, requires_grad=True)
                with torch.autograd.graph.allow_mutation_on_saved_tensors():
                    y = eval(text, {"torch": torch, "x": x})
                    (grad,) = torch.autograd.grad(y, x, torch.ones_like(y))
                return grad._version, grad.stride(), grad

            yield f"{shape} {text}: {outcome(call)}"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("table", [_gradients, _of_nothing])
def test_writes_of_the_backward_pass_are_those_of_torch(table: Table) -> None:
    assert differences(table) == []

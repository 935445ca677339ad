"""In inference mode, and there under a dispatch mode: composites of ops give no views, and count
no writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome

_VIEWS = (
    "x.T", "x.mT", "x.H", "x.mH", "x.t()", "x.transpose(0, 1)", "x.swapaxes(0, 1)",
    "x.swapdims(0, 1)", "x.permute(1, 0)", "x.movedim(0, 1)", "x.moveaxis(0, 1)", "x.adjoint()",
    "x.view(4)", "x.view_as(x)", "x.view(torch.int32)", "x.reshape(4)", "x.reshape_as(x)",
    "x.flatten()", "x.ravel()", "x.unflatten(0, (1, 2))", "x.expand(3, 2, 2)", "x.expand_as(x)",
    "x.broadcast_to((3, 2, 2))", "torch.broadcast_tensors(x, torch.ones(3, 1, 1))[0]",
    "x.select(0, 0)", "x.narrow(0, 0, 1)", "x[0:1]", "x[0]", "x[None]", "x[..., 0]",
    "x.diagonal()", "torch.diag(x)", "x.unbind()[0]", "x.split(1)[0]", "x.split([1, 1])[0]",
    "x.chunk(2)[0]", "x.tensor_split(2)[0]", "x[None].squeeze()", "x[None].squeeze(0)",
    "x.unsqueeze(0)", "x.as_strided((2,), (1,))", "x.unfold(0, 1, 1)", "x.real", "x.detach()",
    "x.data", "x.contiguous()", "x.t().contiguous()", "x.t().reshape(4)", "x.to(torch.float32)",
    "x.positive()", "x.conj()", "x.resolve_conj()", "list(x)[0]", "(x + 0j).conj()",
    "torch.view_as_real(x + 0j)",
)  # fmt: skip
_WRITES = (
    "abs_()", "absolute_()", "neg_()", "negative_()", "add_(1)", "sub_(1)", "subtract_(1)",
    "mul_(2)", "multiply_(2)", "div_(2)", "divide_(2)", "true_divide_(2)", "square_()", "pow_(2)",
    "clamp_(0, 1)", "clip_(0, 1)", "asin_()", "arcsin_()", "zero_()", "fill_(1)",
    "fill_diagonal_(1)", "transpose_(0, 1)", "swapaxes_(0, 1)", "swapdims_(0, 1)", "t_()",
    "unsqueeze_(0)", "squeeze_()", "trunc_()", "fix_()", "gt_(1)", "greater_(1)", "lt_(1)",
    "less_(1)", "ne_(1)", "not_equal_(1)", "copy_(torch.ones(2, 2))", "resize_(2, 3)",
    "as_strided_((2,), (1,))", "masked_fill_(x > 0, 1)", "requires_grad_()",
)  # fmt: skip


def _views(torch: Any) -> Iterator[str]:
    for text in _VIEWS:
        for needs_grad in (False, True):
            x = torch.ones(2, 2, requires_grad=needs_grad)

            def call(text: str = text, x: Any = x) -> Any:
                y = eval(text, {"torch": torch, "x": x})
                return y.requires_grad, y.is_inference(), y._is_view(), y is x

            yield f"{text}: {_in_both(torch, call)}"


def _writes(torch: Any) -> Iterator[str]:
    for text in _WRITES:
        outcomes = []
        for call_in in (_alone, _watched):
            x = torch.ones(2, 2)

            def call(text: str = text, x: Any = x) -> Any:
                y = eval(f"x.{text}", {"torch": torch, "x": x})
                return x._version, y is x, y._is_view()

            outcomes.append(call_in(torch, call))
        yield f"{text}: {outcomes}"


def _writes_to_a_composites_result(torch: Any) -> Iterator[str]:
    for text in ("x.T", "x.reshape(4)", "x.movedim(0, 1)", "x.t()", "x[0]"):
        x = torch.ones(2, 2)

        def call(text: str = text, x: Any = x) -> Any:
            y = eval(text, {"x": x})
            y.mul_(3)
            return x, x._version, y._version

        yield f"{text}: {_watched(torch, call)} {_alone(torch, call)}"


def _alone(torch: Any, call: Any) -> str:
    with torch.inference_mode():
        return outcome(call)


def _watched(torch: Any, call: Any) -> str:
    with torch.inference_mode(), torch.autograd.graph.allow_mutation_on_saved_tensors():
        return outcome(call)


def _in_both(torch: Any, call: Any) -> tuple[str, str]:
    return _alone(torch, call), _watched(torch, call)


@pytest.mark.parametrize("table", [_views, _writes, _writes_to_a_composites_result])
def test_composites_do_as_torchs_do(table: Table) -> None:
    assert differences(table) == []

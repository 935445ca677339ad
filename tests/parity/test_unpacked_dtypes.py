"""What a rule does with tensors of another dtype or shape than were saved, which an unpack hook
gives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.parity.tables import differences, outcome

_CALLS = (
    "torch.softmax(x, 0)", "torch.log_softmax(x, 0)", "torch.softmax(x, 0, torch.float64)",
    "torch.log_softmax(x, 0, torch.float64)", "x * x", "torch.exp(x)", "torch.tanh(x)",
)  # fmt: skip


def _given_back(torch: Any) -> Iterator[str]:
    for text in _CALLS:
        for dtype in (torch.float16, torch.float32, torch.float64, torch.int64, torch.bool):
            for graph in (False, True):
                x = torch.tensor([1.0, 2.0], requires_grad=True)

                def call(
                    text: str = text, dtype: Any = dtype, graph: bool = graph, x: Any = x
                ) -> Any:
                    def unpack(shape: Any) -> Any:
                        return torch.ones(shape, dtype=dtype)

                    hooks = torch.autograd.graph.saved_tensors_hooks
                    with hooks(lambda saved: saved.shape, unpack):
                        y = eval(text, {"torch": torch, "x": x})
                    y.backward(torch.ones_like(y), create_graph=graph)
                    return x.grad.dtype, x.grad.tolist() if x.grad.dtype == torch.float64 else None

                yield f"{text} {dtype} {graph}: {outcome(call)}"
    x = torch.ones(2, 2, requires_grad=True)
    for shape in ((2,), (1, 2), (3, 2)):

        def smaller(shape: Any = shape) -> None:
            hooks = torch.autograd.graph.saved_tensors_hooks
            with hooks(lambda saved: 0, lambda packed: torch.ones(shape)):
                y = torch.softmax(x, 0)
            y.sum().backward()

        yield f"{shape}: {outcome(smaller)}"


def test_rules_do_with_what_hooks_unpack_as_torchs_do():
    assert differences(_given_back) == []

"""Transforms of a view whose history has to be renewed: before them, or while they run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome

_VIEWS = ("x.view(3)", "x.t()", "x[:]", "(x * 1)[1:]", "(x * 1).view(3)")
_WRITES = ("t.logical_xor_(zero)", "t.zero_()", "t.logical_and_(t)", "t.ge_(1)", "t.mul_(2)")
_TRANSFORMS = (
    "f.grad(lambda a: (a * a).sum())(t)",
    "f.grad(lambda a: (a * t).sum())(t)",
    "f.grad(lambda a: (a * t).sum())(x)",
    "f.grad(lambda a: (a * a * t).sum())(x * 2)",
    "f.grad(lambda a, b: (a * a * b).sum(), argnums=(0, 1))(t, t * 3)[0]",
    "f.grad(f.grad(lambda a: (a * a * a).sum()))(t.sum())",
    "f.vjp(lambda a: a * a, t)[0]",
    "f.vjp(lambda a: a * a, t)[1](torch.ones_like(t))[0]",
    "f.jvp(lambda a: a * a, (t,), (torch.ones_like(t),))[1]",
    "f.jacrev(lambda a: a * a)(t)",
    "g.vjp(lambda a: (a * t).sum(), t, create_graph=True)[1]",
    "f.grad(lambda a: (write() * a).sum())(t)",
    "f.grad(lambda a: (a * a * write()).sum())(t)",
)


def _gradients(torch: Any) -> Iterator[str]:
    for view in _VIEWS:
        for write in _WRITES:
            for text in _TRANSFORMS:

                def call(view: str = view, write: str = write, text: str = text) -> Any:
                    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
                    base = x * 1 if ("mul" in write or "zero" in write) else x
                    names = {"torch": torch, "f": torch.func, "g": torch.autograd.functional}
                    names |= {"x": base, "zero": torch.zeros(())}
                    names["t"] = eval(view, names)
                    names["write"] = lambda: eval(write, names)
                    if "write" not in text:
                        names["write"]()
                    made = eval(text, names)
                    made.sum().backward()
                    return made.detach(), x.grad

                yield f"{view} {write} {text}: {outcome(call)}"


@pytest.mark.filterwarnings("ignore:The .grad attribute")
@pytest.mark.parametrize("table", [_gradients])
def test_gradients_reach_what_the_view_is_of(table: Table) -> None:
    assert differences(table) == []

"""What a node shows of what it saved, before it is freed and after."""

from __future__ import annotations

from typing import Any

import pytest

import mini_autograd as torch

_FREED = "Trying to backward through the graph a second time"


def leaf(*shape: int) -> Any:
    return torch.ones(*shape, requires_grad=True)


@pytest.mark.parametrize(
    ("compute", "shown"),
    [
        (lambda x: x + 1, {"alpha": 1}),
        (lambda x: x.add(x, alpha=2), {"alpha": 2}),
        (lambda x: x[:, 1:2], {"dim": 1, "start": 1, "end": 2, "step": 1}),
        (lambda x: x.split(1)[0], {"dim": 0, "split_size": 1, "self_sym_sizes": (2, 3)}),
        (lambda x: x.split([1, 1])[0], {"dim": 0, "split_sizes": (1, 1)}),
        (lambda x: x @ x.t(), {"self_sym_strides": (3, 1), "mat2_sym_sizes": (3, 2)}),
        (lambda x: x.sum(-1), {"dim": (2**64 - 1,), "keepdim": False}),
    ],
)
def test_attributes_have_torchs_names_and_values(compute: Any, shown: dict[str, Any]) -> None:
    node = compute(leaf(2, 3)).grad_fn
    assert {name: getattr(node, f"_saved_{name}") for name in shown} == shown


def test_a_freed_node_shows_all_but_its_tensors() -> None:
    y = leaf(2, 3).softmax(1)
    y.sum().backward()
    node = y.grad_fn
    assert node._saved_dim == 1
    with pytest.raises(RuntimeError, match=_FREED):
        _ = node._saved_result


def test_what_a_freed_node_never_saved_is_none() -> None:
    x = leaf(2, 3)
    y = x @ torch.ones(3, 2)
    node = y.grad_fn
    assert node._saved_self is None  # which only the other's gradient would need
    y.sum().backward()
    assert node._saved_self is None
    assert node._saved_mat2_sym_sizes == (3, 2)
    with pytest.raises(RuntimeError, match=_FREED):
        _ = node._saved_mat2

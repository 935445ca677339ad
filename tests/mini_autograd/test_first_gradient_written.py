"""A first gradient that somebody else holds is copied into a new one: a write, as torch 2.13's."""

from __future__ import annotations

import pytest

import mini_autograd as torch


@pytest.mark.parametrize("create_graph", [False, True])
def test_that_write_is_watched(create_graph: bool) -> None:
    x = torch.ones(2, requires_grad=True)
    with (
        torch.autograd.graph.allow_mutation_on_saved_tensors(),
        torch.inference_mode(),
        pytest.raises(RuntimeError, match="Inference tensors do not track version counter"),
    ):
        x.backward(torch.ones(2), create_graph=create_graph)
    assert x.grad is None


def test_what_nobody_else_holds_is_not_written() -> None:
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    with torch.autograd.graph.allow_mutation_on_saved_tensors(), torch.inference_mode():
        y.backward(torch.ones(2))
    assert x.grad is not None
    assert x.grad.tolist() == [2.0, 2.0]


@pytest.mark.parametrize("shape", [(), (1,), (2,)])
def test_a_hook_that_detaches_a_seed_hands_its_memory_on(shape: tuple[int, ...]) -> None:
    x, seed = torch.ones(shape, requires_grad=True), torch.ones(shape)
    x.register_hook(lambda grad: grad.detach())
    x.backward(seed)
    assert x.grad is not None
    assert x.grad.untyped_storage().data_ptr() == seed.untyped_storage().data_ptr()
    assert x.grad._version == 0


def test_what_is_retained_a_second_time_has_memory_of_its_own() -> None:
    x = torch.ones(1, requires_grad=True)
    product = torch.dot(x, x)
    view = product.expand(())
    view.backward(inputs=[product, view], retain_graph=True)
    view.backward(inputs=[product, view])
    assert product.grad is not None
    assert view.grad is not None
    assert product.grad.untyped_storage().data_ptr() != view.grad.untyped_storage().data_ptr()

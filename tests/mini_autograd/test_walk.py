"""The backward walk: its order, sums, shapes, hooks, and what it frees."""

from __future__ import annotations

import gc
import sys
import weakref

import pytest

import mini_autograd as torch
from mini_autograd.core.graph import graph


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


def named_hooks(**tensors):
    """A list that says in which order the gradients of the tensors became known."""
    seen = []
    for name, tensor in tensors.items():
        tensor.register_hook(lambda grad, name=name: seen.append(name))
    return seen


def test_gradients_from_several_paths_are_summed():
    x = torch.tensor(3.0, requires_grad=True)
    (x * x + x.exp() * 0 + 5 * x).backward()
    assert x.grad.item() == 11.0


def test_a_node_used_twice_runs_once_with_the_sum():
    x = torch.tensor(2.0, requires_grad=True)
    square = x * x
    grads = []
    square.register_hook(lambda grad: grads.append(grad.item()))
    (3 * square + 4 * square).backward()
    assert grads == [7.0]
    assert x.grad.item() == 28.0


def test_the_newest_node_runs_first():
    x = leaf(1.0)
    a = x * 2
    b = x * 3
    c = a * 1
    order = named_hooks(a=a, b=b, c=c)
    (c + b).sum().backward()
    assert order == ["c", "b", "a"]


def test_a_number_set_by_hand_changes_the_order_and_no_sum(monkeypatch):
    monkeypatch.setattr(graph.numbering, "changed", False)
    x = leaf(2.0)
    a = x * 2
    b = a * 3
    a.grad_fn._set_sequence_nr(10**9)
    assert a.grad_fn._sequence_nr() == 10**9
    order = named_hooks(a=a, b=b)
    (a * b).backward()
    assert order == ["b", "a"]
    assert x.grad.item() == 48.0
    c, d = x * 2, x * 3
    c.grad_fn._set_sequence_nr(10**9)
    order = named_hooks(c=c, d=d)
    (c + d).backward()
    assert order == ["c", "d"]


def test_a_leaf_is_served_as_soon_as_its_last_gradient_has_come():
    x, y = leaf(1.0), leaf(1.0)
    old = x * 2
    new = y * 3
    order = named_hooks(x=x, y=y, old=old, new=new)
    (old + new).sum().backward()
    assert order == ["new", "y", "old", "x"]


def test_leaves_of_one_node_are_served_in_the_order_of_its_inputs():
    a, b, c = leaf(1.0), leaf(1.0), leaf(1.0)
    order = named_hooks(c=c, b=b, a=a)
    torch.stack([a, b, c]).sum().backward()
    assert order == ["a", "b", "c"]


def test_a_hundred_thousand_additions_go_backward_without_recursion():
    x = torch.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(100_000):
        y = y + x
    assert sys.getrecursionlimit() < 100_000
    y.backward()
    assert x.grad.item() == 100_001.0


def test_a_deep_graph_is_freed_without_recursion():
    y = torch.tensor(1.0, requires_grad=True)
    for _ in range(100_000):
        y = y + 1
    del y


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((3,), [2.0, 2.0, 2.0]), ((1,), [6.0]), ((2, 1), [[3.0], [3.0]]), ((), 6.0)],
)
def test_a_gradient_is_summed_over_what_broadcasting_added(shape, expected):
    x = torch.ones(shape, requires_grad=True)
    (x * torch.ones(2, 3)).sum().backward()
    assert x.grad.tolist() == expected


def test_a_gradient_has_the_dtype_of_its_input():
    half = torch.tensor([1.0, 2.0], dtype=torch.float16, requires_grad=True)
    (half * torch.tensor([3.0, 4.0], dtype=torch.float64)).sum().backward()
    assert half.grad.dtype is torch.float16
    assert half.grad.tolist() == [3.0, 4.0]


def test_of_a_complex_gradient_a_real_input_takes_the_real_part():
    x = torch.tensor(2.0, requires_grad=True)
    (x * torch.tensor(3.0 + 4.0j)).backward(torch.tensor(1.0 + 0.0j))
    assert x.grad.item() == 3.0


def test_a_hook_replaces_the_gradient_for_all_below():
    x = leaf(1.0, 2.0)
    y = x * 3
    y.register_hook(lambda grad: grad * 10)
    y.sum().backward()
    assert x.grad.tolist() == [30.0, 30.0]


def test_hooks_run_in_the_order_of_registration_on_what_the_last_one_gave():
    x = leaf(1.0)
    seen = []
    x.register_hook(lambda grad: grad + 1)
    x.register_hook(lambda grad: seen.append(grad.item()))
    x.register_hook(lambda grad: grad * 2)
    (x * 5).sum().backward()
    assert seen == [6.0]
    assert x.grad.tolist() == [12.0]


def test_a_removed_hook_runs_no_more():
    x = leaf(1.0)
    seen = []
    handle = x.register_hook(seen.append)
    handle.remove()
    (x * 2).sum().backward()
    assert seen == []


def test_a_hook_on_a_leaf_outlives_the_graph():
    x = leaf(1.0)
    seen = []
    x.register_hook(lambda grad: seen.append(grad.item()))
    for factor in (2, 3):
        (x * factor).sum().backward()
    assert seen == [2.0, 3.0]


@pytest.mark.parametrize("create_graph", [False, True])
def test_hooks_record_operations_as_the_walk_does(create_graph):
    x = leaf(1.0)
    y = x * x
    modes = []
    y.register_hook(lambda grad: modes.append(torch.is_grad_enabled()))
    torch.autograd.grad(y.sum(), x, create_graph=create_graph)
    assert modes == [create_graph]
    assert torch.is_grad_enabled()


def test_a_hook_may_itself_go_backward():
    x, inner = leaf(2.0), leaf(3.0)

    def walk_another_graph(grad):
        with torch.enable_grad():
            (inner * inner).sum().backward()

    y = x * x
    y.register_hook(walk_another_graph)
    y.sum().backward()
    assert (x.grad.tolist(), inner.grad.tolist()) == ([4.0], [6.0])


def test_an_error_in_a_hook_ends_the_walk_and_nothing_else():
    x = leaf(2.0)
    y = x * x

    def refuse(grad):
        raise LookupError("not here")

    handle = y.register_hook(refuse)
    with pytest.raises(LookupError, match="not here"):
        y.sum().backward(retain_graph=True)
    assert x.grad is None
    assert torch.is_grad_enabled()
    handle.remove()
    y.sum().backward()
    assert x.grad.tolist() == [4.0]


def test_a_gradient_is_retained_on_request():
    x = leaf(1.0, 2.0)
    y = x * 2
    y.retain_grad()
    z = y * y
    z.sum().backward()
    assert y.grad.tolist() == [4.0, 8.0]
    assert z.retains_grad is False


def test_with_inputs_nothing_else_is_accumulated_into_nor_run():
    x, y = leaf(2.0), leaf(3.0)
    a, b = x * 2, y * 2
    order = named_hooks(a=a, b=b)
    (a * b).sum().backward(inputs=[x])
    assert x.grad.tolist() == [12.0]
    assert y.grad is None
    assert order == ["a"]


def test_a_tensor_between_can_be_asked_for_and_what_is_below_it_does_not_run():
    x = leaf(2.0)
    y = x * x
    order = named_hooks(x=x)
    (grad,) = torch.autograd.grad((y * 5).sum(), y)
    assert grad.tolist() == [5.0]
    assert order == []


def test_two_outputs_of_one_node_send_their_gradients_together():
    x = torch.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
    left, right = x.split(2)
    (left * 10).sum().backward(retain_graph=True)
    assert x.grad.tolist() == [10.0, 10.0, 0.0, 0.0]
    (left + right * 2).sum().backward()
    assert x.grad.tolist() == [11.0, 11.0, 2.0, 2.0]


def test_an_unused_output_that_holds_integers_gets_no_gradient():
    x = leaf(3.0, 9.0, 5.0)
    values, indices = x.max(dim=0)
    assert indices.requires_grad is False
    values.backward()
    assert x.grad.tolist() == [0.0, 1.0, 0.0]


def test_the_walk_leaves_no_reference_cycle():
    gc.collect()
    gc.disable()
    try:
        x = leaf(1.0)
        y = (x.exp() * x).sum()
        graph = weakref.ref(y)
        y.backward()
        del y
        assert graph() is None
        tensor = weakref.ref(x)
        del x
        assert tensor() is None
    finally:
        gc.enable()


def test_what_a_walk_leaves_cannot_fail_it() -> None:
    x, unused = torch.zeros(0, requires_grad=True), torch.zeros(0, 1, requires_grad=True)
    y = torch.zeros(0).outer(x).index_add(1, torch.tensor(0), unused)
    assert torch.autograd.grad(y, [x], torch.zeros(0, 0), retain_graph=True)[0].shape == (0,)
    with pytest.raises(RuntimeError, match="indexing axis dim should be positive"):
        torch.autograd.grad(y, [x, unused], torch.zeros(0, 0))


def test_a_walk_by_one_operand_goes_past_writes_of_another() -> None:
    base, value = torch.zeros(3, requires_grad=True), torch.ones(2, requires_grad=True)
    y = base * 2
    y[:2] *= value
    (grad,) = torch.autograd.grad(y, [base], torch.ones(3), retain_graph=True)
    assert grad.tolist() == [2.0, 2.0, 2.0]
    (grad,) = torch.autograd.grad(y + 1, [value], torch.ones(3))
    assert grad.tolist() == [0.0, 0.0]

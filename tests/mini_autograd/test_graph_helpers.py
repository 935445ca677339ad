"""`torch.autograd.graph`: edges in place of tensors, hooks for several, versions."""

from __future__ import annotations

import copy
from collections import OrderedDict

import pytest

import mini_autograd as torch
from mini_autograd.autograd.graph import (
    GradientEdge,
    Node,
    get_gradient_edge,
    increment_version,
    register_multi_grad_hook,
)


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


def test_an_edge_is_a_node_and_an_output():
    x = leaf(1.0, 2.0)
    _, right = x.split(1)
    assert get_gradient_edge(right) == GradientEdge(right.grad_fn, 1)
    assert get_gradient_edge(x).node.name() == "torch::autograd::AccumulateGrad"
    assert get_gradient_edge(x).node is (x * 2).grad_fn.next_functions[0][0]


def test_what_has_no_gradient_has_no_edge():
    with pytest.raises(RuntimeError) as raised:
        get_gradient_edge(torch.ones(1))
    assert str(raised.value) == (
        "It is not possible to get the gradient edge for a Tensor that does not require gradients"
    )


def test_an_edge_stands_for_its_tensor_among_inputs_and_outputs():
    x = leaf(3.0)
    y = x * 2
    edge = get_gradient_edge(y)
    by_edge, by_tensor = torch.autograd.grad(y * y, [edge, y], retain_graph=True)
    assert by_edge is by_tensor
    assert by_edge.item() == 12.0
    (by_x,) = torch.autograd.grad(edge, x, torch.tensor([5.0]), retain_graph=True)
    assert by_x.item() == 10.0
    torch.autograd.backward(get_gradient_edge(y * y), inputs=[get_gradient_edge(x)])
    assert x.grad.item() == 24.0


def test_the_cotangent_of_an_edge_is_checked_as_that_of_a_tensor():
    edge = get_gradient_edge(leaf(1.0, 2.0) * 2)
    with pytest.raises(RuntimeError, match="Mismatch in shape: grad_output"):
        torch.autograd.backward(edge, torch.ones(3))
    with pytest.raises(RuntimeError, match="grad can be implicitly created only for scalar outp"):
        torch.autograd.backward(edge)


def test_zeros_are_not_made_for_an_edge():
    x = leaf(1.0)
    with pytest.raises(RuntimeError, match="cannot be used when the given input is a Gradient"):
        torch.autograd.grad(x * 2, get_gradient_edge(leaf(1.0)), materialize_grads=True)


def test_a_dict_of_inputs_is_answered_by_a_dict():
    x, w = leaf(2.0), leaf(3.0)
    grads = torch.autograd.grad(x * w, {"x": x, "w": w})
    assert {name: grad.item() for name, grad in grads.items()} == {"x": 3.0, "w": 2.0}
    with pytest.raises(TypeError) as raised:
        torch.autograd.grad(x * w, OrderedDict(x=x))
    assert str(raised.value) == (
        "`inputs` argument to `grad()` must be a dict, not OrderedDict. "
        "Other Mapping types are not supported."
    )


def test_one_hook_waits_for_all_that_the_walk_comes_to():
    a, b = leaf(2.0), leaf(3.0)
    c, d = a * b, a * b
    seen = []
    handle = register_multi_grad_hook(
        (a, b, c, d), lambda grads: seen.append([g is not None for g in grads])
    )
    c.sum().backward(retain_graph=True)
    c.sum().backward(inputs=[a], retain_graph=True)
    (c + d).backward(retain_graph=True)
    handle.remove()
    c.sum().backward()
    assert seen == [[True, True, True, False], [True, False, True, False], [True] * 4]


def test_it_does_not_count_on_a_root_that_is_the_only_one():
    a, b = leaf(2.0), leaf(3.0)
    c = a * b
    seen = []
    register_multi_grad_hook((a, b, c), lambda grads: seen.append([g is not None for g in grads]))
    c.backward()
    assert seen == [[True, False, True]]


def test_or_for_the_first():
    a, b = leaf(2.0), leaf(3.0)
    seen = []
    register_multi_grad_hook((a, b, torch.ones(1)), lambda g: seen.append(g.item()), mode="any")
    (a * b).backward()
    (a * b).backward()
    assert seen == [3.0, 3.0]


def test_it_cannot_wait_for_a_leaf_that_grad_asks_for():
    a = leaf(2.0)
    register_multi_grad_hook((a,), print)
    with pytest.raises(RuntimeError, match="A leaf node was passed to _will_engine_execute_node"):
        torch.autograd.grad(a * 2, a)


def test_it_waits_for_all_or_for_any():
    with pytest.raises(ValueError, match="Expects mode to be one of"):
        register_multi_grad_hook((leaf(1.0),), print, mode="most")


def test_a_write_that_nobody_saw_is_counted_by_hand():
    x = leaf(1.0, 2.0)
    y = x * 1
    z = y.exp().sum()
    increment_version(y[:1])
    assert y._version == 1
    z.backward()  # exp saved its result and not y
    total = (y * y).sum()
    increment_version([y])
    with pytest.raises(RuntimeError, match="is at version 2; expected version 1 instead"):
        total.backward()
    with pytest.raises(RuntimeError, match="increment_version expect a Iterable"):
        increment_version(3)


def test_every_grad_fn_is_a_node():
    y = leaf(1.0) * 2
    assert isinstance(y.grad_fn, Node)
    assert isinstance(y.grad_fn.next_functions[0][0], Node)


def test_a_hook_of_any_gradient_bears_its_functions_name_where_a_copy_leaves_it_behind() -> None:
    def named(grad: torch.Tensor) -> None:
        """Nothing."""

    x = torch.ones(2, requires_grad=True)
    torch.autograd.graph.register_multi_grad_hook((x,), named, mode="any")
    with pytest.warns(UserWarning, match=r"backward hook <function .*\.named at 0x"):
        copy.copy(x)

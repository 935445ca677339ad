"""What a user may do with a node by hand, and with the edges that name one."""

from __future__ import annotations

from typing import Any

import pytest

import mini_autograd as torch

graph = torch.autograd.graph


def leaf() -> Any:
    return torch.tensor([1.0, 2.0], requires_grad=True)


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        return a * 2

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad * 2


def test_nodes_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="cannot create 'ExpBackward0' instances"):
        type(leaf().exp().grad_fn)()
    with pytest.raises(TypeError, match="Can't instantiate abstract class Node with abstract"):
        graph.Node()
    with pytest.raises(TypeError, match=r"Node\(\) takes no arguments"):
        graph.Node(3)


@pytest.mark.parametrize("name", ["next_functions", "metadata", "requires_grad", "_input_metadata"])
def test_what_a_node_shows_is_neither_set_nor_deleted(name: str) -> None:
    for node, owner in (
        (leaf().exp().grad_fn, "ExpBackward0"),
        (graph.get_gradient_edge(leaf()).node, "AccumulateGrad"),
        (Doubled.apply(leaf()).grad_fn, "torch._C._FunctionBase"),
    ):
        message = f"attribute '{name}' of '{owner}' objects is not writable"
        with pytest.raises(AttributeError, match=message):
            setattr(node, name, 3)
        with pytest.raises(AttributeError, match=message):
            delattr(node, name)


def test_the_leaf_of_an_accumulator_cannot_be_exchanged() -> None:
    x = leaf()
    node = x.exp().grad_fn.next_functions[0][0]
    assert node.variable is x
    with pytest.raises(AttributeError, match="'variable' of 'AccumulateGrad' objects is not"):
        node.variable = leaf()


def test_the_context_of_a_function_is_a_node() -> None:
    node = Doubled.apply(leaf()).grad_fn
    assert isinstance(node, graph.Node)
    (accepted,) = node._input_metadata
    assert (accepted.shape, accepted.dtype) == ([2], torch.float32)
    assert not isinstance(leaf(), graph.Node)


def test_an_edge_at_something_else_is_refused() -> None:
    edge = graph.GradientEdge(3, 0)
    message = "GradientEdge's first object must be an autograd.graph.Node but got int"
    with pytest.raises(RuntimeError, match=message):
        torch.autograd.grad(leaf().sum(), edge)
    with pytest.raises(RuntimeError, match=message):
        leaf().sum().backward(inputs=[edge])
    with pytest.raises(AttributeError, match="'int' object has no attribute '_input_metadata'"):
        torch.autograd.backward(edge)


def test_batches_of_gradients_for_an_edge() -> None:
    x = leaf()
    edge = graph.get_gradient_edge(x * x)
    rows = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    (found,) = torch.autograd.grad(edge, x, rows, is_grads_batched=True, retain_graph=True)
    assert found.tolist() == [[2.0, 0.0], [0.0, 4.0]]
    with pytest.raises(RuntimeError, match="Batched grads are not supported with GradientEdge"):
        torch.autograd.grad(edge, x, torch.ones(3, 2, 1), is_grads_batched=True)


@pytest.mark.parametrize("flag", ["retain_graph", "create_graph"])
def test_flags_of_a_walk_are_integers(flag: str) -> None:
    for value, kind in (("yes", "str"), (1.5, "float"), ([], "list")):
        message = f"'{kind}' object cannot be interpreted as an integer"
        with pytest.raises(TypeError, match=message):
            leaf().sum().backward(**{flag: value})
        x = leaf()
        with pytest.raises(TypeError, match=message):
            torch.autograd.grad(x.sum(), x, **{flag: value})
    x = leaf()
    y = (x * x).sum()
    y.backward(retain_graph=2)
    y.backward()
    assert x.grad.tolist() == [4.0, 8.0]


@pytest.mark.parametrize("flag", ["clear_saved_tensors_on_access", "boxed_grads_call"])
def test_flags_of_a_function_are_bools(flag: str) -> None:
    function = type("F", (Doubled,), {flag: 3})
    with pytest.raises(RuntimeError, match=f"{flag} must be a bool, got int"):
        function.apply(torch.ones(2))


def test_classes_of_nodes_print_as_those_of_c() -> None:
    view = leaf() * 2
    view[0] = 1
    assert str(type(leaf().exp().grad_fn)) == "<class 'ExpBackward0'>"
    assert str(type(view.grad_fn)) == "<class 'CopySlices'>"
    assert str(type(graph.get_gradient_edge(leaf()).node)) == "<class 'AccumulateGrad'>"


def test_a_tensor_set_to_other_memory_is_made_by_nothing_implemented() -> None:
    x = leaf() * 2
    x.set_(torch.ones(1))
    assert repr(x) == "tensor([1.], grad_fn=<NotImplemented>)"


def test_hooks_of_several_tensors_need_nodes_and_a_walk() -> None:
    with pytest.raises(AssertionError, match=r"^Expected gradient function to be set$"):
        graph.register_multi_grad_hook([torch.ones(1)], lambda grads: None, mode="all")
    x = leaf()
    graph.register_multi_grad_hook([x], lambda grads: None)
    (hook,) = x._backward_hooks.values()
    with pytest.raises(AssertionError, match=r"^expected this hook to be called inside a backward"):
        hook(torch.ones(1))

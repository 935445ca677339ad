"""`GradientEdge`: an edge of the graph, to be used in place of the tensor that belongs to it."""

from __future__ import annotations

from typing import NamedTuple

from mini_autograd.core.graph.graph import Edge, Node
from mini_autograd.core.modes.grad_mode import enable_grad, state
from mini_autograd.core.tensor.history import edge_of
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.graph import backward as backward_errors
from mini_autograd.messages.graph import hooks as errors


class GradientEdge(NamedTuple):
    """A node and the number of its output; `backward` and `grad` take it in place of a tensor.

    It keeps the graph alive, but not the tensor's memory: where the node is a custom Function's by
    the node of a view, the `ownership_token`.
    """

    node: Node
    output_nr: int
    ownership_token: Node | None = None

    def place(self) -> Edge:
        """The edge of the graph that it stands for.

        Raises:
            RuntimeError: `node` is not a node.
        """
        if not isinstance(self.node, Node):
            raise backward_errors.edge_of_no_node(self.node)
        return self.node.as_node, self.output_nr


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """The edge that the gradient of a tensor arrives at.

    Raises:
        RuntimeError: the tensor requires no grad.
    """
    if not tensor.requires_grad:
        raise errors.edge_without_grad()
    node = node_of(tensor)
    grad_fn, token = node.as_grad_fn, None
    if grad_fn is not node:  # the context of a custom Function, which does not keep the graph alive
        with enable_grad():
            token = tensor.view_as(tensor).grad_fn
    return GradientEdge(grad_fn, tensor.output_nr, token)


def node_of(tensor: Tensor | GradientEdge) -> Node:
    """The node that made the tensor, or for a leaf its AccumulateGrad.

    Raises:
        AssertionError: the tensor requires no grad.
        RuntimeError: a leaf, in inference mode.
    """
    if isinstance(tensor, GradientEdge):
        return tensor.place()[0]
    node = tensor._maker()
    if node is not None:
        return node
    if not tensor.requires_grad:
        raise errors.no_node()
    if state.inference:  # where torch finds no accumulator, as it does by a view of the leaf
        raise errors.edge_in_inference_mode()
    edge = edge_of(tensor)
    if edge is None:
        raise errors.no_node()
    return edge[0]

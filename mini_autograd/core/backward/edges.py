"""A place in the graph where a gradient is known: what stands for a tensor in a walk."""

from __future__ import annotations

from typing import NamedTuple

from mini_autograd.core.graph.graph import Edge, Node
from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.tensor.history import edge_of
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.graph import backward as backward_errors
from mini_autograd.messages.graph import hooks as errors


class GradientEdge(NamedTuple):
    """A node and which of its outputs; `backward` and `grad` take it for the tensor itself.

    It keeps the graph alive and not the tensor's memory. `ownership_token` is torch's, and unused.
    """

    node: Node
    output_nr: int
    ownership_token: Node | None = None

    def place(self) -> Edge:
        """The same as the graph knows it.

        Raises:
            RuntimeError: `node` is no node.
        """
        if not isinstance(self.node, Node):
            raise backward_errors.edge_of_no_node(self.node)
        return self.node.recorded, self.output_nr


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """Where the gradient of a tensor is known.

    Raises:
        RuntimeError: the tensor requires no grad.
    """
    if not tensor.requires_grad:
        raise errors.edge_without_grad()
    return GradientEdge(node_of(tensor).shown, tensor.output_nr)


def node_of(tensor: Tensor | GradientEdge) -> Node:
    """What made the tensor, or accumulates into it.

    Raises:
        AssertionError: neither, since it requires no grad.
        RuntimeError: in inference mode, of a leaf.
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

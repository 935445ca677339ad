"""Results of a transform lose a graph that leads to nothing of the user's.

A transform differentiates by tensors of its own making. What it gives has a graph to them, which
torch's levels hide; here, a result keeps its graph only if that leads on to another leaf.
"""

from __future__ import annotations

from collections.abc import Iterable

from mini_autograd.graph import AccumulateGrad, Node
from mini_autograd.tensor import Tensor, accumulator_of, detached


def own_leaves(tensors: Iterable[Tensor]) -> frozenset[Node]:
    """The graph's ends in those of the tensors that are leaves; to be held while needed."""
    return frozenset(
        accumulator_of(each) for each in tensors if each._node is None and each._requires_grad
    )


def severed(result: Tensor, own: frozenset[Node]) -> Tensor:
    """The result, outside the graph unless that leads to a leaf which is none of `own`."""
    if result._node is None:
        is_own = result._requires_grad and accumulator_of(result) in own
        return detached(result) if is_own else result
    stack: list[Node] = [result._node]
    seen = set(stack)
    while stack:
        node = stack.pop()
        if isinstance(node, AccumulateGrad) and node not in own:
            return result
        for edge in node.edges:
            if edge is not None and edge[0] not in seen:
                seen.add(edge[0])
                stack.append(edge[0])
    return detached(result)

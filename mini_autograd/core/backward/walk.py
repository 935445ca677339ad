"""The backward walk: its order, sums, checks, freeing. Iterative and deterministic.

As torch's engine: a node runs once every gradient for it has arrived; of the ready nodes, the
one recorded last runs first, but an AccumulateGrad runs as soon as it is ready.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence

from mini_autograd.core.backward.observed_walk import AttendedWalk, Captures, validated
from mini_autograd.core.graph.graph import (
    ACCUMULATE_SEQUENCE,
    Arithmetic,
    Edge,
    Grad,
    Node,
    numbering,
)
from mini_autograd.core.modes.anomaly import anomaly


def run(
    roots: Sequence[Edge],
    seeds: Sequence[Grad | None],
    arithmetic: Arithmetic,
    keep_graph: bool,
    captures: Captures | None = None,
) -> list[Grad | None]:
    """Walks from the roots, each with its gradient, to every leaf, or to the captures only.

    A seed has its root's shape and dtype.
    With captures, nothing is accumulated anywhere else: gives the gradient that arrived at each
    that has an index, None where none did.
    """
    passages = list[Node]()
    order = _order(roots, passages)
    bypassed = [each for each in passages if each.is_passage and (each, 0) not in (captures or ())]
    attended = None  # what nobody attends to shall cost nothing
    if captures is not None or anomaly.enabled:
        attended = AttendedWalk(order, arithmetic, captures, roots)
    arrived = _started(roots, seeds, arithmetic)
    for node in order:
        outputs = arrived.pop(node, None)
        if outputs is None:
            continue
        if node.hooks is None and attended is None:
            grads = node.backward(outputs, arithmetic)
        else:
            if attended is None:
                attended = AttendedWalk(order, arithmetic, captures, roots)
            answer = attended.run(node, outputs, keep_graph)
            if answer is None:
                continue
            grads = answer
        outputs = None  # nor what it was given, which may be what it gave
        index = -1
        for edge in node.edges:
            index += 1
            if bypassed:
                edge = _onward(edge, bypassed)
            if edge is None:
                continue
            target, output = edge
            accepted = target.accepted
            grad = grads[index]
            if grad is not None:
                shape, dtype = accepted[output]
                # The type of a NumPy scalar tells its dtype at a tenth of the cost of asking it.
                if (shape or type(grad) is not dtype.type) and (
                    grad.dtype is not dtype or grad.shape != shape
                ):
                    grad = validated(grad, edge, arithmetic, node, index)
            sums = arrived.get(target)
            if sums is None:
                arrived[target] = [grad] if len(accepted) == 1 else _placed(grad, edge)
            elif grad is not None:
                if sums[output] is None:
                    sums[output] = grad
                else:
                    arithmetic.gather(sums, output, target, grad, grads, index)
        if not keep_graph:
            node.release()
        # A leaf keeps without a copy what nobody else holds, so nothing here may hold it either.
        grad = grads = answer = None  # type: ignore[assignment]
    return [] if attended is None else attended.end()


def _onward(edge: Edge | None, bypassed: Sequence[Node]) -> Edge | None:
    """Where an edge leads beyond passages: no gradients are summed there, as in torch, whose
    outer graph has no node for them."""
    while edge is not None and edge[0] in bypassed:
        edge = edge[0].edges[0]
    return edge


def _placed(grad: Grad | None, edge: Edge) -> list[Grad | None]:
    """The gradient as that of one of the node's outputs."""
    node, output = edge
    placed: list[Grad | None] = [None] * len(node.accepted)
    placed[output] = grad
    return placed


def _started(
    roots: Sequence[Edge], seeds: Sequence[Grad | None], arithmetic: Arithmetic
) -> dict[Node, list[Grad | None]]:
    """What has arrived before the first node runs; a root may be given twice."""
    arrived: dict[Node, list[Grad | None]] = {}
    for edge, seed in zip(roots, seeds, strict=True):
        node, output = edge
        sums = arrived.get(node)
        if sums is None:
            arrived[node] = [seed] if len(node.accepted) == 1 else _placed(seed, edge)
        elif seed is not None:
            held = sums[output]
            sums[output] = seed if held is None else arithmetic.add(held, seed)
    return arrived


def _order(roots: Sequence[Edge], passages: list[Node]) -> list[Node]:
    """The nodes that the walk reaches, each after all that bring it a gradient.

    Edges lead to what was recorded before, so the newest first is such an order, and torch's.
    What has no place in it, as a leaf, comes directly after the last node that brings it a
    gradient, in the order of that one's edges. To `passages` goes what of that has edges.
    """
    if numbering.changed:
        return _order_by_dependencies(roots)
    ranks: dict[Node, int] = {}
    stack: list[Node] = []
    sequence = ACCUMULATE_SEQUENCE
    edges: Sequence[Edge | None] = roots
    while True:
        for edge in edges:
            if edge is not None:
                node = edge[0]
                own = node.sequence
                if own != ACCUMULATE_SEQUENCE:
                    if node not in ranks:
                        ranks[node] = own
                        stack.append(node)
                else:
                    if node in ranks:
                        if ranks[node] < sequence:
                            continue
                        del ranks[node]  # so that it is last among equals
                    ranks[node] = sequence
                    if node.edges:
                        stack.append(node)
                        passages.append(node)
        if not stack:
            return sorted(ranks, key=ranks.__getitem__, reverse=True)
        node = stack.pop()
        sequence, edges = ranks[node], node.edges


def _order_by_dependencies(roots: Sequence[Edge]) -> list[Node]:
    """Likewise where numbers were set by hand: of the nodes that are ready, the highest first."""
    awaited: dict[Node, int] = {}
    stack: list[Sequence[Edge | None]] = [roots]
    while stack:
        for node, _ in filter(None, stack.pop()):
            if node not in awaited:
                awaited[node] = 0
                stack.append(node.edges)
            awaited[node] += 1
    order: list[Node] = []
    ready: list[tuple[int, int, Node]] = []
    pushed = itertools.count()
    edges: Sequence[Edge | None] = roots
    while edges or ready:
        for node, _ in filter(None, edges):
            awaited[node] -= 1
            if not awaited[node]:
                heapq.heappush(ready, (-node.sequence, next(pushed), node))
        if not ready:
            break
        node = heapq.heappop(ready)[2]
        order.append(node)
        edges = node.edges
    return order

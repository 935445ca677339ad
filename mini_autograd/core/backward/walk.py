"""The backward walk over the graph: its order, the sums of gradients, and freeing. Iterative.

As torch's engine: a node runs once every gradient for it has arrived; of the ready nodes, the
one recorded last runs first, but an AccumulateGrad runs as soon as it is ready.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence

from mini_autograd.core.backward.observed_walk import Captures, ObservedWalk, validated
from mini_autograd.core.graph.graph import (
    ACCUMULATE_SEQUENCE,
    AccumulateGrad,
    Arithmetic,
    Edge,
    Grad,
    Node,
    numbering,
)
from mini_autograd.core.modes.anomaly import anomaly
from mini_autograd.core.modes.warn_once import after_walk
from mini_autograd.messages.graph import walk as errors


def run(
    roots: Sequence[Edge],
    seeds: list[Grad | None],
    arithmetic: Arithmetic,
    keep_graph: bool,
    captures: Captures | None = None,
    warning: UserWarning | None = None,
) -> list[Grad | None]:
    """Walk from the roots, each with its seed, to every leaf, or to the captures only.

    With captures, no other leaf accumulates; the result has the gradient that arrived at each
    captured edge, None where none did. The warning is for the end of the walk.
    """
    pass_throughs = list[Node]()
    order = _order(roots, pass_throughs)
    bypassed = [n for n in pass_throughs if n.is_pass_through and (n, 0) not in (captures or ())]
    observed = None  # made only if needed: the plain walk must stay cheap
    if captures is not None or anomaly.enabled:
        observed = ObservedWalk(order, arithmetic, captures, roots)
    arrived = _started(roots, seeds, arithmetic)
    if warning is not None:
        after_walk(warning, str(warning))
    if len(roots) > 1:
        _check_complex_seeds(roots)
    for node in order:
        outputs = arrived.pop(node, None)
        if outputs is None:
            continue
        if node.hooks is None and observed is None:
            grads = node.backward(outputs, arithmetic)
        else:
            if observed is None:
                observed = ObservedWalk(order, arithmetic, captures, roots)
            answer = observed.run(node, outputs, keep_graph)
            if answer is None:
                continue
            grads = answer
        outputs = None  # the node may have returned what it was given: see the last comment
        index = -1
        for edge in node.edges:
            index += 1
            if bypassed:
                edge = _skip_pass_throughs(edge, bypassed)
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
        # A leaf keeps a gradient without a copy if nothing else refers to it, as these would.
        grad = grads = answer = None  # type: ignore[assignment]
    return [] if observed is None else observed.end()


def _skip_pass_throughs(edge: Edge | None, bypassed: Sequence[Node]) -> Edge | None:
    """The edge behind pass-through nodes.

    torch's outer graph has no such nodes, so no gradients may be summed there.
    """
    while edge is not None and edge[0] in bypassed:
        edge = edge[0].edges[0]
    return edge


def _placed(grad: Grad | None, edge: Edge) -> list[Grad | None]:
    """The list of the node's output gradients, with this one and None for the others."""
    node, output = edge
    placed: list[Grad | None] = [None] * len(node.accepted)
    placed[output] = grad
    return placed


def _started(
    roots: Sequence[Edge], seeds: list[Grad | None], arithmetic: Arithmetic
) -> dict[Node, list[Grad | None]]:
    """The seeds by root node, before the first node runs; a root may be given twice."""
    arrived: dict[Node, list[Grad | None]] = {}
    for index, (edge, seed) in enumerate(zip(roots, seeds, strict=True)):
        node, output = edge
        shape, dtype = node.accepted[output]
        if seed is None or seed.dtype is not dtype or seed.shape != shape:
            # Kept in the list, so that a leaf that is a root itself does not take it over.
            seeds[index] = seed = validated(seed, edge, arithmetic, None, index)
        sums = arrived.get(node)
        if sums is None:
            arrived[node] = [seed] if len(node.accepted) == 1 else _placed(seed, edge)
        elif seed is not None:
            held = sums[output]
            sums[output] = seed if held is None else arithmetic.add(held, seed)
    return arrived


def _check_complex_seeds(roots: Sequence[Edge]) -> None:
    """Torch looks at the seeds of several roots once more when they are in the `grad_dtype`."""
    for node, output in roots:
        is_complex = node.accepted[output][1].kind == "c"
        if is_complex and isinstance(node, AccumulateGrad) and node.leaf._array.dtype.kind != "c":
            raise errors.complex_for_real()


def _order(roots: Sequence[Edge], pass_throughs: list[Node]) -> list[Node]:
    """The nodes that the walk reaches, each after all nodes that pass it a gradient.

    Edges lead to nodes recorded earlier, so newest first is such an order; it is torch's.
    A node without sequence number, as a leaf's, follows directly on the last node that passes it
    a gradient, in the order of that node's edges. Those that have edges are added to
    `pass_throughs`.
    """
    if numbering.changed:
        return _order_by_dependencies(roots, pass_throughs)
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
                        pass_throughs.append(node)
        if not stack:
            return sorted(ranks, key=ranks.__getitem__, reverse=True)
        node = stack.pop()
        sequence, edges = ranks[node], node.edges


def _order_by_dependencies(roots: Sequence[Edge], pass_throughs: list[Node]) -> list[Node]:
    """The same where numbers do not grow along the graph: of the ready nodes, the highest number
    first."""
    awaited: dict[Node, int] = {}
    stack: list[Sequence[Edge | None]] = [roots]
    while stack:
        for node, _ in filter(None, stack.pop()):
            if node not in awaited:
                awaited[node] = 0
                stack.append(node.edges)
                if node.edges and node.sequence == ACCUMULATE_SEQUENCE:
                    pass_throughs.append(node)
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

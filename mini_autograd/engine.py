"""The backward walk: ready queue, sums, checks, hooks, freeing. Iterative and deterministic.

As torch's engine: a node runs once every gradient for it has arrived; of the ready nodes, the
one recorded last runs first, but an AccumulateGrad runs as soon as it is ready.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import Any

from mini_autograd.errors import walk as errors
from mini_autograd.graph import Arithmetic, Edge, Grad, Hooks, Metadata, Node

# Where a gradient is wanted: the indexes of the results. A leaf without any is accumulated into.
Captures = dict[Edge, list[int]]


def run(
    roots: Sequence[Edge],
    seeds: Sequence[Grad | None],
    arithmetic: Arithmetic,
    keep_graph: bool,
    captures: Captures | None = None,
) -> list[Grad | None]:
    """Walks from the roots, each with its gradient, to every leaf, or to the captures only.

    With captures, nothing is accumulated anywhere else: gives the gradient that arrived at each
    that has an index, None where none did.
    """
    pending = _reachable(roots)
    needed = None if captures is None else _leading_to(captures, pending)
    captured: list[Grad | None] = [None] * sum(map(len, captures.values())) if captures else []
    ready: list[tuple[int, int, Node]] = []
    arrival = 0
    # It starts as if a node had been run whose edges are the roots and whose answer the seeds.
    node: Node | None = None
    edges: Sequence[Edge | None] = roots
    grads: Sequence[Grad | None] = seeds
    while True:
        index = -1
        for edge in edges:
            index += 1
            if edge is None:
                continue
            target, output = edge
            if needed is not None and target not in needed:
                continue
            state = pending[target]
            grad = grads[index]
            if grad is not None:
                shape, dtype = target.metadata[output]
                if grad.dtype is not dtype or grad.shape != shape:
                    grad = _validated(grad, (shape, dtype), arithmetic, node, index)
                held = state[output]
                state[output] = grad if held is None else arithmetic.add(held, grad)
            if state[-1] == 1:
                heappush(ready, (-target.sequence, arrival, target))
                arrival += 1
            else:
                state[-1] -= 1
        if not ready:
            return captured
        node = heappop(ready)[2]
        outputs = pending.pop(node)
        del outputs[-1]
        # A leaf keeps without a copy what nobody else holds, so nothing here may hold it either.
        grad, grads = None, ()
        hooks = node.hooks
        if hooks is not None:
            _run_tensor_hooks(hooks, node, outputs, arithmetic)
        if needed is not None and _captured(captures, node, outputs, captured, needed):
            edges = ()
            continue
        if hooks is not None and hooks.pre:
            outputs = _run_pre_hooks(hooks, outputs, arithmetic)
        grads = node.backward(outputs, arithmetic)
        if not keep_graph:
            node.release()
        if hooks is not None and hooks.post:
            grads = _run_post_hooks(hooks, grads, outputs, arithmetic)
        edges = node.edges


def _reachable(roots: Sequence[Edge]) -> dict[Node, list[Any]]:
    """Of every node that the walk can reach: a place for the gradient of each output, empty yet,
    and last how many edges lead to it.
    """
    found: dict[Node, list[Any]] = {}
    stack: list[Sequence[Edge | None]] = [roots]
    while stack:
        for edge in stack.pop():
            if edge is not None:
                node = edge[0]
                if node in found:
                    found[node][-1] += 1
                else:
                    found[node] = [None] * len(node.metadata) + [1]
                    stack.append(node.edges)
    return found


def _captured(
    captures: Captures | None,
    node: Node,
    grads: list[Grad | None],
    captured: list[Grad | None],
    needed: set[Node],
) -> bool:
    """Takes what is wanted of the node's gradients; whether nothing further needs it."""
    taken = False
    for output, grad in enumerate(grads):
        for index in (captures or {}).get((node, output), ()):
            captured[index] = grad
            taken = True
    return taken and not any(edge is not None and edge[0] in needed for edge in node.edges)


def _leading_to(captures: Captures, reached: Iterable[Node]) -> set[Node]:
    """The nodes on a path to a capture: sequence numbers grow along edges, so one pass decides."""
    targets = {node for node, _ in captures}
    needed: set[Node] = set()
    users: dict[Node, list[Node]] = {}
    for node in reached:
        for edge in node.edges:
            if edge is not None:
                users.setdefault(edge[0], []).append(node)
    stack = list(targets)
    while stack:
        node = stack.pop()
        if node not in needed:
            needed.add(node)
            stack.extend(users.get(node, ()))
    return needed


def _validated(
    grad: Grad,
    metadata: Metadata,
    arithmetic: Arithmetic,
    node: Node | None,
    index: int,
) -> Grad:
    """The gradient in its input's shape and dtype: the one place that undoes broadcasting.

    Which node gave it, for which of its inputs, is for the error.
    """
    shape, dtype = metadata
    if grad.shape != shape:
        summed = arithmetic.sum_to(grad, shape)
        if summed is None:
            name = "GraphRoot" if node is None else node.title
            raise errors.invalid_gradient_shape(name, index, grad.shape, shape)
        grad = summed
    return arithmetic.cast(grad, dtype)


def _run_tensor_hooks(
    hooks: Hooks, node: Node, grads: list[Grad | None], arithmetic: Arithmetic
) -> None:
    """Hooks of the tensors that this node made, in order; then the gradients to retain."""
    for output, hook in list(hooks.tensor.values()):
        grad = grads[output]
        if grad is not None:
            replaced = hook(arithmetic.wrap(grad))
            if replaced is not None:
                given = arithmetic.unwrap(replaced)
                grads[output] = _validated(given, node.metadata[output], arithmetic, node, output)
    for output, reference in hooks.retain.items():
        if grads[output] is not None and (tensor := reference()) is not None:
            arithmetic.retain(tensor, grads[output])


def _wrapped(grads: Iterable[Grad | None], arithmetic: Arithmetic) -> tuple[Grad | None, ...]:
    return tuple(None if grad is None else arithmetic.wrap(grad) for grad in grads)


def _unwrapped(grads: Grad, arithmetic: Arithmetic) -> list[Grad | None]:
    grads = grads if isinstance(grads, tuple) else (grads,)
    return [None if grad is None else arithmetic.unwrap(grad) for grad in grads]


def _run_pre_hooks(
    hooks: Hooks, grads: list[Grad | None], arithmetic: Arithmetic
) -> list[Grad | None]:
    for hook in list(hooks.pre.values()):
        replaced = hook(_wrapped(grads, arithmetic))
        if replaced is not None:
            grads = _unwrapped(replaced, arithmetic)
    return grads


def _run_post_hooks(
    hooks: Hooks, inputs: Sequence[Grad | None], grads: list[Grad | None], arithmetic: Arithmetic
) -> Sequence[Grad | None]:
    for hook in list(hooks.post.values()):
        replaced = hook(_wrapped(inputs, arithmetic), _wrapped(grads, arithmetic))
        if replaced is not None:
            inputs = _unwrapped(replaced, arithmetic)
    return inputs

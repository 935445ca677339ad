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
    reached, shared = _reached(roots)
    needed = None if captures is None else _leading_to(captures, reached)
    captured: list[Grad | None] = [None] * sum(map(len, captures.values())) if captures else []
    ready: list[tuple[int, int, Node, list[Grad | None]]] = []
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
            grad = grads[index]
            if grad is not None:
                shape, dtype = target.metadata[output]
                # The type of a NumPy scalar tells its dtype at a tenth of the cost of asking it.
                if (shape or type(grad) is not dtype.type) and (
                    grad.dtype is not dtype or grad.shape != shape
                ):
                    grad = _validated(grad, (shape, dtype), arithmetic, node, index)
            state = shared.get(target)
            if state is None:
                outputs = [grad] if len(target.metadata) == 1 else _placed(grad, edge)
            else:
                if grad is not None:
                    held = state[output]
                    state[output] = grad if held is None else arithmetic.add(held, grad)
                state[-1] -= 1
                if state[-1]:
                    continue
                outputs = shared.pop(target)
                del outputs[-1]
            heappush(ready, (-target.sequence, arrival, target, outputs))
            arrival += 1
        if not ready:
            return captured
        _, _, node, outputs = heappop(ready)
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


def _reached(roots: Sequence[Edge]) -> tuple[set[Node], dict[Node, list[Any]]]:
    """The nodes that the walk can reach, and apart those that several edges lead to.

    Those gather gradients: each has a place for that of every output, empty yet, and last the
    number of edges that have still to bring one.
    """
    reached: set[Node] = set()
    shared: dict[Node, list[Any]] = {}
    stack: list[Sequence[Edge | None]] = [roots]
    while stack:
        for edge in stack.pop():
            if edge is not None:
                node = edge[0]
                if node not in reached:
                    reached.add(node)
                    stack.append(node.edges)
                elif node in shared:
                    shared[node][-1] += 1
                else:
                    shared[node] = [*[None] * len(node.metadata), 2]
    return reached, shared


def _placed(grad: Grad | None, edge: Edge) -> list[Grad | None]:
    """The gradient as that of one of the node's outputs."""
    node, output = edge
    placed = [None] * len(node.metadata)
    placed[output] = grad
    return placed


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
    grad = arithmetic.real_for(grad, dtype)
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

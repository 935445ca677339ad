"""The backward walk: ready queue, sums, checks, hooks, freeing. Iterative and deterministic.

As torch's engine: a node runs once every gradient for it has arrived; of the ready nodes, the
one recorded last runs first, but an AccumulateGrad runs as soon as it is ready.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush

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
    waiting = _edges_to_each(roots)
    needed = None if captures is None else _leading_to(captures, waiting)
    captured: list[Grad | None] = [None] * sum(map(len, captures.values())) if captures else []
    arrived: dict[Node, list[Grad | None]] = {}
    ready: list[tuple[int, int, Node]] = []
    arrival = 0
    # It starts as if a node had been run whose edges are the roots and whose answer the seeds.
    node: Node | None = None
    edges: Sequence[Edge | None] = roots
    grads: Sequence[Grad | None] = seeds
    while True:
        for edge, grad in zip(edges, grads):  # noqa: B905 - strict costs, per node
            if edge is None:
                continue
            target, output = edge
            if needed is not None and target not in needed:
                continue
            if grad is not None:
                metadata = target.metadata[output]
                if grad.shape != metadata[0] or grad.dtype is not metadata[1]:
                    grad = _validated(grad, metadata, arithmetic, node, grads)
            if target not in arrived:
                arrived[target] = [grad] if len(target.metadata) == 1 else _placed(grad, edge)
            elif grad is not None:
                sums = arrived[target]
                held = sums[output]
                sums[output] = grad if held is None else arithmetic.add(held, grad)
            if waiting[target] == 1:
                heappush(ready, (-target.sequence, arrival, target))
                arrival += 1
            else:
                waiting[target] -= 1
        if not ready:
            return captured
        node = heappop(ready)[2]
        # A leaf keeps without a copy what nobody else holds, so nothing here may hold it either.
        edges = grads = ()
        edge = grad = held = sums = None  # type: ignore[assignment]
        outputs = arrived.pop(node)
        hooks = node.hooks
        if hooks is not None:
            _run_tensor_hooks(hooks, node, outputs, arithmetic)
        if needed is not None and _captured(captures, node, outputs, captured, needed):
            continue
        if hooks is not None and hooks.pre:
            outputs = _run_pre_hooks(hooks, outputs, arithmetic)
        grads = node.backward(outputs, arithmetic)
        if not keep_graph:
            node.release()
        if hooks is not None and hooks.post:
            grads = _run_post_hooks(hooks, grads, outputs, arithmetic)
        edges = node.edges
        del outputs


def _edges_to_each(roots: Sequence[Edge]) -> dict[Node, int]:
    """For every node that the walk can reach, how many edges lead to it."""
    count: dict[Node, int] = {}
    stack: list[Sequence[Edge | None]] = [roots]
    while stack:
        for edge in stack.pop():
            if edge is not None:
                node = edge[0]
                if node in count:
                    count[node] += 1
                else:
                    count[node] = 1
                    stack.append(node.edges)
    return count


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
    grads: Sequence[Grad | None],
) -> Grad:
    """The gradient in its input's shape and dtype: the one place that undoes broadcasting.

    `node` gave it as one of `grads`; both are for the error.
    """
    shape, dtype = metadata
    if grad.shape != shape:
        summed = arithmetic.sum_to(grad, shape)
        if summed is None:
            name = "GraphRoot" if node is None else node.title
            index = next(i for i, each in enumerate(grads) if each is grad)
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
                grads[output] = _validated(given, node.metadata[output], arithmetic, node, [given])
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

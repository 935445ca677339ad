"""The backward walk: ready queue, sums, checks, hooks, freeing. Iterative and deterministic.

As torch's engine: a node runs once every gradient for it has arrived; of the ready nodes, the
one recorded last runs first, but an AccumulateGrad runs as soon as it is ready.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush

from mini_autograd.errors import walk as errors
from mini_autograd.graph import Arithmetic, Edge, Grad, Hooks, Metadata, Node

Roots = list[tuple[Edge, Grad | None]]
Captures = dict[Edge, list[int]]  # where a gradient is wanted: the indexes of the results


def run(
    roots: Roots,
    arithmetic: Arithmetic,
    keep_graph: bool,
    captures: Captures | None = None,
) -> list[Grad | None]:
    """Walks from the roots, each with its gradient, to every leaf, or to the captures only.

    With captures, nothing is accumulated anywhere else: gives the gradient that arrived at each,
    None where none did.
    """
    buffers, order = _seeded(roots, arithmetic)
    dependencies = _counted(order)
    needed = None if captures is None else _leading_to(captures, dependencies)
    captured: list[Grad | None] = [None] * sum(map(len, captures.values())) if captures else []
    ready: list[tuple[int, int, Node]] = []
    arrival = 0
    for node in order:
        if not dependencies[node] and (needed is None or node in needed):
            heappush(ready, (-node.sequence, arrival, node))
            arrival += 1

    while ready:
        node = heappop(ready)[2]
        grads = buffers.pop(node)
        hooks = node.hooks
        if hooks is not None:
            _run_tensor_hooks(hooks, node, grads, arithmetic)
        if needed is not None and _captured(captures, node, grads, captured, needed):
            continue
        if hooks is not None and hooks.pre:
            grads = _run_pre_hooks(hooks, grads, arithmetic)
        inputs = node.backward(grads, arithmetic)
        if not keep_graph:
            node.release()
        if hooks is not None and hooks.post:
            inputs = _run_post_hooks(hooks, inputs, grads, arithmetic)
        # This node's gradients are let go before the next one runs, so that a leaf may keep
        # what arrives without a copy.
        del grads
        index = -1
        for edge in node.edges:
            index += 1
            if edge is None:
                continue
            target, output = edge
            if needed is not None and target not in needed:
                continue
            grad = inputs[index]
            if grad is not None:
                metadata = target.metadata[output]
                if grad.shape != metadata[0] or grad.dtype is not metadata[1]:
                    grad = _validated(grad, metadata, arithmetic, node.title, index)
            if target not in buffers:
                buffers[target] = [grad] if len(target.metadata) == 1 else _placed(grad, edge)
            elif grad is not None:
                buffer = buffers[target]
                held = buffer[output]
                buffer[output] = grad if held is None else arithmetic.add(held, grad)
            left = dependencies[target] - 1
            if left:
                dependencies[target] = left
            else:
                heappush(ready, (-target.sequence, arrival, target))
                arrival += 1
        buffer = grad = held = inputs = None  # type: ignore[assignment]
    return captured


def _seeded(
    roots: Roots, arithmetic: Arithmetic
) -> tuple[dict[Node, list[Grad | None]], list[Node]]:
    """The gradients at the roots, which may be outputs of one node, or one several times."""
    buffers: dict[Node, list[Grad | None]] = {}
    for (node, output), grad in roots:
        buffer = buffers.get(node)
        if buffer is None:
            buffer = buffers[node] = [None] * len(node.metadata)
        if grad is not None:
            grad = _validated(grad, node.metadata[output], arithmetic, "GraphRoot", 0)
            held = buffer[output]
            buffer[output] = grad if held is None else arithmetic.add(held, grad)
    return buffers, list(buffers)


def _counted(roots: Sequence[Node]) -> dict[Node, int]:
    """For every node that the walk will reach, how many edges lead to it."""
    counts = dict.fromkeys(roots, 0)
    stack = list(roots)
    while stack:
        for edge in stack.pop().edges:
            if edge is not None:
                node = edge[0]
                if node in counts:
                    counts[node] += 1
                else:
                    counts[node] = 1
                    stack.append(node)
    return counts


def _placed(grad: Grad | None, edge: Edge) -> list[Grad | None]:
    """The gradient as that of one of the node's outputs."""
    node, output = edge
    buffer = [None] * len(node.metadata)
    buffer[output] = grad
    return buffer


def _captured(
    captures: Captures | None,
    node: Node,
    grads: list[Grad | None],
    captured: list[Grad | None],
    needed: set[Node],
) -> bool:
    """Takes what is wanted of the node's gradients; whether nothing further needs it."""
    for output, grad in enumerate(grads):
        for index in (captures or {}).get((node, output), ()):
            captured[index] = grad
    return not any(edge is not None and edge[0] in needed for edge in node.edges)


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
    grad: Grad, metadata: Metadata, arithmetic: Arithmetic, name: str, index: int
) -> Grad:
    """The gradient in its input's shape and dtype: the one place that undoes broadcasting."""
    shape, dtype = metadata
    if grad.shape != shape:
        summed = arithmetic.sum_to(grad, shape)
        if summed is None:
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
                grads[output] = _validated(
                    arithmetic.unwrap(replaced), node.metadata[output], arithmetic, node.title, 0
                )
    for output, tensor in hooks.retain.items():
        if grads[output] is not None:
            arithmetic.accumulate(tensor, grads[output])


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

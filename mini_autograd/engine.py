"""The backward walk: its order, sums, checks, hooks, freeing. Iterative and deterministic.

As torch's engine: a node runs once every gradient for it has arrived; of the ready nodes, the
one recorded last runs first, but an AccumulateGrad runs as soon as it is ready. Hooks record
operations as the walk itself does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mini_autograd.errors import walk as errors
from mini_autograd.grad_mode import set_grad_enabled
from mini_autograd.graph import ACCUMULATE_SEQUENCE, Arithmetic, Edge, Grad, Hooks, Metadata, Node

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
    order = _order(roots)
    needed = None if captures is None else _leading_to(captures, order)
    captured: list[Grad | None] = [None] * sum(map(len, captures.values())) if captures else []
    arrived: dict[Node, list[Grad | None]] = {}
    # It starts as if a node had been run whose edges are the roots and whose answer the seeds.
    maker: Node | None = None
    alone = len(roots) == 1  # torch: one alone runs its tensor's hooks even if it leads nowhere
    edges: Sequence[Edge | None] = roots
    grads: Sequence[Grad | None] = seeds
    for node in order:
        index = -1
        for edge in edges:
            index += 1
            if edge is None:
                continue
            target, output = edge
            if needed is not None and target not in needed and not (maker is None and alone):
                continue
            metadata = target.accepted
            grad = grads[index]
            if grad is not None:
                shape, dtype = metadata[output]
                # The type of a NumPy scalar tells its dtype at a tenth of the cost of asking it.
                if (shape or type(grad) is not dtype.type) and (
                    grad.dtype is not dtype or grad.shape != shape
                ):
                    grad = _validated(grad, (shape, dtype), arithmetic, maker, index)
            sums = arrived.get(target)
            if sums is None:
                arrived[target] = [grad] if len(metadata) == 1 else _placed(grad, edge)
            elif grad is not None:
                held = sums[output]
                sums[output] = grad if held is None else arithmetic.add(held, grad)
        # A leaf keeps without a copy what nobody else holds, so nothing here may hold it either.
        grad, grads, edges = None, (), ()
        outputs = arrived.pop(node, None)
        if outputs is None:
            continue
        hooks = node.hooks
        if hooks is not None:
            _run_tensor_hooks(hooks, node, outputs, arithmetic)
        if needed is not None and (
            node not in needed or _captured(captures, node, outputs, captured, needed)
        ):
            continue
        if hooks is not None and hooks.pre:
            outputs = _run_pre_hooks(hooks, outputs, arithmetic)
        grads = node.backward(outputs, arithmetic)
        if not keep_graph:
            node.release()
        if hooks is not None and hooks.post:
            grads = _run_post_hooks(hooks, grads, outputs, arithmetic)
        maker, edges = node, node.edges
    return captured


def _order(roots: Sequence[Edge]) -> list[Node]:
    """The nodes that the walk reaches, each after all that bring it a gradient.

    Edges lead to what was recorded before, so the newest first is such an order, and torch's.
    What has no place in it, as a leaf, comes directly after the last node that brings it a
    gradient, in the order of that one's edges.
    """
    ranks: dict[Node, int] = {}
    stack: list[tuple[int, Sequence[Edge | None]]] = [(ACCUMULATE_SEQUENCE, roots)]
    while stack:
        sequence, edges = stack.pop()
        for edge in edges:
            if edge is not None:
                node = edge[0]
                own = node.sequence
                if own != ACCUMULATE_SEQUENCE:
                    if node not in ranks:
                        ranks[node] = own
                        stack.append((own, node.edges))
                elif ranks.get(node, sequence) >= sequence:
                    ranks.pop(node, None)  # so that it is last among equals
                    ranks[node] = sequence
                    if node.edges:
                        stack.append((sequence, node.edges))
    return sorted(ranks, key=ranks.__getitem__, reverse=True)


def _placed(grad: Grad | None, edge: Edge) -> list[Grad | None]:
    """The gradient as that of one of the node's outputs."""
    node, output = edge
    placed = [None] * len(node.accepted)
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
            with set_grad_enabled(arithmetic.records):
                replaced = hook(arithmetic.wrap(grad))
            if replaced is not None:
                grads[output] = arithmetic.replaced(grad, replaced, hook)
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
        with set_grad_enabled(arithmetic.records):
            replaced = hook(_wrapped(grads, arithmetic))
        if replaced is not None:
            grads = _unwrapped(replaced, arithmetic)
    return grads


def _run_post_hooks(
    hooks: Hooks, inputs: Sequence[Grad | None], grads: list[Grad | None], arithmetic: Arithmetic
) -> Sequence[Grad | None]:
    for hook in list(hooks.post.values()):
        with set_grad_enabled(arithmetic.records):
            replaced = hook(_wrapped(inputs, arithmetic), _wrapped(grads, arithmetic))
        if replaced is not None:
            inputs = _unwrapped(replaced, arithmetic)
    return inputs

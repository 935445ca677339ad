"""A walk that somebody attends to: with hooks, for some tensors only, or in anomaly mode.

Here is what the plain walk skips. The order in which it happens to a node is torch's.
"""

from __future__ import annotations

import functools
import itertools
import threading
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from mini_autograd.core.graph.graph import AccumulateGrad, Arithmetic, Edge, Grad, Node
from mini_autograd.core.modes.anomaly import anomaly
from mini_autograd.messages.graph import hooks as hook_errors
from mini_autograd.messages.graph import walk as errors

# Where a gradient is wanted: the indexes of the results. A leaf without any is accumulated into.
Captures = dict[Edge, list[int]]

_next_number = itertools.count().__next__


class _Current(threading.local):
    walk: AttendedWalk | None = None


current = _Current()


class AttendedWalk:
    """What such a walk knows beside the gradients that have arrived."""

    def __init__(
        self,
        order: Collection[Node],
        arithmetic: Arithmetic,
        captures: Captures | None,
        roots: Sequence[Edge],
    ) -> None:
        self.number = _next_number()
        self.evaluated_by = anomaly.evaluating.node
        self.arithmetic = arithmetic
        self._order = order
        self.captures = captures or {}
        self.captured: list[Grad | None] = [None] * sum(map(len, self.captures.values()))
        self.captured_at = {node for (node, _), places in self.captures.items() if places}
        self.needed = None if captures is None else _leading_to(captures, order)
        self._memories: dict[int, tuple[Grad, Grad]] = {}
        # torch: one alone runs its tensor's hooks even if it leads nowhere
        self.alone = roots[0][0] if len(roots) == 1 else None

    def executes(self, node: Node) -> bool:
        """Whether this walk goes through the node, or at least to it."""
        if self.needed is None:
            return node in self._reached
        return node in self.needed or node in self.captured_at

    def will_execute(self, node: Node) -> bool:
        """As torch tells hooks: not of a root alone, nor of a leaf whose gradient is given out."""
        if node is self.alone or not self.executes(node):
            return False
        if node in self.captured_at and not node.edges:
            raise hook_errors.leaf_in_grad()
        return True

    @functools.cached_property
    def _reached(self) -> frozenset[Node]:
        return frozenset(self._order)

    def run(
        self, node: Node, outputs: list[Grad | None], keep_graph: bool
    ) -> Sequence[Grad | None] | None:
        """One node, from what arrived to what goes on along its edges; None if nothing does."""
        before, current.walk = current.walk, self
        anomaly.evaluating.node = node  # and so while what it gives is added to what has arrived
        try:
            grads = self._run(node, outputs)
            if grads is not None and anomaly.enabled and anomaly.check_nan:
                if not keep_graph:  # what it saved is gone, whatever is wrong with the gradients
                    node.release()
                self._check_nan(node, grads)
            return grads
        except BaseException:
            if anomaly.enabled:
                anomaly.warn(node)
            self.end()
            raise
        finally:
            current.walk = before

    def end(self) -> list[Grad | None]:
        """What was captured."""
        anomaly.evaluating.node = self.evaluated_by
        return self.captured

    def _run(self, node: Node, outputs: list[Grad | None]) -> Sequence[Grad | None] | None:
        hooks, arithmetic = node.hooks, self.arithmetic
        is_seen = hooks is not None or node in self.captured_at
        if is_seen or self._memories:
            self._give_memory(outputs, len(node.accepted), is_seen)
        if self.needed is not None and node not in self.needed:
            if hooks is not None and (node in self.captured_at or node is self.alone):
                hooks.run_of_tensors(outputs, arithmetic)
            self._capture(node, outputs)
            return None
        # torch takes what is wanted of a node that runs before the hooks have seen it
        self._capture(node, outputs)
        if hooks is not None:
            hooks.run_of_tensors(outputs, arithmetic)
            if hooks.pre:
                hooks.run_before(outputs, arithmetic)
        if self.needed is None:
            grads = node.backward(outputs, arithmetic)
        else:
            edges = [e if e is not None and self.executes(e[0]) else None for e in node.edges]
            grads = arithmetic.through(node, outputs, edges)
        grads = self._checked(node, grads)
        if hooks is not None and hooks.post:
            grads = hooks.run_after(grads, outputs, arithmetic)
        return grads

    def _give_memory(self, grads: list[Grad | None], count: int, is_seen: bool) -> None:
        """What somebody gets to see has memory, which a number of NumPy's has not: one for each
        number, wherever the walk brings it as it is, to nodes that nobody attends to as well; a
        view of it made before that is another number. How often it was written to may be
        behind it."""
        for place, grad in enumerate(grads):
            if isinstance(grad, np.generic):
                known = self._memories.get(id(grad))
                if known is None:
                    if not is_seen:
                        continue
                    known = self._memories[id(grad)] = grad, np.asarray(grad)
                grads[place] = known[1]
        if is_seen and len(grads) > count:
            for _ in range(grads.pop() or 0):
                self.arithmetic.count_write(grads[0])

    def _check_nan(self, node: Node, grads: Sequence[Grad | None]) -> None:
        for index, grad in enumerate(grads):
            if grad is not None and self.arithmetic.has_nan(grad):
                raise errors.nan_gradient(node.name(), index)

    def _checked(self, node: Node, grads: Sequence[Grad | None]) -> Sequence[Grad | None]:
        """What a node gave, as those further along want it, and hooks get to see.

        Of what this walk leaves that is nothing, unless torch computes all gradients in one.
        """
        whole = node.whole
        checked = list[Grad | None]()
        for index, (edge, grad) in enumerate(zip(node.edges, grads, strict=True)):
            if edge is None:
                checked.append(grad if whole else None)
            elif whole or self.needed is None or self.executes(edge[0]):
                checked.append(validated(grad, edge, self.arithmetic, node, index))
            else:
                checked.append(None)
        return checked

    def _capture(self, node: Node, grads: Sequence[Grad | None]) -> None:
        if node in self.captured_at:
            for output, grad in enumerate(grads):
                for place in self.captures.get((node, output), ()):
                    self.captured[place] = grad


def _leading_to(captures: Captures, reached: Iterable[Node]) -> set[Node]:
    """The nodes that have to run: those on a path to a capture, and those accumulated into."""
    users: dict[Node, list[Node]] = {}
    for node in reached:
        for edge in node.edges:
            if edge is not None:
                users.setdefault(edge[0], []).append(node)
    needed: set[Node] = set()
    stack = [user for (node, _) in captures for user in users.get(node, ())]
    stack += [node for (node, _), places in captures.items() if not places]
    while stack:
        node = stack.pop()
        if node not in needed:
            needed.add(node)
            stack.extend(users.get(node, ()))
    return needed


def validated(
    grad: Grad | None, edge: Edge, arithmetic: Arithmetic, maker: Node | None, index: int
) -> Grad | None:
    """A gradient in the shape and dtype of its target: the one place that undoes broadcasting.

    Which node gave it, for which of its inputs, is for the error.
    """
    if grad is None:
        return None
    node, output = edge
    shape, dtype = node.accepted[output]
    grad = arithmetic.real_for(grad, dtype)
    if grad.shape != shape:
        summed = arithmetic.sum_to(grad, shape)
        if summed is None:
            name = None if maker is None else maker.name()
            raise errors.invalid_gradient_shape(name, index, grad.shape, shape)
        grad = summed
    takes_any = isinstance(node, AccumulateGrad) and node.leaf._grad_dtype is None
    return grad if takes_any else arithmetic.cast(grad, dtype)

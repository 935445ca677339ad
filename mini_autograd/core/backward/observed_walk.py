"""The steps of a walk with hooks, with captures, or in anomaly mode; the plain walk skips them.

Their order at each node is torch's.
"""

from __future__ import annotations

import functools
import itertools
import threading
import weakref
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from mini_autograd.core.graph.graph import AccumulateGrad, Arithmetic, Edge, Grad, Node
from mini_autograd.core.modes.anomaly import anomaly
from mini_autograd.messages.graph import hooks as hook_errors
from mini_autograd.messages.graph import walk as errors

# By edge, the results that are its gradient; a leaf's edge with no result accumulates into `.grad`.
Captures = dict[Edge, list[int]]

_next_number = itertools.count().__next__


class _Current(threading.local):
    walk: ObservedWalk | None = None


current = _Current()


class ObservedWalk:
    """One walk with hooks, captures or anomaly mode: its state, and what happens at a node."""

    def __init__(
        self,
        order: Collection[Node],
        arithmetic: Arithmetic,
        captures: Captures | None,
        roots: Sequence[Edge],
    ) -> None:
        self.number = _next_number()
        self.outer_node = anomaly.evaluating.node
        self.arithmetic = arithmetic
        self._order = order
        self.captures = captures or {}
        self.captured: list[Grad | None] = [None] * sum(map(len, self.captures.values()))
        self.captured_at = {node for (node, _), places in self.captures.items() if places}
        self.needed = None if captures is None else _nodes_to_run(captures, order)
        self._scalar_arrays: dict[int, tuple[Grad, weakref.ref[Grad]]] = {}
        self._roots, self._seeds = {node for node, _ in roots}, list[Grad | None]()
        # In torch a single root runs its tensor's hooks even if it leads to no capture.
        self.only_root = roots[0][0] if len(roots) == 1 else None

    def executes(self, node: Node) -> bool:
        """Whether this walk runs the node, or captures a gradient at it."""
        if self.needed is None:
            return node in self._reached
        return node in self.needed or node in self.captured_at

    def will_execute(self, node: Node) -> bool:
        """Whether multi-grad hooks may wait for the node, as torch answers.

        A single root counts as not executed, and so does what the walk does not reach.

        Raises:
            RuntimeError: the node is a leaf whose gradient `grad` captures.
        """
        if node is self.only_root or node not in self._reached or not self.executes(node):
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
        """Run one node on the gradients of its outputs; None if the walk does not go beyond it."""
        before, current.walk = current.walk, self
        anomaly.evaluating.node = node  # still the current one while its results are summed
        try:
            grads = self._run(node, outputs)
            if grads is not None and anomaly.enabled and anomaly.check_nan:
                if not keep_graph:  # torch frees it before it checks the gradients
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
        """Leave the walk; the captured gradients."""
        anomaly.evaluating.node = self.outer_node
        return self.captured

    def _run(self, node: Node, outputs: list[Grad | None]) -> Sequence[Grad | None] | None:
        hooks, arithmetic = node.hooks, self.arithmetic
        is_observed = hooks is not None or node in self.captured_at
        if is_observed or self._scalar_arrays:
            self._scalars_to_arrays(outputs, len(node.accepted), is_observed)
            if node in self._roots:
                self._seeds += outputs  # whoever gave them has them still
        if self.needed is not None and node not in self.needed:
            if hooks is not None and (node in self.captured_at or node is self.only_root):
                hooks.run_of_tensors(outputs, arithmetic)
            self._capture(node, outputs)
            return None
        # torch captures at a node that runs before its hooks do
        self._capture(node, outputs)
        if hooks is not None:
            hooks.run_of_tensors(outputs, arithmetic)
            if hooks.pre:
                hooks.run_before(outputs, arithmetic)
        if self.needed is None:
            grads = node.backward(outputs, arithmetic)
        else:
            edges = [e if e is not None and self.executes(e[0]) else None for e in node.edges]
            grads = arithmetic.node_backward(node, outputs, edges)
        grads = self._checked(node, grads)
        if hooks is not None and hooks.post:
            grads = hooks.run_after(grads, outputs, arithmetic)
        return grads

    def _scalars_to_arrays(self, grads: list[Grad | None], count: int, is_observed: bool) -> None:
        """Replace NumPy scalars by 0-d arrays once hooks or captures can observe them.

        The same scalar becomes the same array at every node that it reaches unchanged, observed
        or not; a view made of it before that is another scalar. `grads` may have one element
        more than the node has outputs, a number of writes to count: see `RawArithmetic.gather`.
        """
        for place, grad in enumerate(grads):
            if isinstance(grad, np.generic):
                known = self._scalar_arrays.get(id(grad))
                array = None if known is None else known[1]()  # None: nobody has it any longer
                if array is None:
                    if known is None and not is_observed:
                        continue
                    array = np.asarray(grad)
                    self._scalar_arrays[id(grad)] = grad, weakref.ref(array)
                grads[place], array = array, None
        if is_observed and len(grads) > count:
            for _ in range(grads.pop() or 0):
                self.arithmetic.count_write(grads[0])

    def _check_nan(self, node: Node, grads: Sequence[Grad | None]) -> None:
        for index, grad in enumerate(grads):
            if grad is not None and self.arithmetic.has_nan(grad):
                raise errors.nan_gradient(node.name(), index)

    def _checked(self, node: Node, grads: Sequence[Grad | None]) -> Sequence[Grad | None]:
        """A node's gradients in their targets' shapes and dtypes, as its hooks see them.

        None for an edge outside this walk, unless torch's op computes all gradients at once.
        """
        gives_all = node.gives_all
        checked = list[Grad | None]()
        for index, (edge, grad) in enumerate(zip(node.edges, grads, strict=True)):
            if edge is None:
                checked.append(grad if gives_all else None)
            elif gives_all or self.needed is None or self.executes(edge[0]):
                checked.append(validated(grad, edge, self.arithmetic, node, index))
            else:
                checked.append(None)
        return checked

    def _capture(self, node: Node, grads: Sequence[Grad | None]) -> None:
        if node in self.captured_at:
            for output, grad in enumerate(grads):
                for place in self.captures.get((node, output), ()):
                    self.captured[place] = grad


def _nodes_to_run(captures: Captures, reached: Iterable[Node]) -> set[Node]:
    """The nodes that have to run: those on a path to a capture, and leaves that accumulate."""
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
    """A gradient in the shape and dtype of its target: the only place that undoes broadcasting.

    `maker`, the node that computed it, and `index`, for which of its inputs, are for the error.
    """
    if grad is None:
        return None
    node, output = edge
    shape, dtype = node.accepted[output]
    leaf = node.leaf if isinstance(node, AccumulateGrad) else None
    grad = arithmetic.real_for(grad, dtype if leaf is None else leaf._array.dtype)
    if grad.shape != shape:
        summed = arithmetic.sum_to(grad, shape)
        if summed is None:
            name = None if maker is None else maker.name()
            raise errors.invalid_gradient_shape(name, index, grad.shape, shape)
        grad = summed
    takes_any = leaf is not None and leaf._grad_dtype is None
    return grad if takes_any else arithmetic.cast(grad, dtype)

"""The recorded graph, as the backward walk sees it: nodes, edges and leaves, but no single op.

A node is one application of a differentiable op. Its edges point to the nodes that made its
inputs; `accepted` is the shape and dtype of each output's gradient; `backward` computes one
gradient per edge. The same rules run on raw arrays or on tensors: an `Arithmetic` is either.
"""

from __future__ import annotations

import abc
import itertools
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

import numpy as np

from mini_autograd.core.graph.hooks import Hook, Hooks, RemovableHandle, registered
from mini_autograd.core.graph.torch_property import ReadOnly
from mini_autograd.core.modes.anomaly import anomaly
from mini_autograd.messages.graph import walk as walk_errors
from mini_autograd.messages.tensors import copying as copying_errors

if TYPE_CHECKING:
    from mini_autograd.core.tensor.tensor import Tensor

Shape = tuple[int, ...]
Metadata = tuple[Shape, np.dtype[Any]]
Edge = tuple["Node", int]  # a node and which of its outputs
Grad = Any  # an array or a tensor, depending on the arithmetic

ACCUMULATE_SEQUENCE: Final = 2**64 - 1  # torch's: a leaf runs as soon as it is ready


class _Numbering:
    """Whether sequence numbers may not grow along the graph: a user has set one, or a second thread
    has recorded nodes."""

    changed = False
    begun = False


numbering: Final = _Numbering()


class _Sequence(threading.local):
    """The sequence numbers, which each thread counts from 0 on, as torch's do. `next` gives the
    present thread's next one."""

    def __init__(self) -> None:
        self.next = itertools.count().__next__
        numbering.changed, numbering.begun = numbering.changed or numbering.begun, True


sequence: Final = _Sequence()


class Arithmetic(Protocol):
    """What a walk computes with: raw arrays, or tensors, whose ops are recorded."""

    records: bool  # whether the gradients are tensors
    ones: ClassVar[dict[np.dtype[Any], Grad]]  # by dtype, the cotangent of a 0-d output

    def add(self, a: Grad, b: Grad) -> Grad:
        """The sum of two gradients."""

    def gather(
        self,
        sums: list[Grad | None],
        output: int,
        target: Node,
        grad: Grad,
        grads: Sequence[Grad | None],
        index: int,
    ) -> None:
        """Add `grad` to `sums[output]`: in place if nothing else refers to that array.

        `grad` is `grads[index]`, of the gradients that a node returned; that `grads` still
        refers to earlier ones does not count.
        """

    def count_write(self, grad: Grad) -> None:
        """Count an addition in place, in the gradient's version."""

    def sum_to(self, grad: Grad, shape: Shape) -> Grad:
        """The gradient summed over the dims that broadcasting added; None if shapes do not fit."""

    def real_for(self, grad: Grad, dtype: np.dtype[Any]) -> Grad:
        """The real part of a complex gradient where the dtype is real."""

    def cast(self, grad: Grad, dtype: np.dtype[Any]) -> Grad:
        """The gradient in another dtype."""

    def one(self, metadata: Metadata) -> Grad:
        """The cotangent 1 of an output with one element."""

    def filled(self, grads: list[Grad | None], metadata: Sequence[Metadata]) -> list[Grad] | None:
        """The gradients of all outputs, zeros for those that are None; None if all are."""

    def node_backward(
        self, node: Node, grads: list[Grad | None], wanted: Sequence[Edge | None]
    ) -> Sequence[Grad | None]:
        """Run a node's `backward_for`: the gradients of some of its edges."""

    def unpack(self, saved: Any, node: Node) -> Any:
        """A saved value, as the rules take it; a RuntimeError if it was written to since."""

    def wrap(self, grad: Grad) -> Tensor:
        """The gradient as a tensor, for hooks and users."""

    def unwrap(self, grad: Tensor) -> Grad:
        """The gradient of this arithmetic for a tensor that a hook or a user gave."""

    def check_replacement(self, was: Tensor, given: object, name: str) -> None:
        """Raise unless `given`, which the hook of that name returned, can replace `was`."""

    def has_nan(self, grad: Grad) -> bool:
        """Whether any element is not a number."""

    def accumulate(self, leaf: Tensor, grad: Grad, writes: int) -> None:
        """Add to the leaf's `.grad`; `writes`: additions in place that could not be counted yet."""

    def retain(self, tensor: Tensor, grad: Grad) -> None:
        """Add to the `.grad` of a tensor that is not a leaf."""


class Node(abc.ABC):
    """One recorded op. `accepted` has a (shape, dtype) for each output of the forward."""

    __module__ = "torch.autograd.graph"  # as it prints
    title: ClassVar[str] = "Node"
    gives_all: ClassVar[bool] = False  # whether torch computes all gradients if one is wanted
    is_pass_through: bool = False  # whether it returns the gradient as it is, unseen by users
    edges: tuple[Edge | None, ...]
    accepted: tuple[Metadata, ...]
    saved: tuple[Any, ...] | None  # None once freed
    sequence: int
    hooks: Hooks | None
    _input_metadata: Any  # set by `autograd.node_calls`
    _metadata: dict[str, Any]  # set when first read
    __slots__ = (
        "__weakref__", "_metadata", "accepted", "edges", "hooks", "saved", "sequence",
    )  # fmt: skip

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.__module__ = "builtins"  # as it prints: <class 'MulBackward0'>

    def __init__(self, *args: object) -> None:
        raise walk_errors.node_by_hand(type(self).__name__, abstract=type(self) is Node, given=args)

    def backward(self, grads: list[Grad | None], arithmetic: Arithmetic) -> Sequence[Grad | None]:
        """The gradients for the edges, from those of the outputs; None where there is none."""
        raise NotImplementedError

    def backward_for(
        self, grads: list[Grad | None], arithmetic: Arithmetic, wanted: Sequence[Edge | None]
    ) -> Sequence[Grad | None]:
        """As `backward`, for the edges that `wanted` has; the others need not be computed."""
        return self.backward(grads, arithmetic)

    def release(self) -> None:  # noqa: B027 - most have nothing to free
        """Free what was saved for backward."""

    def name(self) -> str:
        """The node's name, as `grad_fn.name()` gives it."""
        return self.title

    @ReadOnly
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """For each input the node that made it and the number of that node's output."""
        return tuple([_edge_for_users(edge) for edge in self.edges])

    @property
    def as_grad_fn(self) -> Any:
        """The object that users see as `grad_fn`: the node, or a custom function's `ctx`."""
        return self

    @property
    def as_node(self) -> Node:
        """The graph's node for what users see as `grad_fn`."""
        return self

    @ReadOnly
    def requires_grad(self) -> bool:
        """Always, in torch too."""
        return True

    @ReadOnly
    def metadata(self) -> dict[str, Any]:
        """A dict for users; anomaly mode stores the traceback in it."""
        try:
            return self._metadata
        except AttributeError:
            self._metadata = {}
            return self._metadata

    def register_hook(self, hook: Hook) -> RemovableHandle:
        """Call `hook(grad_inputs, grad_outputs)` after the node's backward.

        Both are tuples; a tuple that it returns replaces `grad_inputs`.
        """
        return registered(hooks_of(self).post, hook)

    def register_prehook(self, hook: Hook) -> RemovableHandle:
        """Call `hook(grad_outputs)` before the node's backward.

        `grad_outputs` is a tuple; a tuple that it returns replaces it.
        """
        return registered(hooks_of(self).pre, hook)

    def _register_hook_dict(self, tensor: Tensor) -> None:
        """Run the hooks of a tensor that this node made, those added later too."""
        assert tensor._hooks is not None
        hooks_of(self).tensor.append((tensor._hooks, tensor._output_nr))

    @property
    def results(self) -> Sequence[Metadata]:
        """The shape and dtype of each output of the forward."""
        return self.accepted

    def _sequence_nr(self) -> int:
        return self.sequence

    def _set_sequence_nr(self, number: int) -> None:
        self.sequence = number
        numbering.changed = True

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise copying_errors.unpicklable(self)

    def __repr__(self) -> str:
        return f"<{self.title} object at {hex(id(self))}>"


def hooks_of(node: Node) -> Hooks:
    """The node's hooks; an empty `Hooks` is made the first time."""
    if node.hooks is None:
        node.hooks = Hooks()
    return node.hooks


# Walks in two threads may reach a leaf at the same time; reentrant, as hooks may call backward.
_accumulating: Final = threading.RLock()


def _edge_for_users(edge: Edge | None) -> tuple[Any, int]:
    """An edge as `next_functions` gives it: pass-through nodes are left out."""
    while edge is not None and edge[0].is_pass_through:
        edge = edge[0].edges[0] if edge[0].edges else None
    return (None, 0) if edge is None else (edge[0].as_grad_fn, edge[1])


class AccumulateGrad(Node):
    """The graph's node for a leaf: adds gradients to the leaf's `.grad`."""

    __slots__ = ("leaf", "own")

    title = "AccumulateGrad"
    sequence = ACCUMULATE_SEQUENCE
    edges = ()
    saved = ()

    def __init__(self, variable: Tensor) -> None:
        self.leaf = variable
        self.hooks = None
        array = variable._array
        self.accepted = self.own = ((array.shape, array.dtype),)
        if variable._hooked:
            self.take_hooks()
        if anomaly.enabled:
            anomaly.remember(self)

    def take_hooks(self) -> None:
        """Take over the hooks that the leaf keeps, as this node lives only as long as a graph."""
        hooks, leaf = hooks_of(self), self.leaf
        hooks.tensor = [] if leaf._hooks is None else [(leaf._hooks, 0)]
        hooks.accumulated = leaf._accumulated_hooks

    @property
    def results(self) -> Sequence[Metadata]:
        """The leaf's own, whatever its `grad_dtype` has gradients cast to."""
        return self.own

    @ReadOnly
    def variable(self) -> Tensor:
        """The leaf."""
        return self.leaf

    def name(self) -> str:
        """torch's C++ name."""
        return "torch::autograd::AccumulateGrad"

    def backward(self, grads: list[Grad | None], arithmetic: Arithmetic) -> Sequence[Grad | None]:
        """Accumulate, unless the leaf no longer requires grad; there are no edges."""
        leaf = self.leaf
        if grads[0] is not None:
            if (leaf._node is not None or leaf._base is not None) and not leaf.is_leaf:
                raise walk_errors.leaf_moved()
            if leaf._requires_grad:
                with _accumulating:
                    arithmetic.accumulate(leaf, grads[0], 0 if len(grads) == 1 else grads[1] or 0)
        if self.hooks is not None and self.hooks.accumulated:  # even if no gradient came
            self.hooks.run_accumulated(leaf, arithmetic)
        return ()

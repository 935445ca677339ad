"""The recorded graph: what the backward walk needs to know, and no op's name.

A node is one application of a differentiable op. Its edges point to the nodes that made its
inputs; its `accepted` says which gradients it accepts; its backward gives one gradient an edge.
The same rules run on raw arrays or on tensors: an `Arithmetic` is which of the two.
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
Grad = Any  # an array or a tensor, as the arithmetic has it

ACCUMULATE_SEQUENCE: Final = 2**64 - 1  # torch's: a leaf is served as soon as it is ready
next_sequence = itertools.count().__next__


class _Numbering:
    """Whether sequence numbers grow along the graph, as they do unless somebody sets one."""

    changed = False


numbering: Final = _Numbering()


class Arithmetic(Protocol):
    """What a walk computes with: raw arrays, or tensors that record a graph of their own."""

    records: bool  # whether the gradients are tensors
    ones: ClassVar[dict[np.dtype[Any], Grad]]  # for 0-d outputs, if one of a dtype serves all

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
        """Adds a gradient to the one that has arrived at an output of a node: to that itself, if
        only `sums` holds it. It is the one with that index of `grads`, a rule's answer, whose
        hold on those before does not count."""

    def count_write(self, grad: Grad) -> None:
        """Counts such an addition."""

    def sum_to(self, grad: Grad, shape: Shape) -> Grad:
        """The gradient summed over what broadcasting added; None if it cannot be."""

    def real_for(self, grad: Grad, dtype: np.dtype[Any]) -> Grad:
        """The real part of a complex gradient where the dtype is real."""

    def cast(self, grad: Grad, dtype: np.dtype[Any]) -> Grad:
        """The gradient in another dtype."""

    def one(self, metadata: Metadata) -> Grad:
        """The cotangent of an output of one element."""

    def filled(self, grads: list[Grad | None], metadata: Sequence[Metadata]) -> list[Grad] | None:
        """The gradients of all outputs, zeros where none came; None if none did."""

    def through(
        self, node: Node, grads: list[Grad | None], wanted: Sequence[Edge | None]
    ) -> Sequence[Grad | None]:
        """What a node gives for some of its edges: see `Node.backward_for`."""

    def unpack(self, saved: Any, node: Node) -> Any:
        """What a node saved, as its rules want it; a RuntimeError if it was written to since."""

    def wrap(self, grad: Grad) -> Tensor:
        """The gradient as the tensor that a hook sees."""

    def unwrap(self, grad: Tensor) -> Grad:
        """The gradient from the tensor that a hook returned."""

    def check_replacement(self, was: Tensor, given: object, name: str) -> None:
        """Whether the hook of that name gave such another tensor, else an error."""

    def has_nan(self, grad: Grad) -> bool:
        """Whether any element is not a number."""

    def accumulate(self, leaf: Tensor, grad: Grad, writes: int) -> None:
        """Adds into the leaf's `.grad`; the walk wrote so often to a gradient without memory."""

    def retain(self, tensor: Tensor, grad: Grad) -> None:
        """Adds to the `.grad` of a tensor that is no leaf."""


class Node(abc.ABC):
    """One recorded step. `accepted` has a (shape, dtype) for each output of the forward."""

    __module__ = "torch.autograd.graph"  # as it prints
    title: ClassVar[str] = "Node"
    whole: ClassVar[bool] = False  # whether asked for one gradient, torch's gives all of them
    is_passage: bool = False  # whether it only hands on what comes, and nobody sees it
    edges: tuple[Edge | None, ...]
    accepted: tuple[Metadata, ...]
    saved: tuple[Any, ...] | None  # None once freed
    sequence: int
    hooks: Hooks | None
    _input_metadata: Any  # which knows of tensors, and is put here by those who do
    _metadata: dict[str, Any]  # not set before somebody asks
    __slots__ = (
        "__weakref__", "_metadata", "accepted", "edges", "hooks", "saved", "sequence",
    )  # fmt: skip

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.__module__ = "builtins"  # as it prints: <class 'MulBackward0'>

    def __init__(self, *args: object) -> None:
        raise walk_errors.node_by_hand(type(self).__name__, abstract=type(self) is Node, given=args)

    def backward(self, grads: list[Grad | None], arithmetic: Arithmetic) -> Sequence[Grad | None]:
        """Gradients for the edges from gradients of the outputs; None where there is none."""
        raise NotImplementedError

    def backward_for(
        self, grads: list[Grad | None], arithmetic: Arithmetic, wanted: Sequence[Edge | None]
    ) -> Sequence[Grad | None]:
        """As `backward`, if that were the edges: it need not give, nor fail at, the others' own."""
        return self.backward(grads, arithmetic)

    def release(self) -> None:  # noqa: B027 - most have nothing to free
        """Frees what was saved for backward."""

    def name(self) -> str:
        """The node's name, as `grad_fn.name()` gives it."""
        return self.title

    @ReadOnly
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """The nodes that made the inputs, each with which of its outputs."""
        return tuple([_shown(edge) for edge in self.edges])

    @property
    def shown(self) -> Any:
        """What a user gets to see as a tensor's `grad_fn`."""
        return self

    @property
    def recorded(self) -> Node:
        """The node of what a user sees."""
        return self

    @ReadOnly
    def requires_grad(self) -> bool:
        """Always, in torch too."""
        return True

    @ReadOnly
    def metadata(self) -> dict[str, Any]:
        """What anybody wants to remember of the node; anomaly mode keeps its traceback there."""
        try:
            return self._metadata
        except AttributeError:
            self._metadata = {}
            return self._metadata

    def register_hook(self, hook: Hook) -> RemovableHandle:
        """Calls `hook(grad_inputs, grad_outputs)` when the node has gone backward.

        Both are tuples; a tuple that it returns goes on instead of `grad_inputs`.
        """
        return registered(hooks_of(self).post, hook)

    def register_prehook(self, hook: Hook) -> RemovableHandle:
        """Calls `hook(grad_outputs)` before the node goes backward.

        What it is given is a tuple; another that it returns takes its place.
        """
        return registered(hooks_of(self).pre, hook)

    def _register_hook_dict(self, tensor: Tensor) -> None:
        """Takes the hooks of a tensor that this node made, those still to come included."""
        assert tensor._hooks is not None
        hooks_of(self).tensor.append((tensor._hooks, tensor._output_nr))

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
    """The node's hooks, made when first asked for."""
    if node.hooks is None:
        node.hooks = Hooks()
    return node.hooks


# Two walks may reach one leaf at a time, in two threads; a hook may go backward in between.
_accumulating: Final = threading.RLock()


def _shown(edge: Edge | None) -> tuple[Any, int]:
    """An edge as a user sees it: to the node that it leads to in the end."""
    while edge is not None and edge[0].is_passage:
        edge = edge[0].edges[0] if edge[0].edges else None
    return (None, 0) if edge is None else (edge[0].shown, edge[1])


class AccumulateGrad(Node):
    """Where the graph ends in a leaf: adds what arrives into the leaf's `.grad`."""

    __slots__ = ("leaf",)

    title = "AccumulateGrad"
    sequence = ACCUMULATE_SEQUENCE
    edges = ()
    saved = ()

    def __init__(self, variable: Tensor) -> None:
        self.leaf = variable
        self.hooks = None
        array = variable._array
        self.accepted = ((array.shape, array.dtype),)
        if variable._hooked:
            self.take_hooks()
        if anomaly.enabled:
            anomaly.remember(self)

    def take_hooks(self) -> None:
        """Takes those of the leaf, which outlive this node: no longer than a graph does it live."""
        hooks, leaf = hooks_of(self), self.leaf
        hooks.tensor = [] if leaf._hooks is None else [(leaf._hooks, 0)]
        hooks.accumulated = leaf._accumulated_hooks

    @ReadOnly
    def variable(self) -> Tensor:
        """The leaf."""
        return self.leaf

    def name(self) -> str:
        """torch's C++ name."""
        return "torch::autograd::AccumulateGrad"

    def backward(self, grads: list[Grad | None], arithmetic: Arithmetic) -> Sequence[Grad | None]:
        """Accumulates, unless the leaf has stopped requiring grad; gives nothing on."""
        leaf = self.leaf
        if grads[0] is not None:
            if (leaf._node is not None or leaf._base is not None) and not leaf.is_leaf:
                raise walk_errors.leaf_moved()
            if leaf._requires_grad:
                with _accumulating:
                    arithmetic.accumulate(leaf, grads[0], 0 if len(grads) == 1 else grads[1] or 0)
        if self.hooks is not None and self.hooks.accumulated:  # even of nothing
            self.hooks.run_accumulated(leaf, arithmetic)
        return ()

"""The recorded graph: what the backward walk needs to know, and no op's name.

A node is one application of a differentiable op. Its edges point to the nodes that made its
inputs; its `accepted` says which gradients it accepts; its backward gives one gradient an edge.
The same rules run on raw arrays or on tensors: an `Arithmetic` is which of the two.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

import numpy as np

if TYPE_CHECKING:
    from mini_autograd.tensor import Tensor

Shape = tuple[int, ...]
Metadata = tuple[Shape, np.dtype[Any]]
Edge = tuple["Node", int]  # a node and which of its outputs
Grad = Any  # an array or a tensor, as the arithmetic has it

ACCUMULATE_SEQUENCE: Final = 2**64 - 1  # torch's: a leaf is served as soon as it is ready
next_sequence = itertools.count().__next__


class Arithmetic(Protocol):
    """What a walk computes with: raw arrays, or tensors that record a graph of their own."""

    records: bool  # whether the gradients are tensors

    def add(self, a: Grad, b: Grad) -> Grad:
        """The sum of two gradients."""

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

    def unpack(self, saved: Any, node: Node) -> Any:
        """What a node saved, as its rules want it; a RuntimeError if it was written to since."""

    def wrap(self, grad: Grad) -> Tensor:
        """The gradient as the tensor that a hook sees."""

    def unwrap(self, grad: Tensor) -> Grad:
        """The gradient from the tensor that a hook returned."""

    def replaced(self, grad: Grad, given: object, hook: Callable[..., Any]) -> Grad:
        """What a hook gave instead of the gradient; an error unless it is such another."""

    def accumulate(self, leaf: Tensor, grad: Grad) -> None:
        """Adds into the leaf's `.grad`."""

    def retain(self, tensor: Tensor, grad: Grad) -> None:
        """Adds to the `.grad` of a tensor that is no leaf."""


class Hooks:
    """What a user attached to a node: rare, so a node has none until it is needed."""

    __slots__ = ("post", "pre", "retain", "tensor")

    def __init__(self) -> None:
        # Dictionaries keep the order of registration and make removal by handle cheap.
        self.tensor: dict[int, tuple[int, Callable[[Any], Any]]] = {}  # id: (output, hook)
        # output: the tensor whose `.grad` is kept, weakly, since it holds the node
        self.retain: dict[int, weakref.ref[Tensor]] = {}
        self.pre: dict[int, Callable[[Any], Any]] = {}
        self.post: dict[int, Callable[[Any, Any], Any]] = {}


class Node:
    """One recorded step. `accepted` has a (shape, dtype) for each output of the forward."""

    title: ClassVar[str] = "Node"
    edges: tuple[Edge | None, ...]
    accepted: tuple[Metadata, ...]
    saved: tuple[Any, ...] | None  # None once freed
    sequence: int
    hooks: Hooks | None
    __slots__ = ("__weakref__", "accepted", "edges", "hooks", "saved", "sequence")

    def backward(self, grads: list[Grad | None], arithmetic: Arithmetic) -> Sequence[Grad | None]:
        """Gradients for the edges from gradients of the outputs; None where there is none."""
        raise NotImplementedError

    def release(self) -> None:
        """Frees what was saved for backward."""

    def name(self) -> str:
        """The node's name, as `grad_fn.name()` gives it."""
        return self.title

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The nodes that made the inputs, each with which of its outputs."""
        return tuple((None, 0) if edge is None else edge for edge in self.edges)

    @property
    def _sequence_nr(self) -> int:
        return self.sequence

    def __repr__(self) -> str:
        return f"<{self.title} object at {hex(id(self))}>"


class AccumulateGrad(Node):
    """Where the graph ends in a leaf: adds what arrives into the leaf's `.grad`."""

    __slots__ = ("variable",)

    title = "AccumulateGrad"
    sequence = ACCUMULATE_SEQUENCE
    edges = ()
    saved = ()

    def __init__(self, variable: Tensor) -> None:
        self.variable = variable
        self.hooks = None
        array = variable._array
        self.accepted = ((array.shape, array.dtype),)

    def name(self) -> str:
        """torch's C++ name."""
        return "torch::autograd::AccumulateGrad"

    def backward(self, grads: list[Grad | None], arithmetic: Arithmetic) -> Sequence[Grad | None]:
        """Accumulates, unless the leaf has stopped requiring grad; gives nothing on."""
        if grads[0] is not None and self.variable._requires_grad:
            arithmetic.accumulate(self.variable, grads[0])
        return ()

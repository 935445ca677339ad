"""The recorded graph: what the backward walk needs to know, and no op's name.

A node is one application of a differentiable op. Its edges point to the nodes that made its
inputs; its metadata says which gradients it accepts; its backward gives one gradient an edge.
The same rules run on raw arrays or on tensors: an `Arithmetic` is which of the two.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

import numpy as np

from mini_autograd.errors import walk as errors

if TYPE_CHECKING:
    from mini_autograd.storage import VersionCounter
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

    def cast(self, grad: Grad, dtype: np.dtype[Any]) -> Grad:
        """The gradient in another dtype; its real part where that is real."""

    def zeros(self, metadata: Metadata) -> Grad:
        """Zeros for an output that received no gradient."""

    def wrap(self, grad: Grad) -> Tensor:
        """The gradient as the tensor that a hook sees."""

    def unwrap(self, grad: Tensor) -> Grad:
        """The gradient from the tensor that a hook returned."""

    def accumulate(self, leaf: Tensor, grad: Grad) -> None:
        """Adds into the leaf's `.grad`."""


class Hooks:
    """What a user attached to a node: rare, so a node has none until it is needed."""

    __slots__ = ("post", "pre", "retain", "tensor")

    def __init__(self) -> None:
        # Dictionaries keep the order of registration and make removal by handle cheap.
        self.tensor: dict[int, tuple[int, Callable[[Any], Any]]] = {}  # id: (output, hook)
        self.retain: dict[int, Tensor] = {}  # output: the tensor whose `.grad` is kept
        self.pre: dict[int, Callable[[Any], Any]] = {}
        self.post: dict[int, Callable[[Any, Any], Any]] = {}


class Node:
    """One recorded step. `metadata` has a (shape, dtype) for each output of the forward."""

    title: ClassVar[str] = "Node"
    edges: tuple[Edge | None, ...]
    metadata: tuple[Metadata, ...]
    saved: tuple[Any, ...] | None  # None once freed
    sequence: int
    hooks: Hooks | None = None

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

    title = "AccumulateGrad"
    sequence = ACCUMULATE_SEQUENCE
    edges = ()
    saved = ()

    def __init__(self, variable: Tensor) -> None:
        self.variable = variable
        array = variable._array
        self.metadata = ((array.shape, array.dtype),)

    def name(self) -> str:
        """torch's C++ name."""
        return "torch::autograd::AccumulateGrad"

    def backward(self, grads: list[Grad | None], arithmetic: Arithmetic) -> Sequence[Grad | None]:
        """Accumulates; gives nothing on."""
        if grads[0] is not None:
            arithmetic.accumulate(self.variable, grads[0])
        return ()


class SavedTensor:
    """An input kept for backward, with the version that it had.

    An input never written to is kept as it is, which stands for version 0.
    """

    __slots__ = ("tensor", "version")

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor
        counter = tensor._counter
        self.version = 0 if counter is None else counter.version

    def unpack(self, node: Node) -> Tensor:
        """The tensor; a RuntimeError if it was written to since."""
        tensor = self.tensor
        counter = tensor._counter
        if counter is not None and counter.version != self.version:
            raise modified(tensor, counter, self.version)
        return tensor


class SavedResult:
    """An output kept for backward: without its tensor, which would be a reference cycle."""

    __slots__ = ("counter", "make", "output", "tensor", "version")

    def __init__(
        self, tensor: Tensor, counter: VersionCounter, output: int, make: Callable[..., Tensor]
    ) -> None:
        self.tensor = tensor  # a detached alias
        self.counter = counter
        self.version = counter.version
        self.output = output
        self.make = make

    def unpack(self, node: Node) -> Tensor:
        """The result as a tensor made by the node; a RuntimeError if it was written to since."""
        made = self.make(self.tensor, node, self.output)
        if self.counter.version != self.version:
            raise modified(made, self.counter, self.version)
        return made


def modified(tensor: Tensor, counter: VersionCounter, expected: int) -> RuntimeError:
    """The error of a saved tensor that was written to: it names what made the tensor."""
    made_by = tensor.grad_fn
    producer = None
    if made_by is not None:
        stem = made_by.title.rstrip("0123456789").removesuffix("Backward")
        producer = f"output {tensor._output_nr} of {stem}"
    return errors.modified_in_place(
        tensor.type_name, tensor.shape, producer, counter.version, expected
    )

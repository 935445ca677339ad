"""Checks of a custom backward's gradients; and `once_differentiable`'s error node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mini_autograd.core.graph.graph import (
    ACCUMULATE_SEQUENCE,
    Arithmetic,
    Edge,
    Grad,
    Metadata,
    Node,
)
from mini_autograd.core.tensor.history import accumulator_of
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.messages.functions import custom as errors
from mini_autograd.messages.graph import walk as walk_errors


def checked_gradients(
    name: str, answer: Any, are_tensors: Sequence[bool], edges: Sequence[Edge | None]
) -> list[Tensor | None]:
    """The checked gradients for the arguments that are tensors.

    Args:
        name: the node's name, for errors.
        answer: what the backward returned.
        are_tensors: for each argument of the forward, whether it is a tensor.
        edges: the edges of the tensors.

    Raises:
        RuntimeError: a wrong number of gradients, or something that is not a gradient.
    """
    answer = answer if isinstance(answer, tuple) else (answer,)
    expected = len(are_tensors)
    if len(answer) > expected and all(each is None for each in answer[expected:]):
        answer = answer[:expected]  # torch ignores surplus Nones
    if len(answer) != expected:
        raise errors.gradient_count(name, expected, len(answer))
    for position, (each, is_tensor) in enumerate(zip(answer, are_tensors, strict=True)):
        if each is not None and not is_tensor:
            raise errors.gradient_of_no_tensor(name, position + 1)
        if each is not None and not isinstance(each, Tensor):
            raise errors.gradient_type(each)
    grads = [each for each, is_tensor in zip(answer, are_tensors, strict=True) if is_tensor]
    for grad, edge in zip(grads, edges, strict=True):
        if grad is not None and edge is not None:
            _check_kind(grad, edge)
    return grads


def _check_kind(grad: Tensor, edge: Edge) -> None:
    """Raise for a complex gradient of a real input: torch does not drop the imaginary part."""
    shape, dtype = edge[0].accepted[edge[1]]
    kind = grad._array.dtype.kind
    if kind != "f" and (kind == "c") != (dtype.kind == "c") and grad._array.shape == shape:
        raise walk_errors.complex_gradient()


class Error(Node):
    """torch's Error node: the `grad_fn` of tensors whose backward must fail."""

    __slots__ = ("message",)

    title = "Error"

    def __init__(self, message: str, inputs: Sequence[Tensor | None]) -> None:
        self.sequence = ACCUMULATE_SEQUENCE  # torch's: it runs, and raises, first
        self.hooks = None
        self.saved = ()
        self.message = message
        self.edges = tuple([None if e is None else (accumulator_of(e), 0) for e in inputs])
        self.accepted = tuple([_metadata(each) for each in inputs])

    def name(self) -> str:
        """torch's C++ name."""
        return "torch::autograd::Error"

    def backward(self, grads: list[Grad | None], arithmetic: Arithmetic) -> Sequence[Grad | None]:
        """Raises the error."""
        raise RuntimeError(self.message)


def _metadata(value: Tensor | None) -> Metadata:
    array = np.zeros(()) if value is None else value._array
    return array.shape, array.dtype


def made_undifferentiable(answer: Any, message: str) -> Any:
    """The gradients as tensors that require grad, but whose backward raises the message."""
    leaves = []
    for each in answer if isinstance(answer, tuple) else (answer,):
        leaf = None if each is None else each.detach()
        if leaf is not None:
            leaf.requires_grad = True
        leaves.append(leaf)
    node = Error(message, leaves)
    made: list[Tensor | None] = []
    for index, leaf in enumerate(leaves):
        result = None if leaf is None else make(leaf._array)
        if result is not None:
            result._node, result._output_nr, result._requires_grad = node, index, True
        made.append(result)
    return made[0] if len(made) == 1 else tuple(made)

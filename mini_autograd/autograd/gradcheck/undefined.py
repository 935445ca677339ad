"""gradcheck's test with undefined output gradients."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from mini_autograd.autograd.gradcheck.differences import Function, as_tuple
from mini_autograd.autograd.gradcheck.gradient_rows import with_grad
from mini_autograd.core.backward.backward import grad
from mini_autograd.core.graph.graph import Arithmetic, Edge, Grad, Node, sequence
from mini_autograd.core.tensor.history import edge_of
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.messages.functions import gradcheck as errors


class UndefinedGrad(Node):
    """A node whose backward returns an undefined gradient."""

    __slots__ = ()

    title = "UndefinedGrad"

    def __init__(self, tensor: Tensor, edge: Edge | None) -> None:
        array = tensor._array
        self.edges = (edge,)
        self.accepted = ((array.shape, array.dtype),)
        self.saved = ()
        self.sequence = sequence.next()
        self.hooks = None

    def backward(self, grads: list[Grad | None], arithmetic: Arithmetic) -> Sequence[Grad | None]:
        """None, whatever the output gradients are."""
        return (None,)


def check_undefined(func: Function, count: int, inputs: Sequence[Any]) -> None:
    """Run backward with all output gradients undefined, and then with each one in turn.

    Raises:
        GradcheckError: the backward raised, or gave a gradient that is not zero; a warning names
            the option that turns this check off.
    """
    outputs = _with_grad(func, inputs)
    _check([_without_gradient(each) for each in outputs], inputs)
    if len(outputs) > 1:
        for index in range(count):
            _check(
                [
                    _without_gradient(each) if at == index else each
                    for at, each in enumerate(_with_grad(func, inputs))
                ],
                inputs,
            )


def _with_grad(func: Function, inputs: Sequence[Any]) -> list[Tensor]:
    return [each for each in as_tuple(func(*inputs)) if each.requires_grad]


def _without_gradient(tensor: Tensor) -> Tensor:
    """The tensor's values with `UndefinedGrad` as history."""
    passed = make(tensor._array)
    passed._node = UndefinedGrad(tensor, edge_of(tensor))
    passed._requires_grad = True
    return passed


def _check(outputs: list[Tensor], inputs: Sequence[Any]) -> None:
    zeros = [each.new_zeros(each.shape) for each in outputs]
    try:
        grads = grad(outputs, with_grad(inputs), zeros, allow_unused=True)
    except RuntimeError as error:
        _warn()
        raise errors.undefined_refused() from error
    if any(got is not None and not got.eq(0).all() for got in grads):
        _warn()
        raise errors.undefined_gave_gradient()


def _warn() -> None:
    warnings.warn(errors.undefined_is_checked(), UserWarning, stacklevel=2)

"""What an op's kernel does of its own with inference tensors.

Of these no op is recorded, though one requires grad, as a copy made in inference mode may. But
torch's kernels call ops themselves, on tensors that they made: such a call is recorded or refused,
and so the user sees which ones a kernel calls. An op has that as its `inside`, which gets what the
op gives, then its arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mini_autograd.core.op import DifferentiableOp
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.messages.graph import modes as errors

Inside = Callable[..., Any]


def first(inside: Inside) -> Inside:
    """Marks what a kernel does before it finds a fault of its own."""
    vars(inside)["first"] = True
    return inside


def writes_out(called: str) -> Inside:
    """The kernel calls an op with an `out` that it made.

    Raises:
        RuntimeError: always; such a call is not differentiable.
    """

    @first
    def refuse(*_: Any) -> Any:
        raise errors.inference_out(called)

    return refuse


@first
def saves(*_: Any) -> Any:
    """The kernel calls an op that saves an operand.

    Raises:
        RuntimeError: always; inference tensors cannot be saved.
    """
    raise errors.inference_saved()


def sums_out(*_: Any) -> Any:
    """The kernel looks at its dims, then sums into an `out` that it made.

    Raises:
        RuntimeError: always.
    """
    raise errors.inference_out("sum")


def copies(result: Tensor | tuple[Tensor, ...], source: Tensor, *_: Any) -> Any:
    """The kernel copies the operand into what it made, and goes on there."""
    made = result if isinstance(result, Tensor) else result[0]
    if source._requires_grad:
        ops.copied.op.record(made, make(made._array), source)
    return result


def fills_number(result: Tensor | tuple[Tensor, ...], source: Tensor, *_: Any) -> Any:
    """The kernel fills what it made with the operand if that is a number."""
    made = result if isinstance(result, Tensor) else result[0]
    if not source.ndim:
        made.fill_(source)
    return result


def as_tensors(op: Callable[[], DifferentiableOp]) -> Inside:
    """The kernel makes a tensor of its number, and calls the op of two tensors."""

    def record(result: Tensor, self: Tensor, number: complex) -> Tensor:
        op().op.record(result, self, make(np.asarray(number)))
        return result

    return record

"""The node of a recorded op: runs the rule of each input that needs a gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

import numpy as np

from mini_autograd.errors import walk as errors
from mini_autograd.graph import (
    Arithmetic,
    Grad,
    Node,
    SavedResult,
    SavedTensor,
    modified,
)
from mini_autograd.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

    from mini_autograd.op.kind import Op


class Plan(NamedTuple):
    """A rule, and which of the saved things it takes after the gradient."""

    rule: Callable[..., Any]
    reads: tuple[int, ...]


class OpNode(Node):
    """A recorded application of an op; each op kind has its subclass, named as torch's."""

    op: ClassVar[Op]

    def backward(self, grads: list[Grad | None], arithmetic: Arithmetic) -> Sequence[Grad | None]:
        """Runs the rule of each operand that needs a gradient, on arrays or on tensors."""
        saved = self.saved
        if saved is None:
            raise errors.second_backward()
        op = self.op
        grad: Any = grads[0]
        if op.outputs is not None:
            if not any(each is not None for each in grads):
                return [None] * len(self.edges)
            grad = [
                arithmetic.zeros(self.metadata[i]) if each is None else each
                for i, each in enumerate(grads)
            ]
        elif grad is None:
            return [None] * len(self.edges)
        records = arithmetic.records
        values = [
            _unpacked(value, self, records) if type(value) in BUFFERS else value for value in saved
        ]
        if op.variadic:
            return self._backward_variadic(grad, values, records)
        result: list[Grad | None] = []
        for edge, plan in zip(self.edges, op.plans):  # noqa: B905 - strict costs, per node
            if edge is None:
                result.append(None)
                continue
            if plan is None:
                raise errors.derivative_not_implemented(op.name)
            rule, reads = plan
            given = rule(grad, *[values[i] for i in reads])
            if given is not None and type(given) is not np.ndarray and not records:
                given = np.asarray(given)  # NumPy gives scalars for 0-d results
            result.append(given)
        return result

    def _backward_variadic(
        self, grad: Any, values: list[Any], records: bool
    ) -> Sequence[Grad | None]:
        """As `backward`, where one operand stands for several edges and its rule gives a list."""
        op, edges = self.op, self.edges
        result: list[Grad | None] = []
        at = 0
        for position, plan in zip(op.promoted, op.plans, strict=True):
            several = position in op.variadic
            width = len(edges) - len(op.promoted) + 1 if several else 1
            if not any(edges[at : at + width]):
                result.extend([None] * width)
            elif plan is None:
                raise errors.derivative_not_implemented(op.name)
            else:
                given = plan.rule(grad, *[values[i] for i in plan.reads])
                for each in given if several else (given,):
                    result.append(each if each is None or records else np.asarray(each))
            at += width
        return result

    def release(self) -> None:
        """Frees the saved tensors; a node that saved none can go backward again, as torch's."""
        saved = self.saved
        if saved:
            for value in saved:
                if type(value) in BUFFERS:
                    self.saved = None
                    return


# A 0-d array stands for a Python number: torch saves it as a tensor, and frees it like one.
BUFFERS: Final = frozenset({Tensor, SavedTensor, SavedResult, np.ndarray, list})


def _unpacked(value: Any, node: Node, records: bool) -> Any:
    """A saved tensor, several, or a number, as the arithmetic wants it."""
    kind = type(value)
    if kind is Tensor:
        counter = value._counter
        if counter is not None and counter.version:
            raise modified(value, counter, 0)
        return value if records else value._array
    if kind is list:
        return [None if each is None else _unpacked(each, node, records) for each in value]
    if kind is np.ndarray:
        return value.item() if records else value
    unpacked = value.unpack(node)
    return unpacked if records else unpacked._array

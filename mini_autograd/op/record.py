"""Makes the node of an application: its edges, and what its rules will need."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from mini_autograd.graph import Edge, SavedResult, SavedTensor, next_sequence
from mini_autograd.op.kind import Keep, Op
from mini_autograd.tensor import Tensor, counter_of, detached, edge_of, make_recorded

_new = object.__new__
_OPERAND: Final = Keep.OPERAND
_VALUE: Final = Keep.VALUE


def record(
    op: Op, args: tuple[Any, ...], tensors: tuple[Any, ...], outs: tuple[Tensor, ...]
) -> None:
    """Records that `args`, with these tensors and numbers as operands, gave `outs`."""
    node = _new(op.node_class)
    node.sequence = next_sequence()
    edges: list[Edge | None] = []
    for each in tensors:
        if not isinstance(each, Tensor) or not each._requires_grad:
            edges.append(None)
        elif (maker := each._node) is not None:
            edges.append((maker, each._output_nr))
        else:
            edges.append(edge_of(each))
    node.edges = tuple(edges)
    if len(outs) == 1:
        out = outs[0]
        array = out._array
        node.metadata = ((array.shape, array.dtype),)
        out._node = node
        out._requires_grad = True
    else:
        node.metadata = tuple([((array := out._array).shape, array.dtype) for out in outs])
        for index, out in enumerate(outs):
            if out._array.dtype.kind in "fc":
                out._node, out._output_nr, out._requires_grad = node, index, True
    saved: list[Any] = []
    for keep, index, only_for in op.slots:
        if only_for is not None and not _needs(args[only_for]):
            saved.append(None)
        elif keep is _OPERAND:
            value = args[index]
            if value._counter is None if type(value) is Tensor else type(value) is np.ndarray:
                saved.append(value)
            else:
                saved.append(_operand(value))
        elif keep is _VALUE:
            saved.append(args[index])
        else:
            saved.append(_derived(keep, index, args, outs))
    node.saved = tuple(saved)


def _derived(keep: Keep, index: int, args: tuple[Any, ...], outs: tuple[Tensor, ...]) -> Any:
    if keep is Keep.RESULT:
        out = outs[index]
        return SavedResult(detached(out), counter_of(out), index, make_recorded)
    operand = args[index]
    if keep is Keep.SHAPES:
        return tuple(each._array.shape for each in operand)
    if keep is Keep.DTYPES:
        return tuple(each._array.dtype for each in operand)
    if not isinstance(operand, Tensor):
        return () if keep is Keep.SHAPE else None
    if keep is Keep.STRIDES:
        return operand._array.strides
    return operand._array.shape if keep is Keep.SHAPE else operand._array.dtype


def _needs(operand: Any) -> bool:
    if isinstance(operand, Tensor):
        return operand._requires_grad
    return isinstance(operand, (tuple, list)) and any(map(_needs, operand))


def _operand(value: Any) -> Any:
    if isinstance(value, Tensor):
        return SavedTensor(value)
    if isinstance(value, (tuple, list)):
        return [_operand(each) for each in value]
    return value  # None, or a number as the 0-d array that it was computed with

"""Makes the node of an application: its edges, and what its rules will need."""

from __future__ import annotations

from typing import Any, Final

from mini_autograd.graph import Edge, SavedNumber, SavedResult, SavedTensor, next_sequence
from mini_autograd.op.kind import Keep, Op, Slot
from mini_autograd.tensor import Tensor, counter_of, detached, edge_of, make_recorded

_new = object.__new__
_OPERAND: Final = Keep.OPERAND
_VALUE: Final = Keep.VALUE


def record(op: Op, args: tuple[Any, ...], tensors: tuple[Any, ...], outs: tuple[Tensor, ...]) -> None:  # fmt: skip
    """Records that `args`, with these tensors and numbers as operands, gave `outs`."""
    node = _new(op.node_class)
    node.sequence = next_sequence()
    node.hooks = None
    edges: list[Edge | None] = []
    for each in tensors:
        if not isinstance(each, Tensor) or not each._requires_grad:
            edges.append(None)
        elif each._node is not None:
            edges.append((each._node, each._output_nr))
        else:
            edges.append(edge_of(each))
    node.edges = tuple(edges)
    if len(outs) == 1:
        out = outs[0]
        array = out._array
        node.metadata = ((array.shape, array.dtype),)
        out._node, out._requires_grad = node, True
    else:
        node.metadata = tuple([((array := out._array).shape, array.dtype) for out in outs])
        for index, out in enumerate(outs):
            if out._array.dtype.kind in "fc":
                out._node, out._output_nr, out._requires_grad = node, index, True
    saved: list[Any] = []
    for slot in op.slots:
        if slot.only_for is not None and not _needs(args[slot.only_for]):
            saved.append(None)
        elif slot.keep is _OPERAND:
            value = args[slot.index]
            saved.append(SavedTensor(value) if type(value) is Tensor else _operand(value))
        elif slot.keep is _VALUE:
            saved.append(args[slot.index])
        else:
            saved.append(_derived(slot, args, outs))
    node.saved = tuple(saved)


def _derived(slot: Slot, args: tuple[Any, ...], outs: tuple[Tensor, ...]) -> Any:
    if slot.keep is Keep.RESULT:
        out = outs[slot.index]
        return SavedResult(detached(out), counter_of(out), slot.index, make_recorded)
    operand = args[slot.index]
    if slot.keep is Keep.SHAPES:
        return tuple(each._array.shape for each in operand)
    if slot.keep is Keep.DTYPES:
        return tuple(each._array.dtype for each in operand)
    if not isinstance(operand, Tensor):
        return () if slot.keep is Keep.SHAPE else None
    return operand._array.shape if slot.keep is Keep.SHAPE else operand._array.dtype


def _needs(operand: Any) -> bool:
    if isinstance(operand, (tuple, list)):
        return any(map(_needs, operand))
    return isinstance(operand, Tensor) and operand._requires_grad


def _operand(value: Any) -> Any:
    if isinstance(value, Tensor):
        return SavedTensor(value)
    if isinstance(value, (tuple, list)):
        return [_operand(each) for each in value]
    return None if value is None else SavedNumber(value)

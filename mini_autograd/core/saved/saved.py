"""What a node keeps of tensors until backward, and whether they were written to since.

A node's `saved` holds, of its operands: a tensor never written to as it is, which stands for
version 0; one with a version counter as a `SavedTensor`; a number as it was computed with, which
may be a 0-d array; several in one argument as a list.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.core.graph.graph import Node
from mini_autograd.core.modes.anomaly import anomaly
from mini_autograd.core.modes.grad_mode import unrecorded
from mini_autograd.core.modes.transforms import state as transforms
from mini_autograd.core.saved.packing import (
    Pack,
    PackedTensor,
    Unpack,
    current,
    deferred,
    packing_threads,
)
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.core.tensor.version_counter import VersionCounter, counter_of
from mini_autograd.messages.graph import modes as mode_errors
from mini_autograd.messages.graph import saved as saved_errors
from mini_autograd.messages.graph import walk as errors
from mini_autograd.messages.tensors.inplace import told_name


class SavedTensor:
    """An input kept for backward, with the version that it had.

    `dtype` is what it was computed in, if that is not its own.
    """

    __slots__ = ("dtype", "is_leaf", "tensor", "version")

    def __init__(self, tensor: Tensor, dtype: np.dtype[Any] | None = None) -> None:
        self.tensor = tensor
        self.dtype = dtype
        self.is_leaf = tensor._node is None
        counter = tensor._counter
        if counter is None:
            self.version = 0
        elif not counter.inference:
            self.version = counter.version
        elif transforms.depth:
            self.tensor, self.version = make(tensor._array), 0  # torch wraps what a transform saves
        elif not packing_threads or current() is None:
            raise mode_errors.inference_saved()
        # Else it is refused as it is packed, after what is saved before it.

    def unpack(self, node: Node) -> Tensor:
        """The tensor; a RuntimeError if it was written to since."""
        counter = self.tensor._counter
        if counter is not None and counter.version != self.version:
            raise _modified(self.tensor, counter, self.version)
        return self.tensor


class SavedClones(SavedTensor):
    """What was written over in a transform: torch clones it at each level, and what goes back at
    one sees the clone of that level."""

    __slots__ = ("depth", "outer")

    def __init__(self, tensor: Tensor, outer: Tensor, dtype: np.dtype[Any] | None) -> None:
        super().__init__(tensor, dtype)
        self.outer = outer
        self.depth = transforms.depth

    def unpack(self, node: Node) -> Tensor:
        """The clone of the level that goes back."""
        return self.tensor if transforms.depth >= self.depth else self.outer


class SavedResult:
    """An output kept for backward: its memory, as the tensor itself would be a cycle."""

    __slots__ = ("array", "counter", "output", "version")

    def __init__(self, array: NDArray[Any], counter: VersionCounter, output: int) -> None:
        self.array = array
        self.counter = counter
        self.output = output
        self.version = counter.version

    def unpack(self, node: Node) -> Tensor:
        """The result as a tensor made by the node; a RuntimeError if it was written to since."""
        made = self.remade(node)
        if self.counter.version != self.version:
            raise _modified(made, self.counter, self.version, self.output)
        return made

    def remade(self, node: Node) -> Tensor:
        """The result, written to or not."""
        made = make(self.array)
        made._counter = self.counter
        # Not so the indices beside values, nor what the node has no gradient of.
        if self.array.dtype.kind in "fc" and self.output < len(node.accepted):
            made._node, made._output_nr, made._requires_grad = node, self.output, True
        return made


class SavedView(SavedResult):
    """A view written to in place, kept as the result: it was made by what renewed its history."""

    __slots__ = ("made_by",)
    dtype = None  # it was computed in its own

    def __init__(self, array: NDArray[Any], counter: VersionCounter, made_by: Node) -> None:
        super().__init__(array, counter, 0)
        self.made_by = weakref.ref(made_by)  # which leads to the node that keeps this

    def remade(self, node: Node) -> Tensor:
        """The view, written to or not."""
        return super().remade(self.made_by() or node)


class SavedIndex(SavedResult):
    """An output without gradient, as the indices beside values: it has no node, so it is no cycle
    to keep it, and torch, too, reads it as it is now."""

    __slots__ = ("tensor",)
    dtype = None

    def __init__(self, tensor: Tensor, output: int) -> None:
        super().__init__(tensor._array, counter_of(tensor), output)
        self.tensor = tensor

    def remade(self, node: Node) -> Tensor:
        """The tensor itself."""
        return self.tensor


class UnsavedResult(SavedResult):
    """A result that an op in place wrote, but whose pack hook raised: torch's rule finds none."""

    __slots__ = ()

    def unpack(self, node: Node) -> Tensor:
        """A RuntimeError if a rule that runs reads it; else it is no matter."""
        op = node.op  # type: ignore[attr-defined]
        if any(node.edges[place] is not None for place in op.readers_of_result):
            raise saved_errors.undefined(op.unsaved)
        return self.remade(node)


def unpacked_array(saved: Any, node: Node) -> Any:
    """Of saved tensors the arrays; of 0-d ones NumPy's scalars, which compute ten times as fast."""
    kind = type(saved)
    if kind in _REAL:
        return saved
    if kind is _ndarray:
        array = saved
    elif isinstance(saved, Tensor):
        counter = saved._counter
        if counter is not None:
            if saved._detached_at is not None:
                check_attached(saved)
            if counter.version:
                raise _modified(saved, counter, 0)
        array = saved._array
    elif kind is list:
        return [None if each is None else unpacked_array(each, node) for each in saved]
    else:
        if kind is SavedTensor and saved.tensor._detached_at is not None:
            check_attached(saved)
        if kind is PackedTensor:
            with unrecorded():
                array = saved.unpack(node)._array
        else:
            array = saved.unpack(node)._array
        if kind is not SavedResult and saved.dtype is not None:
            array = array.astype(saved.dtype)
        if kind is PackedTensor:
            return array  # which what is unpacked after it may write to
    return array if array.ndim else array[()]


def check_attached(saved: Any) -> None:
    """Whether a saved tensor still has the history that it had; torch's walk asks before versions.

    Raises:
        RuntimeError: it was detached in place since.
    """
    if isinstance(saved, list):
        for each in saved:
            check_attached(each)
    elif isinstance(saved, SavedTensor):
        if not saved.is_leaf and saved.tensor._detached_at is not None:
            _raise_if_leaf(saved.tensor)
    elif isinstance(saved, Tensor) and saved._detached_at == 0:
        _raise_if_leaf(saved)  # saved at version 0, and at that detached: since it was saved


def _raise_if_leaf(tensor: Tensor) -> None:
    if tensor._node is None:
        raise saved_errors.detached_in_place()


def unpacked_tensor(saved: Any, node: Node) -> Any:
    """Saved tensors with their history; a number as Python's."""
    if isinstance(saved, Tensor):
        counter = saved._counter
        if counter is not None and counter.version:
            raise _modified(saved, counter, 0)
        return saved
    if type(saved) in _REAL:
        return saved
    if isinstance(saved, np.ndarray):
        return saved.item()
    if isinstance(saved, list):
        return [None if each is None else unpacked_tensor(each, node) for each in saved]
    return saved.unpack(node)


_REAL: Final = frozenset({int, float, bool})
_ndarray: Final = np.ndarray  # a module's attribute costs more than all the rest


def _modified(
    tensor: Tensor, counter: VersionCounter, expected: int, output: int = 0
) -> RuntimeError:
    """The error of a saved tensor that was written to: it names what made the tensor. Which of
    several outputs it was, torch keeps of a node's own results only; of others it says 0."""
    while tensor._stands_for is not None and tensor._node is None:
        tensor = tensor._stands_for
    made_by = tensor.grad_fn
    producer = None
    if made_by is not None:
        producer = f"output {output} of {told_name(made_by.name())}"
    return errors.modified_in_place(
        tensor.type_name,
        tensor.shape,
        producer,
        counter.version,
        expected,
        traced=anomaly.enabled,
    )


def saved_output(tensor: Tensor, output: int) -> SavedResult:
    """What a node keeps of one of its several outputs."""
    if tensor._array.dtype.kind in "fc":
        return SavedResult(tensor._array, counter_of(tensor), output)
    return SavedIndex(tensor, output)


def kept_for(node: Node, tensor: Tensor) -> SavedTensor | SavedResult | PackedTensor:
    """What a node keeps of tensors that a user saves: of its own output the memory."""
    hooks = current()
    if hooks is not None:
        return PackedTensor(tensor, node, hooks)
    if tensor._node is node:
        if counter_of(tensor).inference:
            raise mode_errors.inference_saved()
        return SavedResult(tensor._array, counter_of(tensor), tensor._output_nr)
    return SavedTensor(tensor)


def pack(node: Node, outs: tuple[Tensor, ...], operands: Sequence[int]) -> None:
    """Has the hooks of this thread, if there are any, pack what a node saved.

    `operands` are the places in `saved` that are no results. torch saves those first.
    """
    hooks = current()
    if hooks is None or node.saved is None:
        return
    kept = list(node.saved)
    for place in operands:
        kept[place] = _packed(kept[place], node, hooks)
    node.saved = tuple(kept)
    waiting = deferred()
    if waiting is None:
        pack_results(node, outs)
    else:
        waiting.append((node, outs))


def pack_results(node: Node, outs: tuple[Tensor, ...]) -> None:
    """Likewise of the results that it saved."""
    hooks = current()
    if hooks is None or node.saved is None:
        return
    kept = list(node.saved)
    for place, each in enumerate(kept):
        if isinstance(each, SavedResult):
            kept[place] = UnsavedResult(each.array, each.counter, each.output)
            node.saved = tuple(kept)
            kept[place] = PackedTensor(outs[each.output], node, hooks)
    node.saved = tuple(kept)


def _packed(saved: Any, node: Node, hooks: tuple[Pack, Unpack]) -> Any:
    """A saved operand, packed; numbers are not."""
    if isinstance(saved, list):
        return [_packed(each, node, hooks) for each in saved]
    if isinstance(saved, SavedTensor):
        packed = PackedTensor(saved.tensor, node, hooks)
        packed.dtype = saved.dtype
        return packed
    return PackedTensor(saved, node, hooks) if isinstance(saved, Tensor) else saved

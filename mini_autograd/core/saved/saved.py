"""Saved tensors: what a node keeps for backward, with a check that it was not written to since.

In a node's `saved`, an operand is: the tensor itself if it has no version counter, which means
version 0; else a `SavedTensor`; for a number what the op computed with, maybe a 0-d array; for a
list of tensors a list.
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
from mini_autograd.core.tensor.version_counter import VersionCounter, counter_of, counter_of_result
from mini_autograd.messages.graph import modes as mode_errors
from mini_autograd.messages.graph import saved as saved_errors
from mini_autograd.messages.graph import walk as errors
from mini_autograd.messages.tensors.inplace import given_name


class SavedTensor:
    """A saved input and its version at that time.

    `dtype` is the one that the op computed in, if it is not the tensor's own.
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
            self.tensor, self.version = make(tensor._array), 0  # torch saves a wrapper
        elif not packing_threads or current() is None:
            raise mode_errors.inference_saved()
        # Else `PackedTensor` raises the error, after operands before it were packed.

    def unpack(self, node: Node) -> Tensor:
        """The tensor; a RuntimeError if it was written to since it was saved."""
        counter = self.tensor._counter
        if counter is not None and counter.version != self.version:
            raise _modified(self.tensor, counter, self.version)
        return self.tensor


class SavedClones(SavedTensor):
    """A saved input that an op in a transform wrote over, as torch's clones of it per level.

    The transform's backward gets `tensor`; backward outside it gets `outer`.
    """

    __slots__ = ("depth", "outer")

    def __init__(self, tensor: Tensor, outer: Tensor, dtype: np.dtype[Any] | None) -> None:
        super().__init__(tensor, dtype)
        self.outer = outer
        self.depth = transforms.depth

    def unpack(self, node: Node) -> Tensor:
        """The clone of the level whose backward runs."""
        return self.tensor if transforms.depth >= self.depth else self.outer


class SavedResult:
    """A saved output: its array, since the tensor would refer back to the node, a cycle."""

    __slots__ = ("array", "counter", "output", "version")

    def __init__(self, array: NDArray[Any], counter: VersionCounter, output: int) -> None:
        self.array = array
        self.counter = counter
        self.output = output
        self.version = counter.version

    def unpack(self, node: Node) -> Tensor:
        """The output, with the node as its history; a RuntimeError if it was written to since."""
        made = self.remade(node)
        if self.counter.version != self.version:
            raise _modified(made, self.counter, self.version, self.output)
        return made

    def remade(self, node: Node) -> Tensor:
        """The output, without the check for writes."""
        made = make(self.array)
        made._counter = self.counter
        # Other outputs, as the indices of `max`, are not differentiable.
        if self.array.dtype.kind in "fc" and self.output < len(node.accepted):
            made._node, made._output_nr, made._requires_grad = node, self.output, True
        return made


class SavedView(SavedResult):
    """A saved output of an in-place op on a view; `made_by` is the node that is its new history."""

    __slots__ = ("made_by",)
    dtype = None  # computed in its own dtype

    def __init__(self, array: NDArray[Any], counter: VersionCounter, made_by: Node) -> None:
        super().__init__(array, counter, 0)
        self.made_by = weakref.ref(made_by)  # weak: it has an edge to the node that saves this

    def remade(self, node: Node) -> Tensor:
        """The view, without the check for writes."""
        return super().remade(self.made_by() or node)


class SavedIndex(SavedResult):
    """A saved output that is not differentiable, as the indices of `max`.

    It has no history, so keeping the tensor makes no cycle. As in torch, `data` reads its present
    values.
    """

    __slots__ = ("tensor",)
    dtype = None

    def __init__(self, tensor: Tensor, output: int) -> None:
        super().__init__(tensor._array, counter_of(tensor), output)
        self.tensor = tensor

    def remade(self, node: Node) -> Tensor:
        """The tensor itself."""
        return self.tensor


class UnsavedResult(SavedResult):
    """The result of an in-place op whose pack hook raised: in torch nothing is saved then."""

    __slots__ = ()

    def unpack(self, node: Node) -> Tensor:
        """The result; a RuntimeError if a rule that is needed reads it."""
        op = node.op  # type: ignore[attr-defined]
        if any(node.edges[place] is not None for place in op.readers_of_result):
            raise saved_errors.undefined(op.unsaved)
        return self.remade(node)


def unpacked_array(saved: Any, node: Node) -> Any:
    """A saved value as an array, for a raw walk; a 0-d one as NumPy's scalar, ten times as fast."""
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
            return array  # not a scalar: later unpack hooks may write to it
    return array if array.ndim else array[()]


def check_attached(saved: Any) -> None:
    """Raise if a saved tensor lost its history since; torch checks this before the version.

    Raises:
        RuntimeError: `detach_` was called on it.
    """
    if isinstance(saved, list):
        for each in saved:
            check_attached(each)
    elif isinstance(saved, SavedTensor):
        if not saved.is_leaf and saved.tensor._detached_at is not None:
            _raise_if_leaf(saved.tensor)
    elif isinstance(saved, Tensor) and saved._detached_at == 0:
        _raise_if_leaf(saved)  # saved and detached, both at version 0


def _raise_if_leaf(tensor: Tensor) -> None:
    if tensor._node is None:
        raise saved_errors.detached_in_place()


def unpacked_tensor(saved: Any, node: Node) -> Any:
    """A saved value as a tensor with its history, for a recorded walk; a number as Python's."""
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
_ndarray: Final = np.ndarray  # reading it from the module costs more than the test


def _modified(
    tensor: Tensor, counter: VersionCounter, expected: int, output: int = 0
) -> RuntimeError:
    """The error for a saved tensor that was written to; it names the node that made the tensor.

    As in torch the output number is right only for a node's own results; for others it is 0.
    """
    while tensor._given is not None and tensor._node is None:
        tensor = tensor._given
    made_by = tensor.grad_fn
    producer = None
    if made_by is not None:
        producer = f"output {output} of {given_name(made_by.name())}"
    return errors.modified_in_place(
        tensor.type_name, tensor.shape, producer, counter.version, expected, traced=anomaly.enabled
    )


def saved_output(tensor: Tensor, output: int) -> SavedResult:
    """What a node with several outputs saves for one of them."""
    if tensor._array.dtype.kind in "fc":
        return SavedResult(tensor._array, counter_of_result(tensor), output)
    return SavedIndex(tensor, output)


def kept_for(node: Node, tensor: Tensor) -> SavedTensor | SavedResult | PackedTensor:
    """What a custom function's node keeps of a tensor that the user saves."""
    hooks = current()
    if hooks is not None:
        return PackedTensor(tensor, node, hooks)
    if tensor._node is node:
        if counter_of(tensor).inference:
            raise mode_errors.inference_saved()
        return SavedResult(tensor._array, counter_of(tensor), tensor._output_nr)
    return SavedTensor(tensor)


def pack(node: Node, outs: tuple[Tensor, ...], operands: Sequence[int]) -> None:
    """Pack what a node saved by this thread's hooks, if there are any.

    `operands` are the places in `saved` that are not results; torch packs these first.
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
    """Pack the results that a node saved."""
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
    """A saved operand, packed; a number as it is."""
    if isinstance(saved, list):
        return [_packed(each, node, hooks) for each in saved]
    if isinstance(saved, SavedTensor):
        packed = PackedTensor(saved.tensor, node, hooks)
        packed.dtype = saved.dtype
        return packed
    return PackedTensor(saved, node, hooks) if isinstance(saved, Tensor) else saved

"""In-place methods in terms of memory: other memory for a tensor, or a part of it by strides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import layout
from mini_autograd.arrays.formats import preserve_format, strides_in, suggested
from mini_autograd.core.graph.graph import ACCUMULATE_SEQUENCE, Arithmetic, Grad, Node
from mini_autograd.core.modes.anomaly import anomaly
from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.op import public
from mini_autograd.core.saved.packing import announce_write, packing_threads
from mini_autograd.core.tensor.history import autograd_sees, count_write, edge_of
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.inplace.checks import check_history
from mini_autograd.inplace.forms import as_function, fill_
from mini_autograd.inplace.rebase import rebase
from mini_autograd.messages.tensors import inplace as errors
from mini_autograd.ops.shape.restriding import as_strided, checked_region, strided_view
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.types import Array, Bool, Int, MemoryFormat, Number, Sizes


class NotImplementedNode(Node):
    """The history of a tensor that was set to show other memory: nothing goes back."""

    __slots__ = ()
    title = "NotImplemented"
    sequence = ACCUMULATE_SEQUENCE  # as torch's node of any op without a derivative

    def __init__(self, *inputs: Tensor, made: Array) -> None:
        self.edges = tuple([edge_of(each) if each._requires_grad else None for each in inputs])
        self.accepted = ((made.shape, made.dtype),)
        self.saved = ()
        self.hooks = None
        if anomaly.enabled:
            anomaly.remember(self)

    def name(self) -> str:
        """torch's C++ name."""
        return "torch::autograd::NotImplemented"

    def backward(self, grads: list[Grad | None], arithmetic: Arithmetic) -> Sequence[Grad | None]:
        """An error, always."""
        raise errors.set_derivative()


NotImplementedNode.__qualname__ = NotImplementedNode.__name__ = "NotImplemented"  # as it prints


def _show(tensor: Tensor, source: Tensor, array: Any, *recorded: Tensor) -> Tensor:
    """The tensor, showing another's memory from then on; no gradient passes. The `recorded` are the
    inputs of its node."""
    if source._array.dtype != tensor._array.dtype:
        raise errors.set_dtype(source.dtype, tensor.dtype)
    needs_grad = state.enabled and any(each._requires_grad for each in recorded)
    needs_grad = needs_grad and autograd_sees(*recorded)
    check_history(tensor, needs_grad)
    node = NotImplementedNode(*recorded, made=array) if needs_grad else None
    if packing_threads:
        announce_write(tensor)
    tensor._array = array
    count_write(tensor)
    if node is not None:
        rebase(tensor, node)
    return tensor


@composite(name="set_", dispatched=True)
def _set_tensor(self: Array, source: Array) -> Any:
    """Shows the same memory in the same way."""
    assert isinstance(self, Tensor)
    assert isinstance(source, Tensor)
    return _show(self, source, source._array, self, source)


@composite(name="set_", dispatched=True)
def _set_region(
    self: Array, source: Array, storage_offset: Int, size: Sizes, stride: Sizes = ()
) -> Any:
    """Shows a region of that memory, counted from where the source begins, which is no input of
    its node: torch takes a storage there."""
    assert isinstance(self, Tensor)
    assert isinstance(source, Tensor)
    array = source._array
    if not array.flags.c_contiguous:
        raise errors.set_source()
    steps = stride or layout.contiguous_strides(size, 1)
    start = layout.memory_of(array)[1] // array.itemsize
    region = checked_region(array, size, steps, start + storage_offset)
    return _show(self, source, strided_view.op.bare(array, size, steps, *region), self)


@composite(name="set_", dispatched=True)
def _set_nothing(self: Array) -> Any:
    """Shows no elements."""
    assert isinstance(self, Tensor)
    nothing = make(np.empty(0, self._array.dtype))
    return _show(self, nothing, nothing._array, self)


_REGION: Final = "int storage_offset, tuple of ints size, tuple of ints stride = None"
public(function=False)(
    overloaded(
        "set_",
        _set_nothing,
        _set_tensor,
        _set_region,
        method_forms=(
            "()",
            "(torch.Storage source)",
            f"(torch.Storage source, {_REGION})",
            "(Tensor source)",
            f"(Tensor source, {_REGION})",
        ),
    )
)


@public(function=False)
@composite(name="resize_", dispatched=True)
def _resize(self: Array, size: Sizes, *, memory_format: MemoryFormat | None = None) -> Any:
    """Another shape on the same memory, or where that is too small, on a larger copy of it.

    What is new holds anything. Unlike torch's, other tensors on the memory keep the smaller one.
    """
    assert isinstance(self, Tensor)
    if self._requires_grad and autograd_sees(self):
        raise errors.resize_with_grad()
    if any(each < 0 for each in size):
        raise errors.resize_overflow()
    resized = _resize_memory(self, tuple(size))
    if memory_format is not None:
        if memory_format is preserve_format:
            raise errors.resize_format()
        array = self._array
        steps = [each * array.itemsize for each in strides_in(memory_format, array.shape)]
        self._array = layout.restrided(array, array.shape, tuple(steps))
    if resized:
        count_write(self)
    return self


def _resize_memory(self: Tensor, shape: tuple[int, ...]) -> bool:
    """Whether there was another shape to give it, which it has now."""
    array = self._array
    if array.shape == shape:
        return False
    if packing_threads:
        announce_write(self)
    memory, start = layout.memory_of(array)
    needed, kept = math.prod(shape) * array.itemsize, memory.nbytes - start
    if needed > kept:
        larger = np.empty(shape, array.dtype)
        held = np.ndarray(kept // array.itemsize, array.dtype, memory, start)
        larger.reshape(-1)[: held.size] = held
        self._array = larger
    else:
        strides = layout.contiguous_strides(shape, array.itemsize)
        self._array = np.ndarray(shape, array.dtype, memory, start, strides)
    return True


@public(function=False)
@composite(name="resize_as_", dispatched=True)
def _resize_as(
    self: Array, the_template: Array, *, memory_format: MemoryFormat | None = None
) -> Any:
    """`resize_` to another tensor's shape."""
    if memory_format is preserve_format:
        memory_format = suggested(the_template._array)  # type: ignore[attr-defined]
    return _resize.method(self, tuple(the_template.shape), memory_format=memory_format)


as_function("resize_as_")


@public(function=False)
@composite(name="fill_diagonal_")
def _fill_diagonal(self: Array, fill_value: Number, wrap: Bool = False) -> Any:
    """A number on the main diagonal, which in a tall matrix may begin anew below its end."""
    assert isinstance(self, Tensor)
    array = self._array
    shape = array.shape
    if len(shape) < 2:
        raise errors.diagonal_rank()
    if len(shape) > 2 and len(set(shape)) > 1:
        raise errors.diagonal_shape()
    steps = [each // array.itemsize for each in layout.strides_of(array)]
    size = min(shape)
    fill_(as_strided(self, (size,), (sum(steps),)), fill_value)
    height, width = shape[:2]
    if wrap and len(shape) == 2 and height > width + 1:
        start = layout.memory_of(array)[1] // array.itemsize + steps[0] * (width + 1)
        rest = -(-array.size // (width + 1)) - size
        fill_(as_strided(self, (rest,), (sum(steps),), start), fill_value)
    return self

"""Views by strides and by dtype: as_strided, unfold, view(dtype)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from mini_autograd.arrays import dtypes, layout
from mini_autograd.arrays.dims import wrap_dim
from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.op import public, unpromoted
from mini_autograd.core.tensor.tensor import Tensor, detached
from mini_autograd.core.tensor.version_counter import inference_counter
from mini_autograd.messages.ops import shapes as errors
from mini_autograd.ops.shape.storage_gradient import Region, through_storage
from mini_autograd.ops.shape.views import view
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.types import Array, DType, Int, Ints, Sizes


@unpromoted(
    name="as_strided",
    view=True,
    self=lambda grad, self_shape, self_strides, self_dtype, size, stride, storage_offset, start: (
        through_storage(
            grad,
            Region(self_shape, tuple(each // self_dtype.itemsize for each in self_strides), start),
            Region(tuple(size), tuple(stride), storage_offset),
        )
    ),
)
def strided_view(self: Array, size: Ints, stride: Ints, storage_offset: Int, start: Int) -> Array:
    """Any elements of the memory that `self`, which begins at `start`, is a part of."""
    memory, _ = layout.memory_of(self)
    steps = tuple([step * self.itemsize for step in stride])
    return np.ndarray(tuple(size), self.dtype, memory, storage_offset * self.itemsize, steps)


def checked_region(
    array: Array, size: Sizes, stride: Sizes, storage_offset: int | None
) -> tuple[int, int]:
    """Where in its memory, in elements, a view by sizes and strides begins, and the array itself.

    Raises:
        RuntimeError: such a view is not in the memory.
    """
    memory, start = layout.memory_of(array)
    itemsize = array.itemsize
    offset = start // itemsize if storage_offset is None else storage_offset
    extent = _extent(tuple(size), tuple(stride))
    if offset < 0:
        raise errors.negative_offset(offset)
    needed = (offset + extent) * itemsize if extent else 0
    if needed > memory.nbytes:
        raise errors.out_of_storage(
            size, stride, offset, itemsize=itemsize, needed=needed, available=memory.nbytes
        )
    return offset if extent else 0, start // itemsize


@lru_cache(maxsize=1024)
def _extent(size: tuple[int, ...], stride: tuple[int, ...]) -> int:
    """How many elements of a memory lie between the first and the last of a view, both included."""
    if len(size) != len(stride):
        raise errors.lengths()
    if min(stride, default=0) < 0:
        raise errors.negative_strides(stride)
    if min(size, default=0) < 0:
        raise errors.negative_sizes(size, stride)
    if 0 in size:
        return 0
    return 1 + sum([(each - 1) * step for each, step in zip(size, stride, strict=True)])


@public()
@composite(dispatched=True)
def as_strided(self: Array, size: Sizes, stride: Sizes, storage_offset: Int | None = None) -> Any:
    """A view of the memory by sizes and strides; by default from the tensor's first element on."""
    array = self._array if isinstance(self, Tensor) else self
    return strided_view(self, size, stride, *checked_region(array, size, stride, storage_offset))


@public(function=False)
@unpromoted(
    view=True,
    self=lambda grad, self_shape, dimension, size, step: unfold_backward(
        grad, self_shape, dimension, size, step
    ),
)
def unfold(self: Array, dimension: Int, size: Int, step: Int) -> Array:
    """Windows of a dim, their elements in a new last dim; a view."""
    dim = wrap_dim(dimension, self.ndim)
    extent = self.shape[dim] if self.ndim else 1
    if size > extent:
        raise errors.unfold_too_large(dim, extent, size)
    if size < 0:
        raise errors.unfold_size(size)
    if step <= 0:
        raise errors.unfold_step(step)
    strides = layout.strides_of(self)
    if not self.ndim:
        return layout.restrided(self, (size,), (self.itemsize,))
    count = (extent - size) // step + 1
    return layout.restrided(
        self,
        (*self.shape[:dim], count, *self.shape[dim + 1 :], size),
        (*strides[:dim], step * strides[dim], *strides[dim + 1 :], strides[dim]),
    )


@unpromoted(
    node="UnfoldBackwardBackward0", grad=lambda grad, dim, size, step: unfold(grad, dim, size, step)
)
def unfold_backward(grad: Array, shape: Ints, dim: Int, size: Int, step: Int) -> Array:
    """The sum over all windows that show an element."""
    result = np.zeros(tuple(shape), grad.dtype)
    windows = unfold.op.bare(result, dim, size, step)
    for index in range(size):  # one element of each window: no two of these are the same
        windows[..., index] += grad[..., index]
    return result


def _check_wider(array: Array, found: dtypes.dtype, wanted: dtypes.dtype) -> None:
    """Whether each run of elements is a whole number of wider ones."""
    ratio = wanted.itemsize // found.itemsize
    strides = [step // array.itemsize for step in layout.strides_of(array)]
    start = layout.memory_of(array)[1] // array.itemsize
    conditions: list[tuple[str, int, bool]] = [
        (f"self.size(-1) must be divisible by {ratio}", array.shape[-1], False),
        (f"self.storage_offset() must be divisible by {ratio}", start, False),
        ("self.stride(-1) must be 1", strides[-1], True),
    ]
    conditions += [
        (f"self.stride({dim}) must be divisible by {ratio}", step, False)
        for dim, step in enumerate(strides[:-1])
    ]
    for requirement, value, is_exact in conditions:
        if value != 1 if is_exact else value % ratio:
            raise errors.view_dtype(requirement, found, wanted, value)


@composite(name="view", dispatched=True)
def view_dtype(self: Array, dtype: DType) -> Any:
    """The same bytes as elements of another dtype; no gradient flows through."""
    if not isinstance(self, Tensor):
        return self.view(dtype.numpy)
    found, array = self.dtype, self._array
    if found.itemsize != dtype.itemsize:
        if not array.ndim:
            raise errors.view_dtype("self.dim() cannot be 0", found, dtype, None)
        if found.itemsize < dtype.itemsize:
            _check_wider(array, found, dtype)
        elif array.strides[-1] != array.itemsize and array.shape[-1] != 1:
            step = array.strides[-1] // array.itemsize
            raise errors.view_dtype("self.stride(-1) must be 1", found, dtype, step)
    alias = detached(self)  # torch's is no view either, but shares the version counter
    alias._array = array.view(dtype.numpy)
    if state.inference:
        alias._counter = inference_counter()
    return alias


public(function=False)(
    overloaded(
        "view", view, view_dtype, method_forms=("(torch.dtype dtype)", "(tuple of ints size)")
    )
)

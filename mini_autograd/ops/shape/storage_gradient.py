"""The gradient of a view by strides: through zeros in place of the memory that it is a view of.

Of numbers alone that is a sum by indices. Where the walk is recorded it is done with ops, in the
order of torch's `as_strided_backward`, since the graph shows each of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from mini_autograd.arrays.layout import restrided
from mini_autograd.core.saved.gradient_tensors import count_writes
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.parsing.types import Array


class Region(NamedTuple):
    """Some elements of a memory: strides and offset count elements."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int

    @property
    def positions(self) -> np.ndarray[Any, Any]:
        """The place of each element in the memory."""
        places = np.asarray(self.offset)
        for size, stride in zip(self.shape, self.strides, strict=True):
            places = places[..., None] + np.arange(size) * stride
        return places

    @property
    def size(self) -> int:
        """How much of the memory it takes."""
        if 0 in self.shape:
            return self.offset
        return self.offset + 1 + self._extent()

    def _extent(self) -> int:
        return sum((n - 1) * each for n, each in zip(self.shape, self.strides, strict=True))

    @property
    def may_overlap(self) -> bool:
        """Whether, as torch judges by its strides, it has an element several times."""
        reached = 0
        for stride, size in sorted(zip(self.strides, self.shape, strict=True)):
            if stride <= reached:
                return True
            reached += stride * (size - 1)
        return False

    def without(self, *, constant: bool) -> Region:
        """Without dims of one element, and, if `constant`, those that stay where they are."""
        kept = [
            (size, stride)
            for size, stride in zip(self.shape, self.strides, strict=True)
            if size != 1 and not (constant and stride == 0)
        ]
        return Region(tuple([s for s, _ in kept]), tuple([s for _, s in kept]), self.offset)


def through_storage(grad: Any, whole: Region, part: Region) -> Any:
    """The gradient of `whole` from that of `part`, both parts of one memory.

    What `whole` has several times has its gradient divided among them.
    """
    least = min(whole.offset, part.offset)
    whole, part = (each._replace(offset=each.offset - least) for each in (whole, part))
    if 0 in whole.shape or 0 in part.shape:
        return ops.zeros_of(grad, whole.shape)
    if isinstance(grad, Tensor):
        return _recorded(grad, whole, part)
    several = whole.positions
    memory = np.zeros(max(whole.size, part.size), grad.dtype)
    shown, grad = _narrowed(part, grad)
    if shown.may_overlap:
        np.add.at(memory, shown.positions, grad)
    else:  # A minus zero stays one.
        memory[shown.positions] = grad
    counts = np.bincount(several.reshape(-1), minlength=len(memory))
    if counts.max(initial=0) > 1:
        memory /= np.maximum(counts, 1)
        return memory[several]
    strides = tuple([each * memory.itemsize for each in whole.strides])
    return restrided(count_writes(memory), whole.shape, strides, whole.offset * memory.itemsize)


def _narrowed(part: Region, grad: Any) -> tuple[Region, Any]:
    """Both without dims of size 1 and of stride 0; the gradient is summed over the latter."""
    for dim in range(len(part.shape) - 1, -1, -1):
        if part.shape[dim] == 1:
            grad = grad.squeeze(dim)
        elif part.strides[dim] == 0:
            grad = ops.sum(grad, (dim,))
    return part.without(constant=True), grad


def _recorded(grad: Any, whole: Region, part: Region) -> Any:
    shown, grad = _narrowed(part, grad)
    seen = whole.without(constant=False)
    storage: Any = make(np.zeros(max(seen.size, shown.size), grad._array.dtype))
    if shown.may_overlap:
        places = make(shown.positions.reshape(-1))
        storage.index_add_(0, places, grad.reshape(-1))
    else:
        storage.as_strided(*shown).copy_(grad)
    if seen.may_overlap:
        counts: Array = np.bincount(seen.positions.reshape(-1), minlength=len(storage))
        storage.div_(make(counts.astype(grad._array.dtype)))
    return storage.as_strided(*whole)

"""Views that give the same elements another shape, or repeat them.

Each is a view exactly where torch's is, with torch's strides; where only a copy could give the
shape, `view` refuses and `reshape` copies.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from mini_autograd.arrays import dtypes, layout
from mini_autograd.arrays.dims import broadcast_dims, wrap_dim
from mini_autograd.core.op import public, unpromoted
from mini_autograd.core.saved.packing import composed, is_watched
from mini_autograd.core.table import ops, shared
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.ops import shapes as errors
from mini_autograd.messages.tensors import state as tensor_errors
from mini_autograd.ops.tensor import inside
from mini_autograd.parsing.overloads import composite
from mini_autograd.parsing.overrides import PLAIN, handle_torch_function, has_torch_function
from mini_autograd.parsing.types import Anything, Array, Int, Sizes


def sum_to(grad: Any, shape: tuple[int, ...]) -> Any:
    """Summed over what `expand` repeated, to the shape that it had before."""
    if not shape:
        return ops.sum_all(grad)
    if grad.shape == shape:
        return grad
    dims = broadcast_dims(grad.shape, shape)
    assert dims is not None
    summed = ops.sum(grad, dims, True)
    return summed if len(summed.shape) == len(shape) else view(summed, shape)


@lru_cache(maxsize=1024)
def inferred(shape: tuple[int, ...], count: int) -> tuple[int, ...]:
    """The shape with a -1 replaced by what is left of `count` elements."""
    known, unknown = 1, -1
    for index, size in enumerate(shape):
        if size == -1:
            if unknown >= 0:
                raise errors.only_one_inferred()
            unknown = index
        elif size < 0:
            raise errors.invalid_size(size, index, shape)
        else:
            known *= size
    sizes = [int(size) for size in shape]
    if unknown >= 0 and known and count % known == 0:
        sizes[unknown] = count // known
    elif known != count:
        raise errors.wrong_element_count(shape, count)
    elif unknown >= 0:
        raise errors.ambiguous_inference(shape)
    return tuple(sizes)


@unpromoted(view=True, self=lambda grad, self_shape: reshape(grad, self_shape))
def view(self: Array, size: Sizes) -> Array:
    """The same elements in another shape; an error if they would have to be copied."""
    result = layout.reshaped(self, inferred(tuple(size), self.size))
    if result is None:
        raise errors.view_needs_copy()
    return result


@unpromoted(view=True, self=lambda grad, self_shape: reshape(grad, self_shape))
def reshape_alias(self: Array, size: Sizes) -> Array:
    """`view`, as `reshape` calls it for what does not lie in order."""
    return view.op.bare(self, size)


@unpromoted(self=lambda grad, self_shape: reshape(grad, self_shape))
def unsafe_view(self: Array, size: Sizes) -> Array:
    """`view` of a fresh result, which nobody else can see: it is no view to the user."""
    return view.op.bare(self, size)


@unpromoted(node="CloneBackward0", self=lambda grad: grad, inside=inside.copies)
def as_contiguous(self: Array) -> Array:
    """A copy with the last dim closest in memory."""
    return np.array(self, order="C")


@public(function=False)
@composite
def contiguous(self: Array, *, memory_format: Anything = None) -> Any:
    """The tensor itself if its elements lie in order, else a copy in which they do."""
    array = self._array if isinstance(self, Tensor) else self
    return self if array.flags.c_contiguous else as_contiguous(self)


def _reshaped(self: Any, shape: Sizes) -> Any:
    if not isinstance(self, Tensor):
        if 0 in self.strides and self.size:  # a seed that is expanded: NumPy keeps its zeros
            made = layout.reshaped(self, inferred(tuple(shape), self.size))
            return np.reshape(self, shape) if made is None else made
        return np.reshape(self, shape)
    array = self._array
    shape = inferred(tuple(shape), array.size)
    if array.flags.c_contiguous:
        return view(self, shape)
    if layout.view_strides(array, shape) is not None:
        # torch calls another op where a dispatch mode is to see it
        return view(self, shape) if is_watched() else reshape_alias(self, shape)
    return unsafe_view(as_contiguous(self), shape)


@public()
@composite
def reshape(self: Array, shape: Sizes) -> Any:
    """The same elements in another shape: a view if there is one, else a copy."""
    return _reshaped(self, shape)


@public()
@composite
def ravel(self: Array) -> Any:
    """All elements in one dim."""
    return view(contiguous(self), (-1,))


@public()
@composite
def flatten(self: Array, start_dim: Int = 0, end_dim: Int = -1) -> Any:
    """The dims from start to end, both included, as one."""
    shape, ndim = tuple(self.shape), self.ndim
    start, end = wrap_dim(start_dim, ndim), wrap_dim(end_dim, ndim)
    if start > end:
        raise errors.flatten_order()
    if not ndim:
        return _reshaped(self, (1,))
    if start == end:
        return self
    merged = math.prod(shape[start : end + 1])
    return _reshaped(self, (*shape[:start], merged, *shape[end + 1 :]))


@public()
@composite
def unflatten(self: Array, dim: Int, sizes: Sizes) -> Any:
    """One dim as several."""
    shape, dim = tuple(self.shape), wrap_dim(dim, self.ndim)
    if not shape:
        raise errors.unflatten_unexpected(errors.no_dims(dim))
    if not len(sizes):
        raise errors.unflatten_empty()
    try:
        sizes = inferred(tuple(sizes), shape[dim])
    except RuntimeError as error:
        raise errors.unflatten_sizes(sizes, dim, shape[dim], error) from None
    return view(self, (*shape[:dim], *sizes, *shape[dim + 1 :]))


@public(function=False)
@composite
def view_as(self: Array, other: Array) -> Any:
    """`view` in another tensor's shape."""
    return view(self, tuple(other.shape))


@public(function=False)
@composite
def reshape_as(self: Array, other: Array) -> Any:
    """`reshape` to another tensor's shape."""
    return reshape(self, tuple(other.shape))


@public(function=False)
@unpromoted(view=True, self=lambda grad, self_shape: sum_to(grad, self_shape))
def expand(self: Array, size: Sizes, *, implicit: Anything = False) -> Array:
    """Dims of size 1, and new ones in front, repeated without a copy; -1 keeps a size."""
    made = _expanded(self.shape, layout.strides_of(self), self.dtype, tuple(size))
    return layout.restrided(self, *made)


@lru_cache(maxsize=1024)
def _expanded(
    shape: tuple[int, ...], strides: tuple[int, ...], dtype: np.dtype[Any], size: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The sizes and strides of an expanded view."""
    new = len(size) - len(shape)
    if new < 0:
        raise errors.expand_too_few(dtypes.of_numpy(dtype).scalar_name, shape, size)
    sizes: list[int] = []
    steps: list[int] = []
    step = dtype.itemsize  # of a new dim of size 1, which torch gives what contiguity would
    for dim in range(len(size) - 1, -1, -1):
        wanted = int(size[dim])
        if dim >= new:
            found, step = shape[dim - new], strides[dim - new]
            wanted = found if wanted == -1 else wanted
            if found != wanted:
                if found != 1:
                    raise errors.expand_mismatch(wanted, found, dim, size, shape)
                step = 0
        elif wanted == -1 and shape:
            raise errors.expand_leading(wanted, dim)
        else:
            step = sizes[-1] * steps[-1] if sizes and wanted == 1 else 0 if wanted != 1 else step
        sizes.append(wanted)
        steps.append(step)
    if any(size < 0 for size in sizes):
        raise errors.elements_overflow()
    if not shape:
        steps = [0] * len(steps)  # whatever the sizes, torch repeats a single element so
    return tuple(sizes[::-1]), tuple(steps[::-1])


@public(function=False)
@composite
def expand_as(self: Array, other: Array) -> Any:
    """`expand` to another tensor's shape."""
    return expand(self, tuple(other.shape))


@public()
@composite
def broadcast_to(self: Array, size: Sizes) -> Any:
    """`expand`, as a function."""
    return expand(self, size)


@public(method=False)
@shared
@composed
def broadcast_tensors(*tensors: Any) -> tuple[Any, ...]:
    """All tensors expanded to their common shape; one that has it already is given back."""
    if not PLAIN.issuperset(map(type, tensors)) and has_torch_function(tensors):
        return handle_torch_function(broadcast_tensors, tensors, *tensors)
    shape: tuple[int, ...] = ()
    for index, each in enumerate(tensors):
        if not isinstance(each, Tensor):
            raise errors.not_a_tensor(index, each)
        shape = broadcast_shape(shape, each.shape)
    return tuple(each if each.shape == shape else expand(each, shape) for each in tensors)


def broadcast_shape(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that two shapes broadcast to."""
    try:
        return np.broadcast_shapes(a, b)
    except ValueError:
        raise errors.broadcast(a, b) from None


def check_written_shape(tensor: Tensor, operand: Tensor) -> None:
    """Whether an operand broadcasts to the tensor that an op in place writes to."""
    shape = tensor._array.shape
    common = broadcast_shape(shape, operand._array.shape)
    if shape != common:
        raise tensor_errors.result_shape(shape, common)

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
from mini_autograd.arrays.formats import contiguous_format, copied_as, is_in, preserve_format
from mini_autograd.arrays.layout import Shape
from mini_autograd.core.op import public, unpromoted
from mini_autograd.core.saved.packing import composed, is_watched
from mini_autograd.core.table import ops, shared
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.ops import shapes as errors
from mini_autograd.messages.tensors import state as tensor_errors
from mini_autograd.ops.tensor import inside
from mini_autograd.parsing.overloads import composite
from mini_autograd.parsing.overrides import PLAIN, handle_torch_function, has_torch_function
from mini_autograd.parsing.types import Anything, Array, Int, MemoryFormat, Sizes


def sum_to(grad: Any, shape: Shape) -> Any:
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
def inferred(shape: Shape, count: int) -> Shape:
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
    strides = self.strides if self.size else layout.strides_of(self)
    shape, steps = _viewed(self.shape, strides, self.itemsize, tuple(size))
    return self.reshape(shape) if steps is None else layout.restrided(self, shape, steps)


@lru_cache(maxsize=1024)
def _viewed(old: Shape, strides: Shape, itemsize: int, size: Shape) -> tuple[Shape, Shape | None]:
    """The sizes and strides of a view in another shape; no strides where NumPy's are torch's."""
    sizes = inferred(size, math.prod(old))
    if layout.is_plain(old, strides, itemsize):
        return sizes, None
    found = layout.reshaped_strides(old, strides, itemsize, sizes)
    if found is None:
        raise errors.view_needs_copy()
    return sizes, found


@unpromoted(view=True, self=lambda grad, self_shape: reshape(grad, self_shape))
def reshape_alias(self: Array, size: Sizes) -> Array:
    """`view`, as `reshape` calls it for what does not lie in order."""
    return view.op.bare(self, size)


@unpromoted(self=lambda grad, self_shape: reshape(grad, self_shape))
def unsafe_view(self: Array, size: Sizes) -> Array:
    """`view` of a fresh result, which nobody else can see: it is no view to the user."""
    return view.op.bare(self, size)


@unpromoted(node="CloneBackward0", self=lambda grad: grad, inside=inside.copies)
def as_contiguous(self: Array, memory_format: MemoryFormat = contiguous_format) -> Array:
    """A copy with the last dim closest in memory, unless another format is told."""
    return copied_as(self, memory_format)


def shape_of(self: Any) -> Shape:
    """The shape of a tensor or an array; a tensor's own attribute would cost more."""
    return self._array.shape if isinstance(self, Tensor) else tuple(self.shape)


@public(function=False)
@composite
def contiguous(self: Array, *, memory_format: MemoryFormat = contiguous_format) -> Any:
    """The tensor itself if its elements lie in order, else a copy in which they do."""
    if memory_format is contiguous_format:
        return _in_order(self)
    if is_in(memory_format, self._array):  # type: ignore[attr-defined]
        return self
    if memory_format is preserve_format:
        raise errors.contiguous_preserve()
    return as_contiguous(self, memory_format)


def _in_order(self: Any) -> Any:
    array = self._array if isinstance(self, Tensor) else self
    return self if array.flags.c_contiguous else as_contiguous(self)


def _reshaped(self: Any, shape: Shape) -> Any:
    """`reshape`, of a tensor to a shape that its elements have."""
    if not isinstance(self, Tensor):
        if 0 in self.strides and self.size:  # a seed that is expanded: NumPy keeps its zeros
            sizes = inferred(shape, self.size)
            strides = layout.view_strides(self, sizes)
            if strides is not None:
                return layout.restrided(self, sizes, strides)
        return np.reshape(self, shape)
    array = self._array
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
    sizes = tuple(shape)
    if isinstance(self, Tensor):
        sizes = inferred(sizes, self._array.size)
    return _reshaped(self, sizes)


@public()
@composite
def ravel(self: Array) -> Any:
    """All elements in one dim."""
    return view(_in_order(self), (-1,))


@public()
@composite
def flatten(self: Array, start_dim: Int = 0, end_dim: Int = -1) -> Any:
    """The dims from start to end, both included, as one."""
    merged = _flattened(shape_of(self), start_dim, end_dim)
    return self if merged is None else _reshaped(self, merged)


@lru_cache(maxsize=1024)
def _flattened(shape: Shape, start: int, end: int) -> Shape | None:
    """The shape with some dims as one; None where that is one dim."""
    start, end = wrap_dim(start, len(shape)), wrap_dim(end, len(shape))
    if start > end:
        raise errors.flatten_order()
    if not shape:
        return (1,)
    if start == end:
        return None
    return (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :])


@public()
@composite
def unflatten(self: Array, dim: Int, sizes: Sizes) -> Any:
    """One dim as several."""
    return view(self, _unflattened(shape_of(self), dim, tuple(sizes)))


@lru_cache(maxsize=1024)
def _unflattened(shape: Shape, dim: int, sizes: Shape) -> Shape:
    dim = wrap_dim(dim, len(shape))
    if not shape:
        raise errors.unflatten_unexpected(errors.no_dims(dim))
    if not sizes:
        raise errors.unflatten_empty()
    try:
        sizes = inferred(sizes, shape[dim])
    except RuntimeError as error:
        raise errors.unflatten_sizes(sizes, dim, shape[dim], error) from None
    return (*shape[:dim], *sizes, *shape[dim + 1 :])


@public(function=False)
@composite
def view_as(self: Array, other: Array) -> Any:
    """`view` in another tensor's shape."""
    return view(self, shape_of(other))


@public(function=False)
@composite
def reshape_as(self: Array, other: Array) -> Any:
    """`reshape` to another tensor's shape."""
    return reshape(self, shape_of(other))


@public(function=False)
@unpromoted(view=True, self=lambda grad, self_shape: sum_to(grad, self_shape))
def expand(self: Array, size: Sizes, *, implicit: Anything = False) -> Array:
    """Dims of size 1, and new ones in front, repeated without a copy; -1 keeps a size."""
    if len(size) < self.ndim:
        name = dtypes.of_numpy(self.dtype).scalar_name
        raise errors.expand_too_few(name, self.shape, tuple(size))
    strides = self.strides if self.size else layout.strides_of(self)
    shape, steps = _expanded(self.shape, strides, self.itemsize, tuple(size))
    return layout.restrided(self, shape, steps)


@lru_cache(maxsize=1024)
def _expanded(shape: Shape, strides: Shape, itemsize: int, size: Shape) -> tuple[Shape, Shape]:
    """The sizes and strides of an expanded view."""
    new = len(size) - len(shape)
    sizes: list[int] = []
    steps: list[int] = []
    step = itemsize  # of a new dim of size 1, which torch gives what contiguity would
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
    return expand(self, shape_of(other))


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
    shape: Shape = ()
    for index, each in enumerate(tensors):
        if not isinstance(each, Tensor):
            raise errors.not_a_tensor(index, each)
        shape = broadcast_shape(shape, each._array.shape)
    return tuple([each if each._array.shape == shape else expand(each, shape) for each in tensors])


@lru_cache(maxsize=1024)
def broadcast_shape(a: Shape, b: Shape) -> Shape:
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

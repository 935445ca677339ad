"""Joining tensors and taking them apart: cat, stack, split, unbind and what is composed of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes, layout
from mini_autograd.arrays.dims import wrap_dim
from mini_autograd.core.op import differentiable, public, unpromoted
from mini_autograd.core.saved.gradient_tensors import count_writes
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.ops import joining as errors
from mini_autograd.messages.ops import shapes as shape_errors
from mini_autograd.ops.pointwise import complexes
from mini_autograd.ops.shape.slicing import select, selected, slice_dim, sliced
from mini_autograd.ops.shape.transposing import unsqueeze
from mini_autograd.ops.shape.views import reshape, shape_of
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.overrides import NAME
from mini_autograd.parsing.types import (
    Array,
    Arrays,
    IndexArray,
    Int,
    Sizes,
    SymInt,
    is_int,
)

_LEGACY_EMPTY: Final = (0,)  # torch skips it, whatever the rank of the others


def _parts(
    grad: Any, shapes: Sequence[tuple[int, ...]], dtypes: Sequence[np.dtype[Any]], dim: int
) -> list[Any]:
    """The gradient of each tensor that was joined: of real ones a part of the real gradient."""
    parts: list[Any] = []
    at = 0
    dim = dim % max(grad.ndim, 1)
    whole = _placed(grad)
    real = complexes.real(whole)
    for shape, dtype in zip(shapes, dtypes, strict=True):
        grad = whole if dtype.kind == "c" else real
        if shape == _LEGACY_EMPTY:
            parts.append(count_writes(ops.zeros_of(grad, shape)))  # which torch fills
            continue
        parts.append(slice_dim(grad, dim, at, at + shape[dim]))
        at += shape[dim]
    return parts


def _placed(grad: Any) -> Any:
    """The gradient, if it is an empty array with the strides that its parts have from it."""
    return layout.placed(grad) if isinstance(grad, np.ndarray) else grad


@lru_cache(maxsize=1024)
def _joined_shape(shapes: tuple[tuple[int, ...], ...], dim: int) -> tuple[tuple[int, ...], int]:
    """The shape of the result, and the dim counted from its front."""
    for position, shape in enumerate(shapes):
        if not shape:
            raise errors.cat_zero_dim(position)
    kept = [each for each in enumerate(shapes) if each[1] != _LEGACY_EMPTY]
    if not kept:
        return _LEGACY_EMPTY, 0
    first = kept[0][1]
    dim = wrap_dim(dim, len(first))
    size = 0
    for position, shape in kept:
        if len(shape) != len(first):
            raise errors.cat_ranks(len(first), len(shape))
        for other, (expected, got) in enumerate(zip(first, shape, strict=True)):
            if other != dim and expected != got:
                raise errors.cat_sizes(dim, expected, got, position)
        size += shape[dim]
    return (*first[:dim], size, *first[dim + 1 :]), dim


@public("cat", "concat", "concatenate", method=False)
@differentiable(
    tensors=lambda grad, tensors_shapes, tensors_dtypes, dim: _parts(
        grad, tensors_shapes, tensors_dtypes, dim
    )
)
def cat(tensors: Arrays, dim: Int = 0) -> Array:
    """The tensors one after the other along a dim."""
    if not len(tensors):
        raise errors.cat_nothing()
    shapes = tuple([each.shape for each in tensors])
    shape, dim = _joined_shape(shapes, dim)
    result = layout.empty_joined(shape, tensors, tensors[0].dtype)
    if _LEGACY_EMPTY in shapes:
        tensors = [each for each in tensors if each.shape != _LEGACY_EMPTY]
    return np.concatenate(tensors, dim, result) if tensors else result


@public(method=False)
@differentiable(
    tensors=lambda grad, tensors_shapes, dim: [
        select(_placed(grad), dim, index) for index in range(len(tensors_shapes))
    ]
)
def stack(tensors: Arrays, dim: Int = 0) -> Array:
    """The tensors one after the other along a new dim."""
    if not len(tensors):
        raise errors.stack_nothing("stack")
    shape = tensors[0].shape
    dim = wrap_dim(dim, len(shape) + 1)
    for position, each in enumerate(tensors):
        if each.shape != shape:
            raise errors.stack_sizes(shape, each.shape, position)
    stacked = (*shape[:dim], len(tensors), *shape[dim:])
    if len(shape) < 4 or dim == len(shape) or 0 in shape:
        result = np.empty(stacked, tensors[0].dtype)
    else:
        # As torch does, which shows in the strides: joined along a dim that is then cut in two.
        joined = (*shape[:dim], len(tensors) * shape[dim], *shape[dim + 1 :])
        flat = layout.joined_strides(joined, tensors)
        strides = (*flat[:dim], shape[dim] * flat[dim], *flat[dim:])
        result = layout.empty_with(stacked, strides, tensors[0].dtype)
    key = (slice(None),) * dim + (None,)
    return np.concatenate([each[key] for each in tensors], dim, result)


def _at_least(tensor: Any, ndim: int) -> Any:
    """With dims in front, as `hstack` and its like need them."""
    found = tensor._array.ndim
    if not found:
        return reshape(tensor, (1,) * ndim)
    return unsqueeze(tensor, 0) if found < ndim else tensor


@public(method=False)
@composite
def hstack(tensors: Arrays) -> Any:
    """Joined along the columns."""
    if not len(tensors):
        raise errors.stack_nothing("hstack")
    rows = [_at_least(each, 1) for each in tensors]
    return cat(rows, 0 if rows[0]._array.ndim == 1 else 1)


@public("vstack", "row_stack", method=False)
@composite
def vstack(tensors: Arrays) -> Any:
    """Joined along the rows."""
    if not len(tensors):
        raise errors.stack_nothing("vstack")
    return cat([_at_least(each, 2) for each in tensors], 0)


@composite(name="narrow", dispatched=True)
def _narrow_from(self: Array, dim: Int, start: IndexArray, length: Int) -> Any:
    """`narrow` from a position in a tensor."""
    if not is_int(start):
        raise errors.narrow_start_tensor()
    return narrow(self, dim, int(start), length)


@composite(dispatched=True)
def narrow(self: Array, dim: Int, start: SymInt, length: SymInt) -> Any:
    """`length` positions of a dim from `start` on; a view."""
    shape = shape_of(self)
    if not shape:
        raise errors.narrow_zero_dim()
    if length < 0:
        raise errors.narrow_length()
    dim = wrap_dim(dim, len(shape))
    size = shape[dim]
    if not -size <= start <= size:
        raise errors.narrow_start(start, size)
    start += size if start < 0 else 0
    if start + length > size:
        raise errors.narrow_end(start, length, size)
    return slice_dim(self, dim, start, start + length)


_NARROW_FORMS: Final = [
    f"(Tensor input, int dim, {each} start, int length)" for each in ("Tensor", "int")
]
public()(overloaded("narrow", narrow, _narrow_from, function_forms=_NARROW_FORMS))


def _pieces(self: Array, dim: int, sizes: Sequence[int]) -> tuple[Array, ...]:
    pieces: list[Array] = []
    start = 0
    for size in sizes:
        pieces.append(sliced(self, dim, start, start + size, 1))
        start += size
    return tuple(pieces)


@unpromoted(
    name="split",
    view=True,
    outputs=(),
    self=lambda grads, self_shape, split_size, dim: cat(grads, dim),  # torch shows them all
)
def split_evenly(self: Array, split_size: Int, dim: Int = 0) -> tuple[Array, ...]:
    """Pieces of one size, the last with what is left."""
    if not self.ndim:
        raise errors.split_zero_dim("split")
    if split_size < 0:
        raise errors.split_negative(split_size)
    dim = wrap_dim(dim, self.ndim)
    size = self.shape[dim]
    if not split_size:
        if size:
            raise errors.split_by_zero(size)
        return (self[...],)
    count = max(-(-size // split_size), 1)
    return _pieces(self, dim, [split_size] * (count - 1) + [size - split_size * (count - 1)])


@public()
@unpromoted(view=True, outputs=(), self=lambda grads, self_shape, split_sizes, dim: cat(grads, dim))
def split_with_sizes(self: Array, split_sizes: Sizes, dim: Int = 0) -> tuple[Array, ...]:
    """Pieces of the given sizes."""
    if not self.ndim:
        raise errors.split_zero_dim("split")
    at = wrap_dim(dim, self.ndim)
    if any(size < 0 for size in split_sizes):
        raise errors.split_negative_sizes(split_sizes)
    if sum(split_sizes) != self.shape[at]:
        raise errors.split_sum(split_sizes, self.shape[at], dim)
    return _pieces(self, at, split_sizes)


_SPLIT_FORMS: Final = ("int split_size", "tuple of ints split_size")
_split: Final = overloaded(
    "split",
    split_evenly,
    split_with_sizes,
    function_forms=[f"(Tensor input, {each}, int dim = 0)" for each in _SPLIT_FORMS],
)


@public(method=False)
def split(tensor: Any, split_size_or_sections: Any, dim: int = 0) -> tuple[Any, ...]:
    """Pieces of one size, or of the sizes in a list."""
    if not isinstance(tensor, Tensor) and not hasattr(type(tensor), NAME):
        made: tuple[Any, ...] = tensor.split(split_size_or_sections, dim)
        return made
    given = split_size_or_sections
    if isinstance(given, Tensor):
        with suppress(ValueError):
            given = int(given)
    return (_split if isinstance(given, int) else split_with_sizes)(tensor, given, dim)


@public("split", function=False)
def _split_method(self: Tensor, split_size: Any, dim: int = 0) -> tuple[Any, ...]:
    return split(self, split_size, dim)


_split_method.__name__, _split_method.__qualname__ = "split", "Tensor.split"


@public()
@composite(dispatched=True)
def chunk(self: Array, chunks: Int, dim: Int = 0) -> Any:
    """At most so many pieces, of one size but the last."""
    shape = shape_of(self)
    if not shape:
        raise errors.split_zero_dim("chunk")
    if chunks <= 0:
        raise errors.chunk_count(chunks)
    dim = wrap_dim(dim, len(shape))
    size = shape[dim]
    if not size:
        return split_with_sizes(self, (0,) * chunks, dim)
    return split_evenly(self, -(-size // chunks), dim)


@composite(name="tensor_split")
def split_at(self: Array, indices: Sizes, dim: Int = 0) -> Any:
    """The pieces between the given indices."""
    dim, size = _split_dim(self, dim)
    pairs = zip((0, *indices), (*indices, size), strict=True)
    return tuple(slice_dim(self, dim, *slice(*pair).indices(size)[:2]) for pair in pairs)


def _split_dim(self: Any, dim: int) -> tuple[int, int]:
    """The dim and its size."""
    if not self.ndim:
        raise errors.tensor_split_zero_dim()
    dim = wrap_dim(dim, self.ndim)
    return dim, self.shape[dim]


@composite(name="tensor_split")
def split_by_tensor(self: Array, tensor_indices_or_sections: IndexArray, dim: Int = 0) -> Any:
    """Likewise, or so many pieces, as the tensor says."""
    given: Any = tensor_indices_or_sections
    if not self.ndim:
        raise errors.tensor_split_zero_dim()
    if given.dtype is not dtypes.int64:
        raise errors.tensor_split_dtype(given.dtype)
    if given.ndim > 1:
        raise errors.tensor_split_rank(given.ndim)
    return (split_at if given.ndim else split_in)(self, given.tolist(), dim)


@composite(name="tensor_split")
def split_in(self: Array, sections: SymInt, dim: Int = 0) -> Any:
    """So many pieces as even as can be."""
    dim, size = _split_dim(self, dim)
    if sections <= 0:
        raise errors.sections_count(sections)
    least, more = divmod(size, sections)
    ends = [index * least + min(index, more) for index in range(sections + 1)]
    return tuple(slice_dim(self, dim, *pair) for pair in itertools.pairwise(ends))


public()(overloaded("tensor_split", split_at, split_by_tensor, split_in))


@public()
@unpromoted(view=True, outputs=(), self=lambda grads, dim: stack(grads, dim))
def unbind(self: Array, dim: Int = 0) -> tuple[Array, ...]:
    """Every slice along a dim."""
    shape = self.shape
    dim = wrap_dim(dim, len(shape))
    if not shape:
        raise shape_errors.no_dims(dim)
    return tuple([selected(self, dim, index) for index in range(shape[dim])])

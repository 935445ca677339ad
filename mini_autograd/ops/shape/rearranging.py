"""Copies of the same elements elsewhere: flip, roll, repeat and their like."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from mini_autograd.arrays import layout
from mini_autograd.arrays.dims import wrap_dim, wrap_dims
from mini_autograd.core.op import public, unpromoted
from mini_autograd.core.saved.gradient_tensors import count_writes
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import make
from mini_autograd.messages.ops import joining as errors
from mini_autograd.messages.ops import shapes as shape_errors
from mini_autograd.ops.shape.transposing import unsqueeze
from mini_autograd.ops.shape.views import (
    as_contiguous,
    expand,
    flatten,
    inferred,
    reshape,
    shape_of,
    view,
)
from mini_autograd.ops.tensor import inside
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.types import Array, Dims, IndexArray, Int, Ints, Sizes, SymInt, SymInts


def _inside_flip(result: Any, self: Any, dims: Any) -> Any:
    """torch copies where it has no dim to walk backwards."""
    moves = self.numel() > 1 and any(
        self.shape[dim] > 1 and self._array.strides[dim] for dim in dims
    )
    return result if moves else inside.copies(result, self)


def _inside_roll(result: Any, self: Any, shifts: Any, dims: Any = ()) -> Any:
    """Of all elements in a row torch rolls a view, or a copy if there is no such view."""
    row = self if dims else ops.view(ops.contiguous(self), (self.numel(),))
    if row.is_inference():
        return result
    return ops.view(roll(row, shifts, (0,)), tuple(self.shape))


@public()
@unpromoted(self=lambda grad, dims: flip(grad, dims), inside=_inside_flip)
def flip(self: Array, dims: Dims) -> Array:
    """Some dims in reverse order."""
    key = _backwards(tuple(dims), self.ndim)
    result = layout.empty_as(self)
    result[...] = self[key]
    return result


@lru_cache(maxsize=1024)
def _backwards(dims: tuple[int, ...], ndim: int) -> tuple[slice, ...]:
    dims = wrap_dims(dims, ndim)
    return tuple([slice(None, None, -1 if dim in dims else None) for dim in range(ndim)])


@public()
@composite
def fliplr(self: Array) -> Any:
    """The columns in reverse order."""
    if self.ndim < 2:
        raise errors.rank_at_least(2)
    return flip(self, (1,))


@public()
@composite
def flipud(self: Array) -> Any:
    """The rows in reverse order."""
    if self.ndim < 1:
        raise errors.rank_at_least(1)
    return flip(self, (0,))


@public()
@unpromoted(
    self=lambda grad, shifts, dims: roll(grad, tuple(-shift for shift in shifts), dims),
    inside=_inside_roll,
)
def roll(self: Array, shifts: SymInts, dims: Ints | None = ()) -> Array:
    """Moved along dims, or along all elements in a row; what leaves one end enters the other."""
    dims = dims or ()
    if not len(shifts):
        raise errors.roll_nothing()
    if not len(dims) and len(shifts) == 1:
        result = np.empty(self.shape, self.dtype)  # and no view of what NumPy makes on the way
        if self.size:
            flat, into, start = self.reshape(-1), result.reshape(-1), shifts[0] % self.size
            into[start:], into[:start] = flat[: self.size - start], flat[self.size - start :]
        return result
    if len(shifts) != len(dims):
        raise errors.roll_lengths(len(shifts), len(dims))
    if not self.size:  # of which torch looks at no dim
        return layout.copied(self)
    if not self.ndim:
        raise shape_errors.no_dims(dims[0])
    wrapped = [wrap_dim(dim, self.ndim) for dim in dims]
    for shift, dim in zip(shifts, wrapped, strict=True):
        self = _rolled(self, shift, dim)
    return self


def _rolled(self: Array, shift: int, dim: int) -> Array:
    """The two parts the other way round, joined as torch joins them, which shows in the strides."""
    others, size = (slice(None),) * dim, self.shape[dim]
    start = shift % size
    after, before = self[(*others, slice(size - start, None))], self[(*others, slice(size - start))]
    result = layout.empty_joined(self.shape, (after, before), self.dtype)
    result[(*others, slice(start))] = after
    result[(*others, slice(start, None))] = before
    return result


def _unrepeated(grad: Any, repeats: Sequence[int], shape: tuple[int, ...]) -> Any:
    """The sum over the copies: each repeated dim is cut into its count and its size."""
    if 0 in repeats:
        return count_writes(ops.zeros_of(grad, shape))
    extra = len(repeats) - len(shape)
    for _ in range(extra):
        grad = ops.sum(grad, (0,), False)
    cut: list[int] = []
    copies: list[int] = []
    for count, size in zip(repeats[extra:], shape, strict=True):
        if count != 1:
            copies.append(len(cut))
            cut.append(count)
        cut.append(size)
    if not copies:
        return grad
    shape = inferred(tuple(cut), math.prod(grad.shape))  # of nothing, a count may be negative
    return ops.sum(reshape(grad, shape), tuple(copies), False)


@public(function=False)
@unpromoted(self=lambda grad, repeats, self_shape: _unrepeated(grad, repeats, self_shape))
def repeat(self: Array, repeats: Sizes) -> Array:
    """Copies side by side, so many along each dim; further counts make new dims in front."""
    extra = len(repeats) - self.ndim
    if extra < 0:
        raise errors.repeat_too_few()
    sizes = (1,) * extra + self.shape
    shape = [size * count for size, count in zip(sizes, repeats, strict=True)]
    for size in shape:
        if size < 0:
            raise errors.negative_size(size, shape)
    if 0 in shape:  # of which NumPy gives a view
        return np.empty(shape, self.dtype)
    return np.ascontiguousarray(np.tile(self, tuple(repeats))).reshape(shape)


@public()
@composite
def tile(self: Array, dims: Sizes) -> Any:
    """`repeat`, where missing counts are one."""
    return repeat(self, (1,) * (self.ndim - len(dims)) + tuple(dims))


@composite(name="repeat_interleave")
def repeat_each(
    self: Array, repeats: SymInt, dim: Int | None = None, *, output_size: Int | None = None
) -> Any:
    """Each element of a dim so many times in a row; by default of all elements."""
    if dim is None:
        self, dim = flatten(self), 0
    shape = shape_of(self)
    dim = wrap_dim(dim, len(shape))
    if repeats < 0:
        raise errors.negative_repeats()
    if not shape:
        raise shape_errors.dim_range(1, 0)  # of the dim that torch unsqueezes
    if output_size is not None and output_size != repeats * math.prod(shape[dim : dim + 1]):
        raise errors.repeats_output_size(repeats * math.prod(shape[dim : dim + 1]), output_size)
    copies = expand(unsqueeze(self, dim + 1), (*shape[: dim + 1], repeats, *shape[dim + 1 :]))
    merged = (*shape[:dim], shape[dim] * repeats, *shape[dim + 1 :])
    return view(as_contiguous(copies), merged)


@composite(name="repeat_interleave")
def repeat_by_counts(
    self: Array, repeats: IndexArray, dim: Int | None = None, *, output_size: Int | None = None
) -> Any:
    """Each element of a dim as often as its own count says."""
    if dim is None:
        self, dim = flatten(self), 0
    counts = repeats._array  # type: ignore[attr-defined]
    if counts.ndim > 1:
        raise errors.repeats_rank()
    if not self.ndim:
        raise shape_errors.no_dims(dim)
    size = self.shape[wrap_dim(dim, self.ndim)]
    if counts.size == 1:
        counts = np.broadcast_to(counts.reshape(1), (size,))
    elif len(counts) != size:
        raise errors.repeats_sizes(len(counts), dim, size)
    return ops.index_select(self, dim, make(_positions(counts, output_size)))


def _positions(counts: np.ndarray[Any, Any], output_size: int | None) -> np.ndarray[Any, Any]:
    """Each index as often as its count says, `output_size` together."""
    if counts.ndim != 1:
        raise errors.repeats_no_vector()
    if counts.dtype not in (np.int32, np.int64):
        raise errors.not_implemented("repeat_interleave_cpu", make(counts).dtype)
    if counts.size and output_size is not None:
        if output_size < 0:
            raise errors.negative_size(output_size, (output_size,))
        if counts.sum() != output_size:
            raise errors.repeats_allocated()
    if (counts < 0).any():
        raise errors.repeats_negative()
    return np.repeat(np.arange(len(counts), dtype=counts.dtype), counts)


@composite(name="repeat_interleave")
def positions_by_counts(repeats: IndexArray, *, output_size: Int | None = None) -> Any:
    """Each index as often as its count says."""
    return make(_positions(repeats._array, output_size))  # type: ignore[attr-defined]


public()(
    overloaded(
        "repeat_interleave",
        repeat_by_counts,
        repeat_each,
        positions_by_counts,
        function_forms=(
            "(Tensor input, Tensor repeats, int dim = None, *, int output_size = None)",
            "(Tensor repeats, *, int output_size = None)",
            "(Tensor input, int repeats, int dim = None, *, int output_size = None)",
        ),
    )
)

"""Views of part of a tensor: select, slice and alias, what basic indexing is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import layout
from mini_autograd.arrays.dims import wrap_dim
from mini_autograd.core.op import public, unpromoted
from mini_autograd.core.table import ops
from mini_autograd.messages.ops import indexing as errors
from mini_autograd.ops.tensor.conversion import without_imaginary
from mini_autograd.parsing.types import Array, Int, Ints, SymInt


@unpromoted(view=True, self=lambda grad: grad)
def alias(self: Array) -> Array:
    """All of it."""
    return self.view()


_WHOLE: Final = (slice(None),)  # the index of a dim that stays as it is


def selected(self: Array, dim: int, index: int) -> Array:
    """One position of a dim, which goes; a view."""
    return self[_WHOLE * dim + (index, ...)] if dim else self[index, ...]


@public()
@unpromoted(
    view=True,
    self=lambda grad, self_shape, dim, index: select_backward(grad, self_shape, dim, index),
)
def select(self: Array, dim: Int, index: SymInt) -> Array:
    """The slice of the tensor at one index of a dim."""
    shape = self.shape
    if not shape:
        raise errors.zero_dim("select")
    dim = wrap_dim(dim, len(shape))
    if not -shape[dim] <= index < shape[dim]:
        raise errors.out_of_range_select(index, shape, dim)
    return selected(self, dim, index)


@unpromoted(node="SelectBackwardBackward0", grad=lambda grad, dim, index: select(grad, dim, index))
def select_backward(grad: Array, shape: Ints, dim: Int, index: Int) -> Array:
    """Zeros of a shape, with `grad` at one index of a dim."""
    result = np.zeros(tuple(shape), grad.dtype)
    selected(result, wrap_dim(dim, result.ndim), index)[...] = grad
    return result


def sliced(self: Array, dim: int, start: int, stop: int, step: int) -> Array:
    """A range of a dim; a view."""
    if stop <= start:
        shape = (*self.shape[:dim], 0, *self.shape[dim + 1 :])
        steps = (*self.strides[:dim], self.strides[dim] * step, *self.strides[dim + 1 :])
        return layout.restrided(self, shape, steps, start * self.strides[dim])
    return self[_WHOLE * dim + (slice(start, stop, step),)] if dim else self[start:stop:step]


@unpromoted(
    view=True,
    name="slice",
    self=lambda grad, self_shape, dim, start, stop, step: slice_backward(
        grad, self_shape, dim, start, stop, step
    ),
)
def slice_dim(self: Array, dim: Int, start: Int, stop: Int, step: Int = 1) -> Array:
    """The range of a dim from `start` to `stop`, both within it, in positive steps."""
    return sliced(self, dim, start, stop, step)


@unpromoted(
    node="SliceBackwardBackward0",
    grad=lambda grad, dim, start, stop, step: slice_dim(grad, dim, start, stop, step),
)
def slice_backward(grad: Array, shape: Ints, dim: Int, start: Int, stop: Int, step: Int) -> Array:
    """Zeros of a shape, with `grad` at a range of a dim."""
    result = np.zeros(tuple(shape), grad.dtype)
    sliced(result, dim, start, stop, step)[...] = grad
    return result


def _checked_part(part: Array, src: Array) -> Array:
    if part.shape != src.shape:
        raise errors.source_slice(src.shape, part.shape)
    return part


@public()
@unpromoted(
    complex_gradient=False,
    self=lambda grad, src_shape, src_dtype, dim, index: select_scatter(
        grad, ops.zeros_of(grad, src_shape, src_dtype), dim, index
    ),
    src=lambda grad, dim, index: select(grad, dim, index),
)
def select_scatter(self: Array, src: Array, dim: Int, index: Int) -> Array:
    """A copy with `src` at one index of a dim."""
    part: Array = select.op.bare(self, dim, index)
    result = layout.copied_with_gaps(self)
    _checked_part(part, src)
    written = selected(result, wrap_dim(dim, self.ndim), index)
    written[...] = without_imaginary(src, self.dtype, src.size)
    return result


def _span(shape: Sequence[int], dim: int, start: Any, end: Any, step: int) -> tuple[int, ...]:
    """The dim and range that `slice_scatter` writes to, the bounds clamped as a slice's."""
    if not shape:
        raise errors.zero_dim("slice")
    dim = wrap_dim(dim, len(shape))
    if step <= 0:
        raise errors.step_not_positive_slice()
    return dim, *slice(start, end, step).indices(shape[dim])


@public()
@unpromoted(
    complex_gradient=False,
    self=lambda grad, src_shape, src_dtype, dim, start, end, step: slice_scatter(
        grad, ops.zeros_of(grad, src_shape, src_dtype), dim, start, end, step
    ),
    src=lambda grad, dim, start, end, step: slice_dim(
        grad, *_span(grad.shape, dim, start, end, step)
    ),
)
def slice_scatter(
    self: Array,
    src: Array,
    dim: Int = 0,
    start: Int | None = None,
    end: Int | None = None,
    step: Int = 1,
) -> Array:
    """A copy with `src` at a range of a dim."""
    part = _span(self.shape, dim, start, end, step)
    result = layout.copied_with_gaps(self)
    written = _checked_part(sliced(result, *part), src)
    written[...] = without_imaginary(src, self.dtype, src.size)
    return result

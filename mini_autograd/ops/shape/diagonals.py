"""Diagonals and triangles of matrices."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes, layout
from mini_autograd.arrays.dims import wrap_dim
from mini_autograd.core.op import Common, Expanded, InPlace, public, unpromoted
from mini_autograd.core.saved.gradient_tensors import count_writes
from mini_autograd.core.saved.packing import is_watched
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.messages.ops import joining as errors
from mini_autograd.parsing.overloads import composite
from mini_autograd.parsing.types import Array, Int, Ints, SymInt


def _diagonal_dims(dim1: int, dim2: int, ndim: int) -> tuple[int, int]:
    first, second = wrap_dim(dim1, ndim), wrap_dim(dim2, ndim)
    if first == second:
        raise errors.identical_diagonal_dims(dim1, dim2)
    return first, second


@public()
@unpromoted(
    view=True,
    self=lambda grad, self_shape, offset, dim1, dim2: diagonal_backward(
        grad, self_shape, offset, dim1, dim2
    ),
)
def diagonal(self: Array, offset: Int = 0, dim1: Int = 0, dim2: Int = 1) -> Array:
    """The diagonal of two dims as the last dim; a view."""
    ndim = self.ndim
    if not (-ndim <= dim1 < ndim and -ndim <= dim2 < ndim and (dim1 - dim2) % ndim):
        _diagonal_dims(dim1, dim2, ndim)  # which says why
    if not self.size:
        self = layout.placed(self)  # of a gradient, too
    result = self.diagonal(offset, dim1, dim2)
    if not result.shape[-1]:  # torch does not move to where it would begin
        result = layout.restrided(self, result.shape, result.strides)
    if self.flags.writeable:
        result.setflags(write=True)  # NumPy gives a view that it refuses to write to
    return result


@unpromoted(
    node="DiagonalBackwardBackward0",
    grad=lambda grad, offset, dim1, dim2: diagonal(grad, offset, dim1, dim2),
)
def diagonal_backward(grad: Array, shape: Ints, offset: Int, dim1: Int, dim2: Int) -> Array:
    """Zeros of a shape, with `grad` on a diagonal."""
    result = np.zeros(tuple(shape), grad.dtype)
    diagonal.op.bare(result, offset, dim1, dim2)[...] = grad
    return result


@unpromoted(
    node="DiagonalBackward0_copy",
    self=lambda grad, self_shape, offset, dim1, dim2: diagonal_backward(
        grad, self_shape, offset, dim1, dim2
    ),
)
def diagonal_copy(self: Array, offset: Int = 0, dim1: Int = 0, dim2: Int = 1) -> Array:
    """The diagonal of a matrix."""
    return self.diagonal(offset).copy()


def _inside_embedding(result: Any, self: Any, *where: int) -> Any:
    """torch writes the elements to a diagonal of zeros."""
    diagonal(result, *where).copy_(self)
    return result


@public()
@unpromoted(
    self=lambda grad, offset, dim1, dim2: diagonal(grad, offset, dim1, dim2),
    inside=_inside_embedding,
)
def diag_embed(self: Array, offset: Int = 0, dim1: Int = -2, dim2: Int = -1) -> Array:
    """Matrices in two new dims, with the last dim on their diagonal."""
    ndim = self.ndim + 1
    first, second = sorted(_diagonal_dims(dim1, dim2, ndim))
    size = self.shape[-1] + abs(offset)
    shape = list(self.shape[:-1])
    shape.insert(first, size)
    shape.insert(second, size)
    result = np.zeros(shape, self.dtype)
    diagonal.op.bare(result, offset, dim1, dim2)[...] = self
    return result


@public()
@composite
def diag(self: Array, diagonal: Int = 0) -> Any:
    """The diagonal of a matrix, or the matrix with a vector on its diagonal."""
    if self.ndim not in (1, 2):
        raise errors.diag_rank(self.ndim)
    return diag_embed(self, diagonal) if self.ndim == 1 else diagonal_copy(self, diagonal)


@public()
@unpromoted(self=lambda grad, self_shape: _traced(grad, self_shape))
def trace(self: Array) -> Array:
    """The sum of the diagonal of a matrix."""
    if self.dtype.kind == "b":
        raise errors.not_implemented("trace", dtypes.bool_)
    if self.ndim != 2:
        raise errors.trace_rank(self.ndim)
    if self.dtype.kind in "iu":
        return np.asarray(np.trace(self, dtype=np.int64))
    wide = np.float32 if self.dtype == np.float16 else self.dtype
    return np.asarray(self.trace(dtype=wide)).astype(self.dtype)


def _traced(grad: Any, shape: tuple[int, ...]) -> Any:
    """The gradient on the diagonal; torch, whose graph shows it, writes it into a row of zeros."""
    row: Any = ops.zeros_of(grad, (shape[0] * shape[1],))
    places = np.arange(min(shape), dtype=np.int64) * (shape[1] + 1)
    if isinstance(grad, Tensor):
        fill = row.index_fill if is_watched() else row.index_fill_
        return count_writes(fill(0, make(places), grad)).view(shape)
    row[places] = grad
    return count_writes(row, 2).reshape(shape)


def _part(rows: int, columns: int, diagonal: int, below: bool) -> Array:
    """Where matrices have their part on and below a diagonal, or else the rest."""
    last = np.arange(rows) + max(-rows, min(diagonal, columns))
    return (np.greater_equal if below else np.less).outer(last, np.arange(columns))


_SMALL: Final = 64  # elements of a matrix whose parts are remembered
_small_part: Final = lru_cache(maxsize=256)(_part)


def _triangle(self: Array, diagonal: int, *, below: bool) -> Array:
    """That part, and zeros; NaN and inf elsewhere leave no trace."""
    rows, columns = self.shape[-2:]
    part = _small_part if rows * columns <= _SMALL else _part
    result = np.zeros(self.shape, self.dtype)
    np.copyto(result, self, where=part(rows, columns, diagonal, below))
    return result


@public(in_place=InPlace(expanded=Expanded.MATRICES, common=Common.ANYTHING))
@unpromoted(self=lambda grad, diagonal: tril(grad, diagonal))
def tril(self: Array, diagonal: SymInt = 0) -> Array:
    """The part of matrices on and below a diagonal."""
    if self.ndim < 2:
        raise errors.triangle_rank("tril")
    return _triangle(self, diagonal, below=True)


@public(in_place=InPlace(expanded=Expanded.MATRICES, common=Common.ANYTHING))
@unpromoted(self=lambda grad, diagonal: triu(grad, diagonal))
def triu(self: Array, diagonal: SymInt = 0) -> Array:
    """The part of matrices on and above a diagonal."""
    if self.ndim < 2:
        raise errors.triangle_rank("triu")
    return _triangle(self, diagonal - 1, below=False)

"""gather and scatter: along one dim, at a position of its own for each element."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import layout
from mini_autograd.arrays.dims import along, in_range, wrap_dim
from mini_autograd.arrays.dtypes import of_numpy
from mini_autograd.arrays.layout import Shape
from mini_autograd.core.modes import warn_once
from mini_autograd.core.op import Common, DifferentiableOp, InPlace, public, unpromoted
from mini_autograd.core.saved.gradient_tensors import count_writes
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import make
from mini_autograd.messages.ops import indexing as errors
from mini_autograd.messages.ops import shapes as shape_errors
from mini_autograd.ops.tensor import inside
from mini_autograd.ops.tensor.writing import checked_number
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.types import Array, Bool, IndexArray, Int, Number, Str


def _check_index_dtype(name: str, index: IndexArray) -> None:
    if index.size and not (index.dtype.kind == "i" and index.itemsize >= 4):
        raise errors.scatter_index_dtype(name)


def _check_bounds(index: IndexArray, dim: int, size: int) -> None:
    if not in_range(index, 0, size):
        wrong = index[(index < 0) | (index >= size)].flat[0]
        raise errors.out_of_bounds_scatter(int(wrong), dim, size)


def _fits(index: Shape, shape: Shape, apart: int | None) -> bool:
    """Whether an index is no longer than a shape in any dim but one.

    Raises:
        IndexError: the shape has too few dims, and the index fits as far as they go.
    """
    if index == shape:
        return True
    for dim, size in enumerate(index):
        bound = shape[wrap_dim(dim, len(shape))] if shape else 1
        if dim != apart and size > bound:
            return False
    return True


def _reached(array: Array, dim: int, index: IndexArray) -> Array:
    """The part that an index reaches: as long in every other dim as the index is; a view."""
    if array.ndim < 2:
        return array.reshape(-1)
    if array.shape == index.shape:
        return array
    return array[tuple(slice(None) if d == dim else slice(n) for d, n in enumerate(index.shape))]


@public()
@unpromoted(
    # torch saves `self`, though its shape would do: a write to it makes backward raise
    self=lambda grad, self, dim, index: count_writes(
        scatter_add(ops.zeros_of(grad, self.shape), dim, index, grad)
    )
)
def gather(self: Array, dim: Int, index: IndexArray, *, sparse_grad: Bool = False) -> Array:
    """For each element of `index`, what `self` has there along the dim.

    Raises:
        RuntimeError: an index of another rank, too large, or out of range.
    """
    dim = wrap_dim(dim, self.ndim)
    _check_index_dtype("gather", index)
    if index.size == 0:
        return np.empty(index.shape, self.dtype)
    if index.ndim != self.ndim and max(index.ndim, self.ndim) > 1:
        raise errors.index_rank("input")
    if self.ndim and index.ndim and index.shape != self.shape:
        for d, (size, bound) in enumerate(zip(index.shape, self.shape, strict=True)):
            if d != dim and size > bound:
                raise errors.gather_size(d, index.shape, self.shape, dim)
    _check_bounds(index, dim, self.shape[dim] if self.ndim else 1)
    if index.ndim < 2:
        return (self if self.ndim else self.reshape(1))[index]
    found = _reached(self, dim, index)[along(dim, index)]
    return layout.in_rows(found)  # however the index lies


def _target(self: Array, dim: int, index: IndexArray, src: Array | None) -> tuple[Array, Array]:
    """A copy of `self`, and the part of it that a scatter reaches, after torch's checks."""
    _check_index_dtype("scatter", index)
    if src is not None and src.dtype != self.dtype:
        raise errors.scatter_dtypes()
    result = np.array(self, order="C")  # of a NumPy scalar too, as a gradient may be
    if index.size == 0:
        return result, result
    if index.ndim != self.ndim and max(index.ndim, self.ndim) > 1:
        raise errors.index_rank("self")
    whole, given = self.shape or (1,), index.shape or (1,)
    source = None if src is None else src.shape
    fits = _fits(given, whole, dim) and (source is None or _fits(given, source, None))
    if source is not None and len(source or (1,)) != len(given):
        raise errors.index_rank("src")
    if not fits:
        raise errors.scatter_size(index.shape, self.shape, dim, source)
    _check_bounds(index, dim, whole[dim])
    return result, _reached(result, dim, index)


def _source(src: Array, index: IndexArray) -> Array:
    if index.ndim == 0 or src.ndim == 0:
        return src.reshape(-1)[:1]
    if src.shape == index.shape:
        return src
    return src[tuple([slice(size) for size in index.shape])]


@unpromoted(
    node="ScatterBackward0",
    self=lambda grad, dim, index: scatter_number(grad, dim, index, 0),
    src=lambda grad, dim, index: gather(grad, dim, index),
    inside=inside.copies,
)
def scatter(self: Array, dim: Int, index: IndexArray, src: Array) -> Array:
    """A copy with the elements of `src` put where `index` says along the dim."""
    dim = wrap_dim(dim, self.ndim)
    result, part = _target(self, dim, index, src)
    if index.size:
        part[along(dim, index)] = _source(src, index)
    return result


@unpromoted(
    name="scatter",
    node="ScatterBackward1",
    self=lambda grad, dim, index: scatter_number(grad, dim, index, 0),
    inside=inside.copies,
)
def scatter_number(self: Array, dim: Int, index: IndexArray, value: Number) -> Array:
    """A copy with a number put where `index` says along the dim."""
    dim = wrap_dim(dim, self.ndim)
    result, part = _target(self, dim, index, None)
    if index.size:
        part[along(dim, index)] = checked_number(value, self.dtype)
    return result


@public(in_place=InPlace(memory_last=True, common=Common.NOTHING))
@unpromoted(
    self=lambda grad: grad,
    src=lambda grad, dim, index: gather(grad, dim, index),
    inside=inside.copies,
)
def scatter_add(self: Array, dim: Int, index: IndexArray, src: Array) -> Array:
    """A copy with the elements of `src` added where `index` says along the dim."""
    dim = wrap_dim(dim, self.ndim)
    result, part = _target(self, dim, index, src)
    if index.size:
        gather_into(np.add, part, along(dim, index), _source(src, index))
    return result


def gather_into(ufunc: np.ufunc, into: Array, where: Any, given: Any) -> None:
    """Adds or multiplies in place, each place as often as it is named; what halves come to is
    rounded once, as torch's scattering does it."""
    if into.dtype.char != "e":
        ufunc.at(into, where, given)
        return
    wide = into.astype(np.float32)
    ufunc.at(wide, where, given)
    into[...] = wide


_REDUCTIONS: Final[dict[str, np.ufunc]] = {"add": np.add, "multiply": np.multiply}


def _reduced(
    self: Array, dim: int, index: IndexArray, src: Array | None, value: Any, reduce: str
) -> Array:
    dim = wrap_dim(dim, self.ndim)
    result, part = _target(self, dim, index, src)
    if reduce not in _REDUCTIONS:
        raise errors.scatter_reduce_name()
    if index.size:
        given = checked_number(value, self.dtype) if src is None else _source(src, index)
        gather_into(_REDUCTIONS[reduce], part, along(dim, index), given)
    return result


@unpromoted(name="scatter", node="NotImplemented", inside=inside.copies)
def _scatter_reduced(self: Array, dim: Int, index: IndexArray, src: Array, *, reduce: Str) -> Array:
    """`scatter` that adds or multiplies; torch has no derivative of it."""
    warn_once.once(errors.reduce_deprecated(), stacklevel=2)
    return _reduced(self, dim, index, src, None, reduce)


@unpromoted(name="scatter", node="NotImplemented", inside=inside.copies)
def _scatter_number_reduced(
    self: Array, dim: Int, index: IndexArray, value: Number, *, reduce: Str
) -> Array:
    """Likewise with a number."""
    return _reduced(self, dim, index, None, value, reduce)


def _written(op: DifferentiableOp) -> DifferentiableOp:
    """Its in-place form, where that has another name to say that there is no derivative."""
    made = unpromoted(name="scatter_", node="NotImplemented")
    return made(op.op.bare)


@public()
@composite
def take_along_dim(self: Array, indices: IndexArray, dim: Int | None = None) -> Any:
    """`gather` along a dim, with broadcasting and wrapped indices; else of the flattened tensor."""
    if dim is None:
        return gather(ops.view(self, (-1,)), 0, ops.view(indices, (-1,)))
    array, where = self._array, indices._array  # type: ignore[attr-defined]
    if array.ndim != where.ndim:
        raise errors.along_dim_rank(array.ndim, where.ndim)
    if where.dtype != np.int64:
        raise errors.along_dim_dtype(of_numpy(where.dtype).scalar_name)
    dim, size, expanded, wanted = _along_shapes(array.shape, where.shape, dim)
    if where.shape != wanted:
        indices = ops.expand(indices, wanted)
    where = indices._array  # type: ignore[attr-defined]
    if size and where.flags.c_contiguous:  # as most are: the op would do the same, slower
        wrapped = make(np.remainder(where, size))
    else:
        wrapped = ops.remainder(indices, size)
    return gather(ops.expand(self, expanded), dim, wrapped)


@lru_cache(maxsize=1024)
def _along_shapes(shape: Shape, indices: Shape, dim: int) -> tuple[int, int, Shape, Shape]:
    """The dim from the front, its size, and what shapes a tensor and indices are expanded to."""
    dim = wrap_dim(dim, len(shape))
    before, after = list(shape), list(indices)
    before[dim] = after[dim] = 1
    try:
        common = np.broadcast_shapes(tuple(before), tuple(after))
    except ValueError:
        raise shape_errors.broadcast(before, after) from None
    ends = common[:dim], common[dim + 1 :]
    expanded, wanted = ((*ends[0], each[dim], *ends[1]) for each in (shape, indices))
    return dim, shape[dim], expanded, wanted


# Records the in-place form.
_scatter_written: Final = overloaded(
    "scatter_",
    scatter,
    scatter_number,
    _written(_scatter_reduced),
    _written(_scatter_number_reduced),
    out=True,
)
public(
    in_place=InPlace(
        memory_last=True,
        common=Common.NOTHING,
        recorded=_scatter_written,
        overloads=(".value", ".src"),
    )
)(
    overloaded(
        "scatter", scatter, scatter_number, _scatter_reduced, _scatter_number_reduced, out=True
    )
)

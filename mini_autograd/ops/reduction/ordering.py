"""Elements in order: sort, argsort, topk, median."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from mini_autograd.arrays import dtypes, layout
from mini_autograd.arrays.dims import along, wrap_dim
from mini_autograd.arrays.numbers import has_zero
from mini_autograd.core.op import public, unpromoted
from mini_autograd.messages.ops import reductions as errors
from mini_autograd.ops import return_types
from mini_autograd.ops.reduction.extrema import evenly, picked_grad
from mini_autograd.ops.reduction.selection import LONG, SMALL, ordered, selected
from mini_autograd.ops.tensor import inside
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.types import Array, Bool, Int, SymInt


def _order(array: Array, dim: int, descending: bool) -> Array:
    """The indices that sort along a dim, equal elements in their order; NaN is the greatest."""
    if not descending:
        return np.argsort(array, axis=dim, kind="stable").astype(np.int64, copy=False)
    backward = np.argsort(np.flip(array, dim), axis=dim, kind="stable")
    return np.ascontiguousarray(array.shape[dim] - 1 - np.flip(backward, dim))


def _sorted(
    array: Array, dim: int, descending: bool, *, stable: bool | None = True
) -> tuple[Array, Array]:
    dim = wrap_dim(dim, array.ndim)
    if array.dtype.kind == "c":
        raise errors.sort_complex()
    if not array.ndim:
        return np.array(array), np.zeros((), np.int64)
    index = _order(array, dim, descending)
    values = array[along(dim, index)]
    if not stable and _ties_apart(values, dim):
        index = _by_rows(array, dim, array.shape[dim], partial(ordered, descending=descending))
        values = array[along(dim, index)]
    made = layout.empty_as(array), layout.empty_as(array, index.dtype)
    np.copyto(made[0], values)
    np.copyto(made[1], index)
    return made


def _ties(values: Array, dim: int) -> bool:
    """Whether of sorted elements two are equal, or no number."""
    values = np.moveaxis(values, dim, -1)
    before, after = values[..., :-1], values[..., 1:]
    return bool(np.any((before == after) | ((before != before) & (after != after))))


def _ties_apart(values: Array, dim: int) -> bool:
    """Whether equal elements of sorted rows need not be in their order. In a short row they are;
    in a long one they stay so here, where torch's order would take sixty times as long to find."""
    return SMALL < values.shape[dim] <= LONG and _ties(values, dim)


def _by_rows(array: Array, dim: int, count: int, found: Callable[[Array], list[int]]) -> Array:
    """The `count` indices found in each row along a dim."""
    rows = np.moveaxis(array, dim, -1)
    index = np.empty((*rows.shape[:-1], count), np.int64)
    for at in np.ndindex(rows.shape[:-1]):
        index[at] = found(rows[at])
    return np.moveaxis(index, -1, dim)


def _ordered_grad(grads: Any, result1: Any, self_shape: tuple[int, ...], dim: int) -> Any:
    return picked_grad(grads, result1, self_shape, dim, True)


@unpromoted(
    name="sort",
    node="SortBackward0",
    outputs=("values", "indices"),
    self=_ordered_grad,
    inside=inside.copies,
)
def sort_along(self: Array, dim: Int = -1, descending: Bool = False) -> tuple[Array, Array]:
    """The elements in order along a dim, and where each was."""
    return _sorted(self, dim, descending, stable=False)


@unpromoted(
    name="sort",
    node="SortBackward1",
    outputs=("values", "indices"),
    self=_ordered_grad,
    inside=inside.copies,
)
def sort_stably(
    self: Array, *, stable: Bool | None, dim: Int = -1, descending: Bool = False
) -> tuple[Array, Array]:
    """As `sort_along`; `stable`, equal elements stay in their order."""
    return _sorted(self, dim, descending, stable=stable)


@composite(name="sort")
def _sort_stable(
    self: Array, *, stable: Bool | None, dim: Int = -1, descending: Bool = False
) -> Any:
    return return_types.sort(sort_stably(self, stable=stable, dim=dim, descending=descending))


@composite(name="sort")
def _sort_plain(self: Array, dim: Int = -1, descending: Bool = False) -> Any:
    return return_types.sort(sort_along(self, dim, descending))


@composite(name="argsort")
def _argsort_stable(self: Array, *, stable: Bool, dim: Int = -1, descending: Bool = False) -> Any:
    return sort_stably(self, stable=stable, dim=dim, descending=descending)[1]


@composite(name="argsort")
def _argsort_plain(self: Array, dim: Int = -1, descending: Bool = False) -> Any:
    """The indices that sort the elements along a dim."""
    return sort_along(self, dim, descending)[1]


@unpromoted(name="topk", node="TopkBackward0", outputs=("values", "indices"), self=_ordered_grad)
def greatest(
    self: Array, k: SymInt, dim: Int = -1, largest: Bool = True, sorted: Bool = True
) -> tuple[Array, Array]:
    """The k greatest or least elements along a dim; in order, if `sorted`."""
    dim = wrap_dim(dim, self.ndim)
    if not 0 <= k <= (self.shape[dim] if self.ndim else 1):
        raise errors.index_k_range()
    if self.dtype.kind in "bc":
        raise errors.topk_dtype("bool" if self.dtype.kind == "b" else "complex")
    values, index = _sorted(self, dim, largest)
    if not self.ndim:
        return values, index
    first = (slice(None),) * dim + (slice(0, k),)
    foremost = (slice(None),) * dim + (slice(0, k + 1),)
    if k and (not sorted or _ties(values[foremost], dim)) and self.shape[dim] <= LONG:
        found = partial(selected, k=k, largest=largest, in_order=sorted)
        index = _by_rows(self, dim, k, found)
        values = self[along(dim, index)]
    return np.array(values[first], order="C"), np.array(index[first], order="C")


@public()
@composite
def topk(self: Array, k: SymInt, dim: Int = -1, largest: Bool = True, sorted: Bool = True) -> Any:
    """The k greatest or least elements along a dim, with their indices."""
    return return_types.topk(greatest(self, k, dim, largest, sorted))


@unpromoted(name="median", node="MedianBackward0", complex_gradient=False, self=evenly)
def median_all(self: Array) -> Array:
    """The lower of the middle elements; NaN if one is, or if there is none."""
    if not self.size:
        return np.array(np.nan).astype(self.dtype)
    if self.dtype.kind in "bc":
        raise errors.not_implemented("median_cpu", dtypes.of(self))
    if self.dtype.kind == "f" and has_zero(self == self):
        return np.full((), np.nan, self.dtype)
    flat, middle = self.flatten(), (self.size - 1) // 2
    flat.partition(middle)
    return flat[middle]


@unpromoted(
    name="median",
    node="MedianBackward1",
    outputs=("values", "indices"),
    self=picked_grad,
    inside=inside.writes_out("median"),
)
def median_dim(self: Array, dim: Int, keepdim: Bool = False) -> tuple[Array, Array]:
    """The lower of the middle elements along a dim, and where it is."""
    dim = wrap_dim(dim, self.ndim)
    if self.ndim and not self.shape[dim]:
        raise errors.empty_dim("median", dim)
    if self.dtype.kind in "bc":
        raise errors.not_implemented("median_out", dtypes.of(self))
    if not self.ndim:
        return np.array(self), np.zeros((), np.int64)
    middle = (self.shape[dim] - 1) // 2
    index = np.take(_order(self, dim, False), [middle], dim)
    if self.dtype.kind == "f":
        missing = np.isnan(self)
        index = np.where(missing.any(dim, keepdims=True), missing.argmax(dim, keepdims=True), index)
    values = self[along(dim, index)]
    return (values, index) if keepdim else (values.squeeze(dim), index.squeeze(dim))


@composite(name="median")
def _median_named(self: Array, dim: Int, keepdim: Bool = False) -> Any:
    return return_types.median(median_dim(self, dim, keepdim))


public()(
    overloaded(
        "sort",
        _sort_plain,
        _sort_stable,
        function_forms=(
            "(Tensor input, *, bool stable, int dim = -1, bool descending = False, "
            "tuple of Tensors out = None)",
            "(Tensor input, int dim = -1, bool descending = False, *, tuple of Tensors out = None)",
        ),
    )
)
public()(
    overloaded(
        "argsort",
        _argsort_plain,
        _argsort_stable,
        function_forms=(
            "(Tensor input, *, bool stable, int dim = -1, bool descending = False, "
            "Tensor out = None)",
            "(Tensor input, int dim = -1, bool descending = False)",
        ),
        method_forms=(
            "(*, bool stable, int dim = -1, bool descending = False)",
            "(int dim = -1, bool descending = False)",
        ),
    )
)
public()(
    overloaded(
        "median",
        median_all,
        _median_named,
        function_forms=(
            "(Tensor input)",
            "(Tensor input, int dim, bool keepdim = False, *, tuple of Tensors out = None)",
        ),
    )
)

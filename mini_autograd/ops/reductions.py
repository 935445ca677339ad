"""Sums over dims: sum, mean, nansum, prod, and the tests all, any and count_nonzero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from mini_autograd import dtypes, ops
from mini_autograd.dims import wrap_dim, wrap_dims
from mini_autograd.errors import reductions as errors
from mini_autograd.op import Promotion, differentiable
from mini_autograd.overloads import overloaded
from mini_autograd.types import Array, Bool, DType, Ints

__all__ = ["mean", "mean_all", "sum", "sum_all"]


def reduced_dims(dim: Any, ndim: int) -> tuple[int, ...]:
    """The dims to reduce, wrapped and in order; None and an empty list stand for all."""
    if isinstance(dim, (int, np.integer)):
        return (wrap_dim(int(dim), ndim),) if ndim else wrap_dims((dim,), 0)[:0]
    if dim is None or not len(dim):
        return tuple(range(ndim))
    wrapped = wrap_dims(dim, ndim)
    return tuple(sorted(wrapped)) if ndim else ()


def restored(grad: Any, dim: Any, keepdim: bool, ndim: int) -> Any:
    """A reduced gradient or result with its dims back, of size one."""
    if keepdim or not ndim:
        return grad
    for each in reduced_dims(dim, ndim):
        grad = ops.unsqueeze(grad, each)
    return grad


def count(shape: tuple[int, ...], dim: Any) -> int:
    """How many elements are reduced to one."""
    number = 1
    for each in reduced_dims(dim, len(shape)):
        number *= shape[each]
    return number


def spread(grad: Any, shape: tuple[int, ...], dim: Any, keepdim: bool) -> Any:
    """The gradient of a sum: each element gets that of its sum."""
    return ops.expand(restored(grad, dim, keepdim, len(shape)), shape)


def _summed(array: Array, dims: tuple[int, ...], keepdim: bool, dtype: DType | None) -> Array:
    """Integers in int64, half precision in single and rounded once, as torch sums."""
    wanted = array.dtype if dtype is None else dtype.numpy
    if dtype is None and wanted.kind in "biu":
        wanted = np.dtype(np.int64)
    if wanted.kind == "b":
        return np.logical_or.reduce(array.astype(bool), axis=dims, keepdims=keepdim)
    if wanted == np.float16:
        array = array.astype(np.float16, copy=False)
        total = np.add.reduce(array, axis=dims, keepdims=keepdim, dtype=np.float32)
        return np.asarray(total).astype(np.float16)
    if array.dtype.kind == "c" and wanted.kind != "c":
        array = array.real
    if array.dtype.kind in "fc" and wanted.kind in "iu":
        array = array.astype(wanted)
    return np.add.reduce(array, axis=dims, keepdims=keepdim, dtype=wanted)


@differentiable(
    name="sum",
    node="SumBackward0",
    promotion=Promotion.NONE,
    self=lambda grad, self_shape: ops.expand(grad, self_shape),
)
def sum_all(self: Array, *, dtype: DType | None = None) -> Array:
    """The sum of all elements."""
    return _summed(self, tuple(range(self.ndim)), False, dtype)


@differentiable(
    node="SumBackward1",
    promotion=Promotion.NONE,
    self=lambda grad, self_shape, dim, keepdim: spread(grad, self_shape, dim, keepdim),
)
def sum(
    self: Array, dim: Ints | None, keepdim: Bool = False, *, dtype: DType | None = None
) -> Array:
    """The sum over the given dims; over all for None or an empty list."""
    return _summed(self, reduced_dims(dim, self.ndim), keepdim, dtype)


def _averaged(array: Array, dims: tuple[int, ...], keepdim: bool, dtype: DType | None) -> Array:
    if dtype is None and array.dtype.kind not in "fc":
        raise errors.mean_input(dtypes.of(array))
    if dtype is not None and dtype.numpy.kind not in "fc":
        raise errors.mean_dtype(dtype)
    wanted = array.dtype if dtype is None else dtype.numpy
    if wanted == np.float16:  # torch divides before it rounds
        single = _averaged(array.astype(np.float16).astype(np.float32), dims, keepdim, None)
        return np.asarray(single).astype(np.float16)
    total = _summed(array, dims, keepdim, dtype)
    return np.true_divide(total, count(array.shape, dims) if dims else 1, dtype=wanted)


@differentiable(
    name="mean",
    node="MeanBackward0",
    promotion=Promotion.NONE,
    self=lambda grad, self_shape: ops.expand(grad, self_shape) / count(self_shape, None),
)
def mean_all(self: Array, *, dtype: DType | None = None) -> Array:
    """The mean of all elements; NaN of none."""
    return _averaged(self, tuple(range(self.ndim)), False, dtype)


@differentiable(
    node="MeanBackward1",
    promotion=Promotion.NONE,
    self=lambda grad, self_shape, dim, keepdim: (
        spread(grad, self_shape, dim, keepdim) / count(self_shape, dim)
    ),
)
def mean(
    self: Array, dim: Ints | None, keepdim: Bool = False, *, dtype: DType | None = None
) -> Array:
    """The mean over the given dims; over all for None or an empty list."""
    return _averaged(self, reduced_dims(dim, self.ndim), keepdim, dtype)


_ALL_OR_DIMS: Final = (
    "(Tensor input, *, torch.dtype dtype = None)",
    "(Tensor input, tuple of ints dim, bool keepdim = False, *, torch.dtype dtype = None, "
    "Tensor out = None)",
)
_ALL_OR_DIMS_METHOD: Final = (
    "(*, torch.dtype dtype = None)",
    "(tuple of ints dim, bool keepdim = False, *, torch.dtype dtype = None)",
)
_sum = overloaded(
    "sum", sum_all, sum, function_forms=_ALL_OR_DIMS, method_forms=_ALL_OR_DIMS_METHOD
)
_mean = overloaded(
    "mean", mean_all, mean, function_forms=_ALL_OR_DIMS, method_forms=_ALL_OR_DIMS_METHOD
)

FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {"sum": _sum, "mean": _mean}
METHODS: Final[dict[str, Callable[..., Any]]] = {"sum": _sum.method, "mean": _mean.method}

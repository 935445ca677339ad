"""Variance and standard deviation."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from mini_autograd import dtypes, ops
from mini_autograd.errors import reductions as errors
from mini_autograd.op import Promotion, differentiable
from mini_autograd.ops.arithmetic import over, scaled_times, times
from mini_autograd.ops.reductions import (
    both,
    count,
    fold,
    mean,
    mean_all,
    reduced_dims,
    restored,
    spread,
)
from mini_autograd.overloads import composite, overloaded
from mini_autograd.types import Array, Bool, Ints, Number

__all__ = ["std", "std_mean", "var", "var_mean"]


_ROUNDED_MEAN: Final = (np.float32, np.complex64)


def _real_correction(correction: Any) -> float:
    """The correction as a real number; one is the default."""
    dtypes.check_int(correction)
    if not isinstance(correction, complex):
        return 1 if correction is None else correction
    if correction.imag:
        raise errors.complex_correction()
    return correction.real


def _var_grad(grad: Any, self: Any, dim: Any, correction: Any, keepdim: bool) -> Any:
    """`2 / (n - correction) * (self - mean)`; of everything at once torch has its own limits."""
    shape = tuple(self.shape)
    correction = _real_correction(correction)
    freedom = count(shape, dim) - correction
    if dim is None or not shape:
        if freedom <= 0:
            return grad * ops.where(self == mean_all(self), math.nan, math.inf)
        return scaled_times(grad, 2.0 / freedom, self - mean_all(self))
    if not len(dim):  # torch 2.13 counts one element here, though it has averaged over all
        freedom = 1 - correction
    factor = 2.0 / freedom if freedom else math.inf
    if len(shape) > 1:
        grad = restored(grad, dim, keepdim, len(shape))
    return scaled_times(grad, factor, self - mean(self, dim, True))


def _std_grad(grad: Any, self: Any, result: Any, dim: Any, correction: Any, keepdim: bool) -> Any:
    half = ops.masked_zero(grad / times(result, 2), result == 0)
    return _var_grad(half, self, dim, correction, keepdim)


def _variance(name: str, array: Array, dim: Any, correction: Any, keepdim: bool) -> Array:
    """In double precision, as torch's, and not yet rounded."""
    correction = _real_correction(correction)
    dims = reduced_dims(dim, array.ndim)
    n = count(array.shape, dims) if dims else 1
    freedom = n - correction
    if freedom <= 0 or not array.size:
        for _ in range(2 if array.dtype.kind == "c" else 1):  # for each part of the numbers
            warnings.warn(errors.no_freedom(name), UserWarning, stacklevel=4)
    wide = np.complex128 if array.dtype.kind == "c" else np.float64
    if name in ("var", "std") and array.dtype in _ROUNDED_MEAN and len(dims) == array.ndim and n:
        center = mean_all(array).astype(wide)  # of all at once torch rounds the mean
    else:
        center = fold(np.add, array, dims, True, wide) / np.float64(n)
    distance = np.subtract(array, center)
    parts = (distance.real, distance.imag) if wide is np.complex128 else (distance,)
    totals = [fold(np.add, np.multiply(part, part), dims, keepdim) for part in parts]
    return sum(np.true_divide(total, np.float64(max(freedom, 0))) for total in totals)


def _rounded(value: Any, array: Array) -> Array:
    """In the real dtype of the input's precision."""
    return np.asarray(value).astype(array.real.dtype)


@differentiable(
    promotion=Promotion.NONE,
    self=lambda grad, self, dim, correction, keepdim: _var_grad(
        grad, self, dim, correction, keepdim
    ),
)
def var(
    self: Array,
    dim: Ints | None = None,
    *,
    correction: Number | None = None,
    keepdim: Bool = False,
) -> Array:
    """The variance over dims; the sum of squares is divided by their count less `correction`."""
    if self.dtype.kind not in "fc":
        raise errors.var_input("std and var")
    return _rounded(_variance("var", self, dim, correction, keepdim), self)


@differentiable(
    promotion=Promotion.NONE,
    self=lambda grad, self, result, dim, correction, keepdim: _std_grad(
        grad, self, result, dim, correction, keepdim
    ),
)
def std(
    self: Array,
    dim: Ints | None = None,
    *,
    correction: Number | None = None,
    keepdim: Bool = False,
) -> Array:
    """The square root of the variance; where it is zero, the gradient is zero."""
    if self.dtype.kind not in "fc":
        raise errors.var_input("std and var")
    return _rounded(np.sqrt(_variance("std", self, dim, correction, keepdim)), self)


def _mean_part(grad: Any, shape: tuple[int, ...], dim: Any, keepdim: bool) -> Any:
    return over(spread(grad, shape, dim, keepdim), count(shape, dim))


def _var_mean_grad(grads: Any, self: Any, dim: Any, correction: Any, keepdim: bool) -> Any:
    of_variance, of_mean = grads
    return both(
        None if of_variance is None else _var_grad(of_variance, self, dim, correction, keepdim),
        None if of_mean is None else _mean_part(of_mean, tuple(self.shape), dim, keepdim),
    )


def _std_mean_grad(
    grads: Any, self: Any, result: Any, dim: Any, correction: Any, keepdim: bool
) -> Any:
    of_deviation, of_mean = grads
    return both(
        None
        if of_deviation is None
        else _std_grad(of_deviation, self, result, dim, correction, keepdim),
        None if of_mean is None else _mean_part(of_mean, tuple(self.shape), dim, keepdim),
    )


@differentiable(
    promotion=Promotion.NONE,
    outputs=("result0", "result1"),
    partial=True,
    self=lambda grads, self, dim, correction, keepdim: _var_mean_grad(
        grads, self, dim, correction, keepdim
    ),
)
def var_mean(
    self: Array,
    dim: Ints | None = None,
    *,
    correction: Number | None = None,
    keepdim: Bool = False,
) -> tuple[Array, Array]:
    """The variance and the mean."""
    if self.dtype.kind not in "fc":
        raise errors.var_input("var_mean")
    variance = _rounded(_variance("var_mean", self, dim, correction, keepdim), self)
    return variance, mean(self, dim, keepdim)


@differentiable(
    promotion=Promotion.NONE,
    outputs=("result0", "result1"),
    partial=True,
    self=lambda grads, self, result0, dim, correction, keepdim: _std_mean_grad(
        grads, self, result0, dim, correction, keepdim
    ),
)
def std_mean(
    self: Array,
    dim: Ints | None = None,
    *,
    correction: Number | None = None,
    keepdim: Bool = False,
) -> tuple[Array, Array]:
    """The standard deviation and the mean."""
    if self.dtype.kind not in "fc":
        raise errors.var_input("std_mean")
    deviation = _rounded(np.sqrt(_variance("std_mean", self, dim, correction, keepdim)), self)
    return deviation, mean(self, dim, keepdim)


def _forms(op: Any) -> Any:
    """The public name of an op: with its correction, or an older form with `unbiased`."""
    name = op.schema.name

    def of_dims(self: Array, dim: Ints | None, unbiased: Bool = True, keepdim: Bool = False) -> Any:
        return op(self, dim, correction=int(unbiased), keepdim=keepdim)

    def of_all(self: Array, unbiased: Bool = True) -> Any:
        return op(self, None, correction=int(unbiased))

    out = ", Tensor out = None" if name in ("var", "std") else ""
    star = ", *, Tensor out = None" if out else ""
    return overloaded(
        name,
        composite(name=name)(of_dims),
        op,
        composite(name=name)(of_all),
        function_forms=(
            f"(Tensor input, tuple of ints dim, bool unbiased = True, bool keepdim = False{star})",
            "(Tensor input, tuple of ints dim = None, *, Number correction = None, "
            f"bool keepdim = False{out})",
            "(Tensor input, bool unbiased = True)",
        ),
        method_forms=(
            "(tuple of ints dim, bool unbiased = True, bool keepdim = False)",
            "(tuple of ints dim = None, *, Number correction = None, bool keepdim = False)",
            "(bool unbiased = True)",
        ),
    )


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    each.schema.name: _forms(each) for each in (var, std, var_mean, std_mean)
}
METHODS: Final[dict[str, Callable[..., Any]]] = {
    name: FUNCTIONS[name].method  # type: ignore[attr-defined]
    for name in ("var", "std")
}

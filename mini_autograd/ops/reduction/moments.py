"""Variance and standard deviation."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes
from mini_autograd.core.modes.warn_once import held
from mini_autograd.core.op import public, unpromoted
from mini_autograd.core.table import ops
from mini_autograd.messages.ops import reductions as errors
from mini_autograd.ops.pointwise.arithmetic import over, scaled_times, times
from mini_autograd.ops.reduction.reductions import (
    both,
    count,
    mean,
    mean_all,
    reduced_dims,
    restored,
    spread,
)
from mini_autograd.ops.tensor import inside
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.types import Array, Bool, Ints, Number

_FEW: Final = 64  # numbers taken one by one, as torch does; more would be slow
_SEQUENTIAL: Final = 8  # fewer numbers NumPy adds one after the other


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


def _parts(array: Array) -> tuple[Array, ...]:
    """The real parts of the numbers and, if they are complex, the imaginary ones."""
    return (array.real, array.imag) if array.dtype.kind == "c" else (array,)


def _total(part: Array, lie_in_a_line: bool) -> Any:
    """The sum of all in their dtype. Few numbers that lie in a line with gaps, as the parts of
    complex ones, torch takes in four lanes: `multi_row_sum`."""
    if part.flags.c_contiguous or not lie_in_a_line or part.size > _FEW:
        return np.add.reduce(part, axis=None)
    flat = part.reshape(-1)
    whole = len(flat) - len(flat) % 4
    lanes = np.add.reduce(flat[:whole].reshape(-1, 4), axis=0)
    for rest in flat[whole:]:
        lanes[0] += rest
    return np.add.reduce(lanes)


def _about_the_mean(part: Array, lie_in_a_line: bool) -> Any:
    """The squares' sum about the mean of all, which is rounded to the dtype: `std_var_all_cpu`."""
    center = _total(part, lie_in_a_line) / part.size
    if part.size < _SEQUENTIAL and part.flags.c_contiguous:
        mean, squares = float(center), 0.0
        for each in part.reshape(-1).tolist():
            squares += (each - mean) * (each - mean)
        return squares
    distance = part.astype(np.float64) - np.float64(center)
    return np.add.reduce(np.multiply(distance, distance), axis=None)


def _welford(rows: Iterable[Any]) -> tuple[Any, Any]:
    """The squares' sum about the mean of each column and the mean, row by row, as torch takes them.

    B. P. Welford (1962), Technometrics 4 (3). The order shows: equal numbers have no variance, and
    after an infinite number there is no mean.
    """
    mean = squares = 0.0
    for i, row in enumerate(rows, 1):
        delta = row - mean
        mean = mean + delta / i
        squares = squares + delta * (row - mean)
    return squares, mean


def _in_two_passes(rows: Array) -> tuple[Any, Any]:
    """The same of many rows: of equal numbers, and of infinite ones, what that order makes."""
    mean = np.add.reduce(rows, axis=0) / np.float64(len(rows))
    mean = np.where((rows == rows[0]).all(axis=0), rows[0] + 0.0, mean)
    distance = rows - mean
    squares = np.add.reduce(np.multiply(distance, distance), axis=0)
    are_finite = np.isfinite(rows[:-1]).all(axis=0)
    mean = np.where(are_finite, np.where(np.isfinite(rows[-1]), mean, rows[-1]), math.nan)
    return np.where(are_finite & np.isfinite(rows[-1]), squares, math.nan), mean


def _moments(part: Array, dims: tuple[int, ...]) -> tuple[Any, Any]:
    """The squares' sum about the mean and the mean, in double precision, over dims."""
    kept = [d for d in range(part.ndim) if d not in dims]
    if not kept and 0 < part.size <= _FEW:
        return _welford(part.reshape(-1).tolist())  # floats are quicker
    shape = [part.shape[d] for d in kept]
    if not part.size:
        return np.full(shape, math.nan), np.full(shape, math.nan)
    if part.size <= _FEW:
        columns = part.transpose(*kept, *dims).reshape(math.prod(shape), -1).tolist()
        squares, means = zip(*[_welford(each) for each in columns], strict=True)
        return np.array(squares), means
    rows = part.transpose(*dims, *kept).reshape(-1, *shape).astype(np.float64, order="C")
    return _welford(rows) if len(rows) <= _FEW else _in_two_passes(rows)


def _variance(name: str, array: Array, dim: Any, correction: Any, keepdim: bool) -> Any:
    """The variance, in double precision or as the sum of two rounded ones, and the mean of each
    part; no mean of `var` and `std`. Then the shape that both get."""
    correction = _real_correction(correction)
    dims = reduced_dims(dim, array.ndim)
    n, shape = _reduced_shape(array.shape, dims, keepdim)
    freedom = n - correction
    parts = _parts(array)
    if freedom <= 0 or not (array.size or correction < 0):
        for _ in parts:
            held.add(errors.no_freedom(name))
    means: list[Any] = []
    if name in ("var", "std") and array.size == n > 0 and array.dtype != np.float16:
        in_line = array.ndim == 1 or (len(parts) > 1 and array.flags.c_contiguous)
        squares = [_about_the_mean(part, in_line) for part in parts]
    else:
        found = [_moments(part, dims) for part in parts]
        squares, means = [each for each, _ in found], [mean for _, mean in found]
    divisor = np.float64(max(0, freedom))  # of NaN it is 0, as in C++
    if len(parts) == 1:
        return squares[0] / divisor, means, shape
    variances = [np.asarray(each / divisor).astype(array.real.dtype) for each in squares]
    return variances[0] + variances[1], means, shape


@lru_cache(maxsize=1024)
def _reduced_shape(
    shape: tuple[int, ...], dims: tuple[int, ...], keepdim: bool
) -> tuple[int, tuple[int, ...]]:
    """How many elements are reduced to one, and the shape of the results."""
    kept = [1 if d in dims else size for d, size in enumerate(shape) if keepdim or d not in dims]
    return math.prod([shape[d] for d in dims]), tuple(kept)


def _rounded(value: Any, array: Array, shape: tuple[int, ...]) -> Array:
    """In the real dtype of the input's precision."""
    return _made(value, array.dtype if array.dtype.kind == "f" else array.real.dtype, shape)


def _made(value: Any, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Any:
    if not shape:
        return dtype.type(value)
    made = np.empty(shape, dtype)
    made[...] = value if made.size == 1 else np.asarray(value).reshape(shape)
    return made


def _joined(parts: list[Any], array: Array, shape: tuple[int, ...]) -> Array:
    """The mean in the input's dtype, from the means of its real and imaginary parts."""
    if len(parts) == 1:
        return _made(parts[0], array.dtype, shape)
    joined = np.empty(shape, array.dtype)
    for into, part in zip(_parts(joined), parts, strict=True):
        into[...] = np.reshape(part, shape)
    return joined


def _inside(result: Any, self: Any, *_: Any) -> Any:
    """torch has a kernel of its own for the variance of all numbers, which takes their mean."""
    if self.numel() and result.numel() == 1 and self._array.dtype in (np.float32, np.float64):
        return inside.writes_out("sum")()
    return result


@unpromoted(warns=True, self=_var_grad, inside=_inside)
def var(
    self: Array, dim: Ints | None = None, *, correction: Number | None = None, keepdim: Bool = False
) -> Array:
    """The variance over dims; the sum of squares is divided by their count less `correction`."""
    if self.dtype.kind not in "fc":
        raise errors.var_input("std and var")
    variance, _, shape = _variance("var", self, dim, correction, keepdim)
    return _rounded(variance, self, shape)


@unpromoted(warns=True, self=_std_grad, inside=_inside)
def std(
    self: Array, dim: Ints | None = None, *, correction: Number | None = None, keepdim: Bool = False
) -> Array:
    """The square root of the variance; where it is zero, the gradient is zero."""
    if self.dtype.kind not in "fc":
        raise errors.var_input("std and var")
    variance, _, shape = _variance("std", self, dim, correction, keepdim)
    return _rounded(np.sqrt(variance), self, shape)


def _mean_part(grad: Any, shape: tuple[int, ...], dim: Any, keepdim: bool) -> Any:
    return over(spread(grad, shape, dim, keepdim), count(shape, dim))


def _var_mean_grad(grads: Any, self: Any, dim: Any, correction: Any, keepdim: bool) -> Any:
    of_variance, of_mean = grads
    return both(
        None if of_variance is None else _var_grad(of_variance, self, dim, correction, keepdim),
        None if of_mean is None else _mean_part(of_mean, tuple(self.shape), dim, keepdim),
    )


def _std_mean_grad(
    grads: Any, self: Any, result0: Any, dim: Any, correction: Any, keepdim: bool
) -> Any:
    of_deviation, of_mean = grads
    return both(
        None
        if of_deviation is None
        else _std_grad(of_deviation, self, result0, dim, correction, keepdim),
        None if of_mean is None else _mean_part(of_mean, tuple(self.shape), dim, keepdim),
    )


@unpromoted(warns=True, outputs=("result0", "result1"), partial=True, self=_var_mean_grad)
def var_mean(
    self: Array, dim: Ints | None = None, *, correction: Number | None = None, keepdim: Bool = False
) -> tuple[Array, Array]:
    """The variance and the mean."""
    if self.dtype.kind not in "fc":
        raise errors.var_input("var_mean")
    variance, means, shape = _variance("var_mean", self, dim, correction, keepdim)
    return _rounded(variance, self, shape), _joined(means, self, shape)


@unpromoted(warns=True, outputs=("result0", "result1"), partial=True, self=_std_mean_grad)
def std_mean(
    self: Array, dim: Ints | None = None, *, correction: Number | None = None, keepdim: Bool = False
) -> tuple[Array, Array]:
    """The standard deviation and the mean."""
    if self.dtype.kind not in "fc":
        raise errors.var_input("std_mean")
    variance, means, shape = _variance("std_mean", self, dim, correction, keepdim)
    return _rounded(np.sqrt(variance), self, shape), _joined(means, self, shape)


def _forms(op: Any) -> Any:
    """The public name of an op: with its correction, or an older form with `unbiased`."""
    name = op.schema.name

    def of_dims(self: Array, dim: Ints | None, unbiased: Bool = True, keepdim: Bool = False) -> Any:
        return op(self, dim, correction=int(unbiased), keepdim=keepdim)

    def of_all(self: Array, unbiased: Bool = True) -> Any:
        return op(self, None, correction=int(unbiased))

    older = composite(name=name)
    out = (0, 1) if name in ("var", "std") else ()
    return overloaded(name, older(of_dims), op, older(of_all), out=out)


for _each in (var, std, var_mean, std_mean):
    public(method=_each in (var, std))(_forms(_each))

"""Sums over dims: sum, nansum, mean, and the tests all, any and count_nonzero."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes, layout
from mini_autograd.arrays.dims import wrap_dim, wrap_dims
from mini_autograd.arrays.numbers import has_zero
from mini_autograd.core.op import public, unpromoted
from mini_autograd.core.table import ops
from mini_autograd.messages.ops import reductions as errors
from mini_autograd.ops.pointwise.arithmetic import over
from mini_autograd.ops.pointwise.choosing import of_kind
from mini_autograd.ops.tensor import inside
from mini_autograd.ops.tensor.conversion import without_imaginary
from mini_autograd.parsing.overloads import overloaded
from mini_autograd.parsing.types import Array, Bool, Dims, DType, Int, Ints

Wrapped = tuple[int, ...] | None  # None stands for all of them


def reduced_dims(dim: Any, ndim: int) -> tuple[int, ...]:
    """The dims to reduce, wrapped and in order; None and an empty list stand for all."""
    return (_known_dims if type(dim) in _HASHED else _reduced_dims)(dim, ndim)


_HASHED: Final = frozenset({int, tuple, type(None)})


def _reduced_dims(dim: Any, ndim: int) -> tuple[int, ...]:
    if isinstance(dim, (int, np.integer)):
        dim = (int(dim),)
    if dim is None or not len(dim):
        return tuple(range(ndim))
    if len(dim) == 1 and ndim:
        return (wrap_dim(dim[0], ndim),)
    wrapped = wrap_dims(dim, ndim)
    return tuple(sorted(wrapped)) if ndim else ()


_known_dims: Final = lru_cache(_reduced_dims)


def restored(grad: Any, dim: Any, keepdim: bool, ndim: int) -> Any:
    """A reduced gradient or result with its dims back, of size one."""
    if keepdim or not ndim:
        return grad
    if isinstance(dim, (int, np.integer)) or (dim is not None and len(dim) == 1):
        return ops.unsqueeze(grad, int(np.ravel(dim)[0]))  # whatever the operand has become
    for each in reduced_dims(dim, ndim):
        grad = ops.unsqueeze(grad, each)
    return grad


def fold(step: Any, array: Array, dims: Wrapped, keepdim: bool, dtype: Any = None) -> Any:
    """A ufunc's reduction, contiguous as torch's, whatever the order of the operand's dims."""
    if not array.ndim and dtype is None and array.dtype.kind == "f":
        return array[()] + 0 if step is np.add else array[()]  # a sum begins with a zero
    result = step.reduce(array, dims, dtype, None, keepdim)
    if result.ndim < 2 or (array.flags.c_contiguous and array.size):
        return result
    return layout.in_rows(result)


def count(shape: tuple[int, ...], dim: Any) -> int:
    """How many elements are reduced to one."""
    number = 1
    for each in reduced_dims(dim, len(shape)):
        number *= shape[each]
    return number


def spread(grad: Any, shape: tuple[int, ...], dim: Any, keepdim: bool) -> Any:
    """The gradient of a sum: each element gets that of its sum."""
    if not keepdim and (dim is None or dim == ()):
        return ops.expand(grad, shape)
    return ops.expand(restored(grad, dim, keepdim, len(shape)), shape)


def both(first: Any, second: Any) -> Any:
    """The sum of what two outputs' gradients give; either is None if that output got none."""
    if first is None or second is None:
        return second if first is None else first
    if isinstance(first, np.ndarray) and first.ndim > 1:
        return layout.arranged(first + second, first, second)
    return first + second


def _in_one_run(shape: tuple[int, ...], dims: Wrapped) -> bool:
    """Whether the dims that are reduced lie side by side, those of size one left out."""
    wide = [dim in reduced_dims(dims, len(shape)) for dim, size in enumerate(shape) if size != 1]
    return [*pairwise([False, *wide])].count((False, True)) < 2


AS_THEY_ARE: Final = "fdFD"  # the dtypes in which torch sums and multiplies numbers of them


def _summed(array: Array, dims: Wrapped, keepdim: bool, dtype: DType | None) -> Array:
    """Integers in int64, half precision in single and rounded once, as torch sums."""
    if dtype is None and array.dtype.char in AS_THEY_ARE:
        return fold(np.add, array, dims, keepdim)
    wanted = array.dtype if dtype is None else dtype.numpy
    if dtype is None and wanted.kind in "biu":
        wanted = np.dtype(np.int64)
    if wanted.kind == "b":
        return fold(np.logical_or, array.astype(bool), dims, keepdim)
    if wanted == np.float16:
        array = without_imaginary(array, wanted, array.size)
        if _in_one_run(array.shape, dims):
            array = array.astype(np.float16, copy=False)
        # With other dims between them torch converts what it has summed.
        total = fold(np.add, array, dims, keepdim, np.float32)
        return np.asarray(total).astype(np.float16)
    array = without_imaginary(array, wanted, array.size)
    if array.dtype.kind in "fc" and wanted.kind in "iu":
        array = array.astype(wanted)
    return fold(np.add, array, dims, keepdim, wanted)


@unpromoted(
    name="sum",
    node="SumBackward0",
    self=lambda grad, self_shape, self_dtype: of_kind(ops.expand(grad, self_shape), self_dtype),
)
def sum_all(self: Array, *, dtype: DType | None = None) -> Array:
    """The sum of all elements."""
    return _summed(self, None, False, dtype)


@unpromoted(
    node="SumBackward1",
    self=lambda grad, self_shape, self_dtype, dim, keepdim: of_kind(
        spread(grad, self_shape, dim, keepdim), self_dtype
    ),
)
def sum(
    self: Array, dim: Ints | None, keepdim: Bool = False, *, dtype: DType | None = None
) -> Array:
    """The sum over the given dims; over all for None or an empty list."""
    return _summed(self, reduced_dims(dim, self.ndim), keepdim, dtype)


def _averaged(array: Array, dim: Any, keepdim: bool, dtype: DType | None) -> Array:
    if dtype is None and array.dtype.kind not in "fc":
        raise errors.mean_input(dtypes.of(array))
    if dtype is not None and dtype.numpy.kind not in "fc":
        raise errors.mean_dtype(dtype)
    if (array.dtype if dtype is None else dtype.numpy).char == "e":
        # torch divides before it rounds
        single = _averaged(array.astype(np.float32), dim, keepdim, None)
        return np.asarray(single).astype(np.float16)
    dims = reduced_dims(dim, array.ndim)
    total = _summed(array, dims, keepdim, dtype)
    return total / (array.size if len(dims) == array.ndim else count(array.shape, dims))


@unpromoted(
    name="mean",
    node="MeanBackward0",
    self=lambda grad, self_shape, self_numel, self_dtype: of_kind(
        over(ops.expand(grad, self_shape), self_numel), self_dtype
    ),
    inside=inside.sums_out,
)
def mean_all(self: Array, *, dtype: DType | None = None) -> Array:
    """The mean of all elements; NaN of none."""
    return _averaged(self, None, False, dtype)


@unpromoted(
    node="MeanBackward1",
    self=lambda grad, self_shape, self_numel, self_dtype, dim, keepdim: of_kind(
        over(spread(grad, self_shape, dim, keepdim), count(self_shape, dim)), self_dtype
    ),
    inside=inside.sums_out,
)
def mean(
    self: Array, dim: Ints | None, keepdim: Bool = False, *, dtype: DType | None = None
) -> Array:
    """The mean over the given dims; over all for None or an empty list."""
    return _averaged(self, dim, keepdim, dtype)


@unpromoted(
    self=lambda grad, self, dim, keepdim: (
        spread(grad, tuple(self.shape), dim, keepdim) * (self == self)
    )
)
def nansum(
    self: Array, dim: Ints | None = None, keepdim: Bool = False, *, dtype: DType | None = None
) -> Array:
    """The sum of the elements that are not NaN."""
    dims = reduced_dims(dim, self.ndim)
    if self.dtype.kind == "c":
        raise errors.nansum_complex()
    if dtype is not None and dtype.is_complex and self.dtype.kind == "f":
        raise errors.not_implemented("nansum_cpu", dtype)
    if self.dtype.kind == "f":
        present = self == self
        if not self.flags.c_contiguous or has_zero(present):
            self = np.where(present, self, self.dtype.type(0))
    return _summed(self, dims, keepdim, dtype)


def _tested(test: np.ufunc, array: Array, dim: Any, keepdim: bool) -> Array:
    """Unlike a sum, over an empty list of dims it reduces nothing."""
    nothing = dim is not None and np.ndim(dim) and not len(dim)
    dims = () if nothing else reduced_dims(dim, array.ndim)
    found = fold(test, array.astype(bool, copy=False), dims, keepdim)
    return np.asarray(found).astype(array.dtype if array.dtype == np.uint8 else bool)


@unpromoted(name="all")
def all_true(self: Array, dim: Dims | Int | None = None, keepdim: Bool = False) -> Array:
    """Whether all elements are true; of bytes, as a byte."""
    return _tested(np.logical_and, self, dim, keepdim)


@unpromoted(name="any")
def any_true(self: Array, dim: Dims | Int | None = None, keepdim: Bool = False) -> Array:
    """Whether some element is true; of bytes, as a byte."""
    return _tested(np.logical_or, self, dim, keepdim)


@unpromoted()
def count_nonzero(self: Array, dim: Int | None = None) -> Array:
    """How many elements are not zero, of all or along one dim."""
    return _summed(self != 0, reduced_dims(dim, self.ndim), False, None)


@unpromoted(name="count_nonzero")
def count_nonzero_over(self: Array, dim: Dims) -> Array:
    """Likewise over several dims."""
    return _summed(self != 0, reduced_dims(dim, self.ndim), False, None)


public()(overloaded("sum", sum_all, sum, out=(1,)))
public()(nansum)
public()(overloaded("mean", mean_all, mean, out=True))

_TEST_FORMS: Final = (
    "(Tensor input, *, Tensor out = None)",
    "(Tensor input, tuple of ints dim = None, bool keepdim = False, *, Tensor out = None)",
    "(Tensor input, int dim, bool keepdim = False, *, Tensor out = None)",
)
public()(overloaded("all", all_true, function_forms=_TEST_FORMS))
public()(overloaded("any", any_true, function_forms=_TEST_FORMS))
public()(overloaded("count_nonzero", count_nonzero, count_nonzero_over))

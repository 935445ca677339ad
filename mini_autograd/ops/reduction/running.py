"""Products over dims, and running sums and products along one."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from mini_autograd.arrays.dims import wrap_dim
from mini_autograd.arrays.dtypes import bool_, of_numpy
from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.op import InPlace, public, unpromoted
from mini_autograd.core.saved.gradient_tensors import count_writes
from mini_autograd.core.saved.packing import is_watched
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.messages.ops import kernels as errors
from mini_autograd.ops.pointwise.choosing import of_kind
from mini_autograd.ops.reduction.reductions import (
    AS_THEY_ARE,
    fold,
    reduced_dims,
    restored,
)
from mini_autograd.ops.tensor import inside
from mini_autograd.ops.tensor.conversion import converted, without_imaginary
from mini_autograd.parsing.overloads import overloaded
from mini_autograd.parsing.types import Array, Bool, DType, Int

# torch accumulates in the next wider type, and rounds each element once.
_WIDER: Final = {np.dtype(np.float16): np.float32, np.dtype(np.float32): np.float64}


def _accumulated(step: np.ufunc, array: Array, dim: int, dtype: DType | None) -> Array:
    dim = wrap_dim(dim, array.ndim)
    if dtype is bool_ and array.ndim and array.size:
        kernel = "cumsum_out_cpu" if step is np.add else "cumprod_out_cpu"
        raise errors.not_implemented(kernel, dtype)
    wanted = array.dtype if dtype is None else dtype.numpy
    if dtype is None and wanted.kind in "biu":
        wanted = np.dtype(np.int64)
    array = without_imaginary(array, wanted, array.size)
    array = array.astype(wanted, copy=False, order="C")
    if not array.ndim:
        return np.array(array)
    found = step.accumulate(array, axis=dim, dtype=_WIDER.get(wanted, wanted))
    if step is np.add and wanted.kind in "fc":
        found += 0  # torch begins with a zero, so that no sum is a negative one
    return found.astype(wanted, copy=False, order="C")


def _is_trivial(shape: tuple[int, ...], dim: int) -> bool:
    """Whether nothing runs: each element is its own sum and product."""
    return 0 in shape or not shape or shape[dim] == 1


def _backward_sum(grad: Any, dim: int) -> Any:
    """Sums from the far end: each element went into all sums from its own on."""
    if _is_trivial(grad.shape, dim):
        return grad
    return ops.flip(cumsum(ops.flip(grad, (dim,)), dim), (dim,))


def _cast(grad: Any, wanted: np.dtype[Any]) -> Any:
    """The gradient in a tensor's dtype; torch warns if that takes an imaginary part from it."""
    found = grad._array.dtype if isinstance(grad, Tensor) else grad.dtype
    return grad if found == wanted else ops.to_dtype(grad, of_numpy(wanted))


@unpromoted(
    self=lambda grad, self_dtype, dim: _backward_sum(_cast(grad, self_dtype), dim),
    inside=inside.fills_number,
)
def cumsum(self: Array, dim: Int, *, dtype: DType | None = None) -> Array:
    """The sums of the elements up to and with each, along a dim."""
    return _accumulated(np.add, self, dim, dtype)


def _avoids_division(self: Any) -> bool:
    """Whether torch divides by no element: where one is zero, and where writes are watched, as a
    formula may then not depend on values."""
    return is_watched() or bool((self == 0).any())


def _is_recorded(self: Any) -> bool:
    """Whether a rule's own steps are recorded: not if it only gets tensors so that hooks, or
    views, see these."""
    return isinstance(self, Tensor) and state.enabled


def _cumprod_grad(grad: Any, self: Any, result: Any, dim: int) -> Any:
    """A quotient, or without division where there are zeros: then in quadratic time."""
    if _is_trivial(self.shape, dim):
        return grad
    weighted = ops.conj(result) * grad  # torch records it, though there be a zero
    if not _avoids_division(self):
        return _backward_sum(weighted, dim) / ops.conj(self)
    dim = wrap_dim(dim, len(self.shape))
    if _is_recorded(self):
        return _recorded_cumprod_grad(grad, ops.conj(self), dim)
    if not is_watched():
        given = grad, ops.conj(self), ops.conj(result), weighted
        if not isinstance(self, Tensor):
            return _cumprod_grad_by_zeros(dim, *given)
        return make(_cumprod_grad_by_zeros(dim, *[each._array for each in given]))
    size = self.shape[dim]
    before = ops.zeros_of(self, (*self.shape[:dim], 1, *self.shape[dim + 1 :])) + 1
    rows = []
    for index in range(size):
        others = before
        if index + 1 < size:
            after = cumprod(ops.narrow(self, dim, index + 1, size - index - 1), dim)
            others = ops.cat([before, before * after], dim)
        onward = ops.narrow(grad, dim, index, size - index)
        rows.append(ops.sum(onward * ops.conj(others), (dim,), True))
        before = before * ops.narrow(self, dim, index, 1)
    return ops.cat(rows, dim)


def _cumprod_grad_by_zeros(
    dim: int, grad: Array, self: Array, result: Array, weighted: Array
) -> Array:
    """The same in linear time: a quotient up to the first zero, at that zero what its neighbours
    give, and nothing after it. As torch has it, to the sign of each zero."""
    zeros = np.cumsum(self == 0, axis=dim)
    before, until_second = zeros == 0, zeros == 1
    first = until_second & (self == 0)
    quotient = _backward_sum(np.where(before, weighted, weighted.dtype.type(0)), dim)
    one, nothing = self.dtype.type(1), grad.dtype.type(0)
    onward = cumprod(np.where(until_second & ~first, self, one), dim)
    onward = onward * np.where(until_second, grad, nothing)
    ahead = np.concatenate([np.ones_like(np.take(result, [0], dim)), result], axis=dim)
    ahead = np.delete(ahead, -1, axis=dim)  # at each place the product up to the one before
    at_first = ops.sum(onward, (dim,), True) * ahead
    with np.errstate(all="ignore"):
        quotient = quotient / self
    return np.where(before, quotient, np.where(first, at_first, nothing))


def _recorded_cumprod_grad(grad: Tensor, self: Tensor, dim: int) -> Tensor:
    """The same in the steps that torch takes where it records them: written row by row, or where
    writes are watched stacked."""
    size = self.shape[dim]
    rows = []
    result: Any = ops.zeros_of(grad, tuple(grad.shape))
    one = (*self.shape[:dim], 1, *self.shape[dim + 1 :])
    until: Any = ops.expand(ops.zeros_of(self, (1,)) + 1, one)
    for index in range(size):
        if index:
            until = ops.prod(ops.narrow(self, dim, 0, index), dim, True)
        others = until
        if index + 1 < size:
            after: Any = cumprod(ops.narrow(self, dim, index + 1, size - index - 1), dim)
            if index:
                after = ops.expand(until, tuple(after.shape)) * after
            others = ops.cat([until, after], dim)
        onward = ops.narrow(grad, dim, index, size - index)
        rows.append(ops.sum(onward * others, (dim,)))
        if not is_watched():
            ops.select(result, dim, index).copy_(rows[-1])
    if is_watched():
        return ops.stack(rows, dim)
    return count_writes(result)  # torch fills it with zeros first


@unpromoted(
    self=lambda grad, self, result, dim: _cumprod_grad(like(grad, self), self, result, dim),
    inside=inside.fills_number,
)
def cumprod(self: Array, dim: Int, *, dtype: DType | None = None) -> Array:
    """The products of the elements up to and with each, along a dim."""
    return _accumulated(np.multiply, self, dim, dtype)


def like(value: Any, other: Any) -> Any:
    """A tensor or an array in the dtype of another."""
    if value.dtype == other.dtype:
        return value
    if isinstance(value, Tensor):
        return ops.to_dtype(value, other.dtype)
    if value.ndim > 1:
        return converted(value, other.dtype)
    return without_imaginary(value, other.dtype, value.size).astype(other.dtype)


def _product(array: Array, dims: tuple[int, ...], keepdim: bool, dtype: DType | None) -> Any:
    if dtype is None and array.dtype.char in AS_THEY_ARE:
        return fold(np.multiply, array, dims, keepdim)
    wanted = array.dtype if dtype is None else dtype.numpy
    if dtype is None and wanted.kind in "biu":
        wanted = np.dtype(np.int64)
    array = without_imaginary(array, wanted, array.size).astype(wanted, copy=False)
    if wanted == np.float16 and array.size:  # torch rounds every product, NumPy the last one
        array = _last_product(array, dims)
    return fold(np.multiply, array, dims, keepdim, wanted)


def _last_product(array: Array, dims: tuple[int, ...]) -> Array:
    """One product after the other over all dims or one, which keep the size one."""
    rows = array if len(dims) == 1 < array.ndim else array.reshape(-1)
    dim = dims[0] if rows.ndim > 1 else 0
    running = np.multiply.accumulate(rows, axis=dim)
    last = running[(slice(None),) * dim + (slice(-1, None),)]
    return last if rows.ndim > 1 else last.reshape((1,) * array.ndim)


def prod_grad(grad: Any, self: Any, result: Any, dim: int) -> Any:
    """The product of all other elements: a quotient, or without division where there are zeros."""
    if not _avoids_division(self):
        return grad * ops.conj(result / self)
    if 0 in self.shape:
        return ops.expand(grad, tuple(self.shape))
    size = self.shape[dim]
    if size == 1:
        return grad
    one = ops.zeros_of(self, (*self.shape[:dim], 1, *self.shape[dim + 1 :])) + 1
    before = cumprod(ops.cat([one, ops.narrow(self, dim, 0, size - 1)], dim), dim)
    reverse = ops.flip(ops.narrow(self, dim, 1, size - 1), (dim,))
    after = ops.flip(cumprod(ops.cat([one, reverse], dim), dim), (dim,))
    return grad * ops.conj(before * after)


def _prod_all_grad(grad: Any, self: Any, result: Any) -> Any:
    if not self.shape:
        return grad
    if not _avoids_division(self):
        return grad * ops.conj(result / self)
    if not _is_recorded(self) and not is_watched() and int((self == 0).sum()) > 1:
        return ops.zeros_of(self, tuple(self.shape))
    flat = ops.view(ops.contiguous(self), (-1,))
    return ops.view(prod_grad(grad, flat, result, 0), tuple(self.shape))


def _prod_grad(grad: Any, self: Any, result: Any, dim: int, keepdim: bool) -> Any:
    ndim = len(self.shape)
    if not ndim:
        return grad
    dim = wrap_dim(dim, ndim)
    grad, result = restored(grad, dim, keepdim, ndim), restored(result, dim, keepdim, ndim)
    return prod_grad(grad, self, result, dim)


@unpromoted(
    name="prod",
    node="ProdBackward0",
    self=lambda grad, self, self_dtype, result: of_kind(
        _prod_all_grad(grad, like(self, grad), result), self_dtype
    ),
)
def prod_all(self: Array, *, dtype: DType | None = None) -> Array:
    """The product of all elements."""
    return _product(self, tuple(range(self.ndim)), False, dtype)


@unpromoted(
    node="ProdBackward1",
    self=lambda grad, self, self_dtype, result, dim, keepdim: of_kind(
        _prod_grad(grad, like(self, grad), result, dim, keepdim), self_dtype
    ),
)
def prod(self: Array, dim: Int, keepdim: Bool = False, *, dtype: DType | None = None) -> Array:
    """The product over one dim."""
    return _product(self, reduced_dims(dim, self.ndim), keepdim, dtype)


public()(overloaded("prod", prod_all, prod, out=(1,)))
public(in_place=InPlace(memory_last=True, running="cumsum_out_cpu"))(cumsum)
public(in_place=InPlace(memory_last=True, running="cumprod_out_cpu"))(cumprod)

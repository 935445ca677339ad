"""Running sums and products along a dim."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from mini_autograd import ops
from mini_autograd.dims import wrap_dim
from mini_autograd.op import Promotion, differentiable
from mini_autograd.ops.scaling import like
from mini_autograd.types import Array, DType, Int

__all__ = ["cumprod", "cumsum"]

# torch accumulates in the next wider type, and rounds each element once.
_WIDER: Final = {np.dtype(np.float16): np.float32, np.dtype(np.float32): np.float64}


def _accumulated(step: np.ufunc, array: Array, dim: int, dtype: DType | None) -> Array:
    dim = wrap_dim(dim, array.ndim)
    wanted = array.dtype if dtype is None else dtype.numpy
    if dtype is None and wanted.kind in "biu":
        wanted = np.dtype(np.int64)
    if array.dtype.kind == "c" and wanted.kind != "c":
        array = array.real
    array = array.astype(wanted, copy=False)
    if not array.ndim:
        return np.array(array)
    found = step.accumulate(array, axis=dim, dtype=_WIDER.get(wanted, wanted))
    return found.astype(wanted, copy=False)


def _is_trivial(shape: tuple[int, ...], dim: int) -> bool:
    """Whether nothing runs: each element is its own sum and product."""
    return 0 in shape or not shape or shape[dim] == 1


def _backward_sum(grad: Any, dim: int) -> Any:
    """Sums from the far end: each element went into all sums from its own on."""
    if _is_trivial(grad.shape, dim):
        return grad
    return ops.flip(cumsum(ops.flip(grad, (dim,)), dim), (dim,))


@differentiable(
    promotion=Promotion.NONE,
    self=lambda grad, dim: _backward_sum(grad, dim),
)
def cumsum(self: Array, dim: Int, *, dtype: DType | None = None) -> Array:
    """The sums of the elements up to and with each, along a dim."""
    return _accumulated(np.add, self, dim, dtype)


def _cumprod_grad(grad: Any, self: Any, result: Any, dim: int) -> Any:
    """A quotient, or without division where there are zeros: then in quadratic time."""
    if _is_trivial(self.shape, dim):
        return grad
    if not bool((self == 0).any()):
        return _backward_sum(ops.conj(result) * grad, dim) / ops.conj(self)
    dim = wrap_dim(dim, len(self.shape))
    size = self.shape[dim]
    before = ops.narrow(self, dim, 0, 1) * 0 + 1
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


@differentiable(
    promotion=Promotion.NONE,
    self=lambda grad, self, result, dim: _cumprod_grad(like(grad, self), self, result, dim),
)
def cumprod(self: Array, dim: Int, *, dtype: DType | None = None) -> Array:
    """The products of the elements up to and with each, along a dim."""
    return _accumulated(np.multiply, self, dim, dtype)


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {"cumsum": cumsum, "cumprod": cumprod}
METHODS: Final[dict[str, Callable[..., Any]]] = {
    "cumsum": cumsum.method,
    "cumprod": cumprod.method,
}

"""What derivative formulas do with a constant: products, quotients, zeros of a shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from mini_autograd import ops
from mini_autograd.op import Promotion, differentiable
from mini_autograd.tensor import Tensor, make
from mini_autograd.types import Array, IndexArray, Int, Number

__all__ = ["over", "scatter", "times"]


@differentiable(
    name="mul",
    node="MulBackward1",
    self=lambda grad, other: times(grad, other),
)
def times(self: Array, other: Number) -> Array:
    """`self * other`, where torch's own formulas multiply by a number: one edge, not two."""
    return _by_number(np.multiply, self, other)


@differentiable(
    name="div",
    node="DivBackward1",
    self=lambda grad, other: over(grad, other),
)
def over(self: Array, other: Number) -> Array:
    """`self / other`, likewise."""
    return _by_number(np.true_divide, self, other)


def _by_number(function: Any, array: Array, number: complex) -> Array:
    """In half precision torch rounds the result only, not the number as well."""
    if array.dtype == np.float16:
        return function(array, number, dtype=np.float32).astype(np.float16)
    return function(array, number, dtype=array.dtype)


def zeros(shape: tuple[int, ...], like: Any) -> Any:
    """Zeros with the dtype of a gradient: an array or a tensor, as the gradient is."""
    if isinstance(like, Tensor):
        return make(np.zeros(shape, like._array.dtype))
    return np.zeros(shape, like.dtype)


def like(value: Any, other: Any) -> Any:
    """A tensor or an array in the dtype of another."""
    if value.dtype == other.dtype:
        return value
    if isinstance(value, Tensor):
        return ops.to_dtype(value, other.dtype)
    return value.astype(other.dtype)


@differentiable(
    promotion=Promotion.NONE,
    self=lambda grad, dim, index: scatter(grad, dim, index, zeros(index.shape, grad)),
    src=lambda grad, dim, index: ops.gather(grad, dim, index),
)
def scatter(self: Array, dim: Int, index: IndexArray, src: Array) -> Array:
    """A copy in which `src` is written at the positions along `dim` that `index` names."""
    result = np.array(self)
    if result.ndim:
        np.put_along_axis(result, index, src, dim)
    else:
        result[()] = src
    return result

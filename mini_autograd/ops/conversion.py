"""Copies and conversions of dtype."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from mini_autograd.op import Promotion, differentiable
from mini_autograd.tensor import Tensor, make
from mini_autograd.types import Anything, Array, DType

__all__ = ["clone", "to_dtype", "zeros_of"]


def zeros_of(like: Any, shape: tuple[int, ...], dtype: np.dtype[Any] | None = None) -> Any:
    """Zeros, an array or a tensor as `like` is, by default of its dtype."""
    if isinstance(like, Tensor):
        return make(np.zeros(shape, like._array.dtype if dtype is None else dtype))
    return np.zeros(shape, like.dtype if dtype is None else dtype)


@differentiable(
    promotion=Promotion.NONE,
    node="ToCopyBackward0",
    self=lambda grad: grad,  # the walk casts it back
)
def to_dtype(self: Array, dtype: DType) -> Array:
    """A copy in another dtype; complex numbers lose their imaginary part to a real one."""
    if self.dtype.kind == "c" and dtype.numpy.kind in "fiu":
        self = self.real
    return self.astype(dtype.numpy)


@differentiable(promotion=Promotion.NONE, self=lambda grad: grad)
def clone(self: Array, *, memory_format: Anything = None) -> Array:
    """A copy that keeps the order of the dims in memory."""
    return np.array(self, order="K")


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {"clone": clone}
METHODS: Final[dict[str, Callable[..., Any]]] = {"clone": clone.method}

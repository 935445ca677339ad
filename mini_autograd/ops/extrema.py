"""Greatest and least elements, their indices, and order statistics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from mini_autograd import dtypes, ops
from mini_autograd.errors import reductions as errors
from mini_autograd.op import Promotion, differentiable
from mini_autograd.ops.reductions import reduced_dims, restored
from mini_autograd.types import Array, Bool, Ints

__all__ = ["amax", "amin"]


def shared(grad: Any, mask: Any, dim: Any) -> Any:
    """A gradient split evenly among the elements that the mask marks."""
    return grad * mask / ops.sum(mask, dim, True)


def _amax_grad(grad: Any, self: Any, result: Any, dim: Any, keepdim: bool) -> Any:
    ndim = len(self.shape)
    mask = restored(result, dim, keepdim, ndim) == self
    return shared(restored(grad, dim, keepdim, ndim), mask, dim)


def _extremum(name: str, pick: np.ufunc, self: Array, dim: Any, keepdim: bool) -> Array:
    dims = reduced_dims(dim, self.ndim)
    if self.dtype.kind == "c":
        kernel = "max_values_cpu" if name == "amax" else "min_values_cpu"
        raise errors.not_implemented(kernel, dtypes.of(self))
    if not self.size:
        for each in dims:
            if not self.shape[each]:
                raise errors.needs_dim(name) if not np.size(dim) else errors.empty_dim(name, each)
    return pick.reduce(self, axis=dims, keepdims=keepdim)  # type: ignore[no-any-return]


@differentiable(
    promotion=Promotion.NONE,
    self=lambda grad, self, result, dim, keepdim: _amax_grad(grad, self, result, dim, keepdim),
)
def amax(self: Array, dim: Ints = (), keepdim: Bool = False) -> Array:
    """The greatest elements over the given dims; ties share the gradient."""
    return _extremum("amax", np.maximum, self, dim, keepdim)


@differentiable(
    promotion=Promotion.NONE,
    self=lambda grad, self, result, dim, keepdim: _amax_grad(grad, self, result, dim, keepdim),
)
def amin(self: Array, dim: Ints = (), keepdim: Bool = False) -> Array:
    """The least elements over the given dims; ties share the gradient."""
    return _extremum("amin", np.minimum, self, dim, keepdim)


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {"amax": amax, "amin": amin}
METHODS: Final[dict[str, Callable[..., Any]]] = {"amax": amax.method, "amin": amin.method}

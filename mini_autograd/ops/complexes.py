"""Complex parts; for real tensors they cost nothing, as rules conjugate everything."""

from __future__ import annotations

from typing import Any

import numpy as np

from mini_autograd.op import differentiable
from mini_autograd.tensor import Tensor
from mini_autograd.types import Array


@differentiable(node="ConjBackward0", self=lambda grad: conj(grad))
def conj_complex(self: Array) -> Array:
    """The conjugate."""
    return np.conjugate(self)


def conj(value: Any) -> Any:
    """The conjugate of a tensor, an array or a number; what is real is given back as it is."""
    if isinstance(value, Tensor):
        return conj_complex(value) if value._array.dtype.kind == "c" else value
    kind = type(value)
    if kind is np.ndarray:
        return np.conjugate(value) if value.dtype.kind == "c" else value
    return value.conjugate() if isinstance(value, (complex, np.complexfloating)) else value


@differentiable(node="RealBackward0", self=lambda grad: grad)
def real_part(self: Array) -> Array:
    return np.real(self)


def real(value: Any) -> Any:
    return real_part(value)

"""Arithmetic of two operands, and powers."""

from __future__ import annotations

from typing import Any

import numpy as np

from mini_autograd.errors import pointwise as errors
from mini_autograd.op import Promotion, differentiable
from mini_autograd.ops.complexes import conj
from mini_autograd.types import Array, Number


def scaled(grad: Any, alpha: Any) -> Any:
    """`grad * alpha`, or the gradient itself for one: torch records no step for it."""
    return grad if alpha == 1 else grad * alpha


@differentiable(
    self=lambda grad: grad,
    other=lambda grad, alpha: scaled(grad, alpha),
)
def add(self: Array, other: Array | Number, *, alpha: Number = 1) -> Array:
    """`self + alpha * other`."""
    if alpha == 1:
        return np.add(self, other)
    return np.add(self, np.multiply(other, errors.checked_alpha(alpha, self.dtype)))


@differentiable(
    self=lambda grad: grad,
    other=lambda grad, alpha: scaled(-grad, alpha),
)
def sub(self: Array, other: Array | Number, *, alpha: Number = 1) -> Array:
    """`self - alpha * other`."""
    if self.dtype.kind == "b":
        raise errors.bool_subtraction()
    if alpha == 1:
        return np.subtract(self, other)
    return np.subtract(self, np.multiply(other, errors.checked_alpha(alpha, self.dtype)))


@differentiable(
    self=lambda grad, other: grad * conj(other),
    other=lambda grad, self: grad * conj(self),
)
def mul(self: Array, other: Array | Number) -> Array:
    """`self * other`."""
    return np.multiply(self, other)


@differentiable(self=lambda grad: -grad)
def neg(self: Array) -> Array:
    """`-self`."""
    if self.dtype.kind == "b":
        raise errors.bool_negation()
    return np.negative(self)


@differentiable(
    name="pow",
    node="PowBackward0",
    self=lambda grad, self, exponent: pow_grad(grad, self, exponent),
)
def pow_scalar(self: Array, exponent: Number) -> Array:
    """`self ** exponent` for a Python number."""
    return np.power(self, exponent)


def pow_grad(grad: Any, self: Any, exponent: Any) -> Any:
    """`grad * exponent * self ** (exponent - 1)`, and zero for the exponent zero."""
    if exponent == 0:
        return grad * 0
    return grad * conj(exponent * self ** (exponent - 1))


_ = Promotion

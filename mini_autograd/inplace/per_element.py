"""In-place methods that call a Python function for each element, as torch has them on CPUs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from mini_autograd.core.op import public
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages import arguments as argument_errors
from mini_autograd.messages.tensors import conversion as errors


@public(function=False)
def apply_(self: Tensor, callable: Callable[[Any], Any], /) -> Tensor:
    """Each element replaced by what the function gives for it; no version is counted.

    Raises:
        RuntimeError: the tensor requires grad.
        TypeError: the function gives no number.
    """
    return _write("apply_", self, (), callable)


@public(function=False)
def map_(self: Tensor, tensor: Tensor, callable: Callable[[Any, Any], Any], /) -> Tensor:
    """As `apply_`, of the elements of two tensors; the other is expanded."""
    return _write("map_", self, (tensor,), callable)


@public(function=False)
def map2_(
    self: Tensor, x: Tensor, y: Tensor, callable: Callable[[Any, Any, Any], Any], /
) -> Tensor:
    """As `apply_`, of the elements of three tensors; the others are expanded."""
    return _write("map2_", self, (x, y), callable)


_NAMES: Final = {"apply_": (), "map_": ("other",), "map2_": ("x", "y")}


def _write(
    name: str, self: Tensor, others: tuple[Tensor, ...], function: Callable[..., Any]
) -> Tensor:
    for position, (argument, other) in enumerate(zip(_NAMES[name], others, strict=True), 1):
        if not isinstance(other, Tensor):
            raise argument_errors.wrong_type(name, argument, position, "Tensor", other)
    if self._requires_grad or any(each._requires_grad for each in others):
        raise errors.per_element_requires_grad(name)
    for argument, other in zip(_NAMES[name], others, strict=True):
        if other.dtype != self.dtype:
            shown = f"'{argument}'" if name == "map_" else f"argument '{argument}'"
            raise errors.per_element_type(
                name, shown, self.dtype.scalar_name, other.dtype.scalar_name
            )
    into = self._array
    expanded = [ops.expand(other._array, into.shape) for other in others]
    for place in np.ndindex(into.shape):
        value = function(into[place].item(), *(each[place].item() for each in expanded))
        if isinstance(value, str | bytes) or not np.isscalar(value):
            raise errors.no_real_number(value)
        into[place] = value
    return self

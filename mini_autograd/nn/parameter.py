"""`Parameter`: a leaf that requires grad by default."""

from __future__ import annotations

from typing import Any

import numpy as np

from mini_autograd.arrays.dtypes import get_default_dtype
from mini_autograd.core.tensor.tensor import Tensor, detached, make
from mini_autograd.frontend import copying
from mini_autograd.messages import arguments as argument_errors
from mini_autograd.messages.tensors import state as errors


class Parameter(Tensor):
    """A leaf that shares memory and version counter with `data`; ops on it give plain tensors.

    Raises:
        RuntimeError: `requires_grad` for integers.
    """

    __slots__ = ()

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Parameter:
        """Make a leaf on the memory of `data`; an empty one without it."""
        if data is None:
            data = make(np.empty(0, get_default_dtype().numpy))
        if not isinstance(data, Tensor):
            data.detach()  # as torch: mostly an AttributeError
        if not isinstance(requires_grad, bool):
            raise argument_errors.wrong_type(
                "_make_subclass", "require_grad", 3, "bool", requires_grad
            )
        alias = detached(data)
        made: Parameter = object.__new__(cls)
        made._array, made._counter = alias._array, alias._counter
        made._node, made._output_nr, made._requires_grad = None, 0, False
        if requires_grad:
            if made._array.dtype.kind not in "fc":
                raise errors.only_floating_at_creation()
            made.requires_grad = True
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        """A copy with its own memory; as in torch without `.grad` and attributes."""
        if id(self) not in memo:
            copied = make(np.asarray(self.data.clone()._array))
            memo[id(self)] = type(self)(copied, self.requires_grad)
        found: Parameter = memo[id(self)]
        return found

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Pickle its data, requires_grad and the user's attributes."""
        args = self.data, self.requires_grad
        attributes = copying.attributes_of(self)
        if attributes:
            return copying.with_attributes, (type(self), args, attributes)
        return type(self), args

    def __repr__(self) -> str:
        return f"Parameter containing:\n{Tensor.__repr__(self)}"

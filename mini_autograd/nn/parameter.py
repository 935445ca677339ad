"""`Parameter`: a leaf that a module is to learn, which requires grad unless told otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np

from mini_autograd.arrays.dtypes import get_default_dtype
from mini_autograd.core.tensor.tensor import Tensor, detached, make
from mini_autograd.frontend import copying
from mini_autograd.messages import arguments as argument_errors
from mini_autograd.messages.tensors import state as errors


class Parameter(Tensor):
    """A tensor on the memory and the version counter of another; what is computed is plain.

    Raises:
        RuntimeError: integers that are to require grad.
    """

    __slots__ = ()

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Parameter:
        """A leaf on the memory of `data`; without it, an empty one."""
        if data is None:
            data = make(np.empty(0, get_default_dtype().numpy))
        if not isinstance(data, Tensor):
            data.detach()  # torch's way with what is no tensor: mostly an AttributeError
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
        """With memory of its own; `.grad` and attributes are left behind, as torch does."""
        if id(self) not in memo:
            copied = make(np.asarray(self.data.clone()._array))
            memo[id(self)] = type(self)(copied, self.requires_grad)
        found: Parameter = memo[id(self)]
        return found

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Its data and its flag, and what the user set on it."""
        args = self.data, self.requires_grad
        attributes = copying.attributes_of(self)
        if attributes:
            return copying.with_attributes, (type(self), args, attributes)
        return type(self), args

    def __repr__(self) -> str:
        return f"Parameter containing:\n{Tensor.__repr__(self)}"

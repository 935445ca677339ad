"""`Parameter`: a leaf that requires grad by default."""

from __future__ import annotations

from typing import Any

import numpy as np

from mini_autograd.arrays.dtypes import get_default_dtype
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.creation.subclasses import make_subclass
from mini_autograd.frontend import copying
from mini_autograd.frontend.protocols import PRINTED_AS_TENSORS
from mini_autograd.messages.functions import overrides as errors
from mini_autograd.parsing.overrides import disabled_implementation


class _ParameterMeta(type):
    """A tensor of another subclass is a parameter, too, if it was made one."""

    def __instancecheck__(cls, instance: object) -> bool:
        if cls is Parameter and isinstance(instance, Tensor) and vars(instance).get("_is_param"):
            return True
        return super().__instancecheck__(instance)


class Parameter(Tensor, metaclass=_ParameterMeta):
    """A leaf that shares memory and version counter with `data`; ops on it give plain tensors.

    Raises:
        RuntimeError: `requires_grad` for integers.
    """

    __slots__ = ()
    __torch_function__ = disabled_implementation

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Any:
        """Make a leaf on the memory of `data`; an empty one without it."""
        if data is None:
            data = make(np.empty(0, get_default_dtype().numpy))
        if type(data) is Tensor or type(data) is Parameter:
            return make_subclass(cls, data, requires_grad)
        made = data.detach().requires_grad_(requires_grad)  # one of a subclass stays that
        if type(made) is not type(data):
            raise errors.parameter_of_other_type(type(data).__name__, type(made).__name__)
        made._is_param = True
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
        text = super().__repr__()
        text = text if type(self) is Parameter else f"Parameter({text})"
        return f"Parameter containing:\n{text}"


PRINTED_AS_TENSORS.add(Parameter)

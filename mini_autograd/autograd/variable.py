"""`torch.autograd.Variable`, as tutorials before 2018 make tensors."""

from __future__ import annotations

import operator
import warnings
from typing import Any, NoReturn

import numpy as np

from mini_autograd.arrays import dtypes
from mini_autograd.core.tensor.tensor import Tensor, detached, make
from mini_autograd.messages.tensors import creation as errors
from mini_autograd.messages.tensors import state as tensor_errors


class _VariableMeta(type):
    def __instancecheck__(cls, other: object) -> bool:
        return isinstance(other, Tensor)

    def __call__(cls, *args: Any, **kwargs: Any) -> Tensor:
        """A leaf that shares a tensor's memory and version counter; an empty one without `data`.

        Raises:
            TypeError: `data` is not a tensor; an unknown argument.
            RuntimeError: `requires_grad` for integers.
        """
        given = dict(zip(_NAMES, args, strict=False)) | kwargs
        for name in given:
            if name not in _NAMES:
                raise errors.variable_keyword(name)
        data = given.get("data")
        if data is not None and not isinstance(data, Tensor):
            raise tensor_errors.data_type(data)
        if operator.index(given.get("volatile", False)):
            warnings.warn(errors.volatile(), UserWarning, stacklevel=2)
        made = (
            make(np.empty(0, dtypes.get_default_dtype().numpy)) if data is None else detached(data)
        )
        if operator.index(given.get("requires_grad", False)):
            if made._array.dtype.kind not in "fc":
                raise tensor_errors.only_floating_at_creation()
            made._requires_grad = True
        return made


_NAMES = ("data", "requires_grad", "volatile", "_grad_fn", "name")


class Variable(metaclass=_VariableMeta):
    """The old name of `Tensor`: calling it makes a tensor, and every tensor is an instance."""


def variable(*args: Any, **kwargs: Any) -> NoReturn:
    """Removed from torch: a RuntimeError that names `torch.tensor`."""
    raise errors.deprecated_variable()


variable.Variable = Variable  # type: ignore[attr-defined]  # as torch has it

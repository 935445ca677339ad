"""Questions about tensors and dtypes: is_tensor, numel, result_type, finfo and their like."""

from __future__ import annotations

from typing import Any

import numpy as np

from mini_autograd.arrays import dtypes
from mini_autograd.arrays.dtypes import dtype
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages import arguments as errors
from mini_autograd.messages.tensors import creation as creation_errors
from mini_autograd.messages.tensors import state as tensor_errors
from mini_autograd.parsing.types import is_number


def is_tensor(obj: object) -> bool:
    """Whether it is a tensor."""
    return isinstance(obj, Tensor)


def _checked(name: str, input: Any) -> Tensor:
    if not isinstance(input, Tensor):
        raise errors.wrong_type(name, "input", 1, "Tensor", input)
    return input


def numel(input: Tensor) -> int:
    """The number of elements."""
    return _checked("numel", input)._array.size


def is_floating_point(input: Tensor) -> bool:
    """Whether its elements are real floating-point numbers."""
    return _checked("is_floating_point", input)._array.dtype.kind == "f"


def is_complex(input: Tensor) -> bool:
    """Whether its elements are complex numbers."""
    return _checked("is_complex", input)._array.dtype.kind == "c"


def is_nonzero(input: Tensor) -> bool:
    """Whether its only element is not zero."""
    array = _checked("is_nonzero", input)._array
    if array.size == 0:
        raise tensor_errors.empty_bool()
    if array.size > 1:
        raise tensor_errors.ambiguous_bool()
    return bool(array)


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest dtype that both convert to."""
    return dtypes.promote_types(type1, type2)


def result_type(tensor1: Any, tensor2: Any) -> dtype:
    """The dtype of an operation on two tensors or numbers."""
    operands = []
    for position, each in enumerate((tensor1, tensor2), 1):
        if isinstance(each, Tensor):
            operands.append(each._array)
        elif is_number(each):
            operands.append(each)
        else:
            raise errors.wrong_type("result_type", f"tensor{position}", position, "Tensor", each)
    return dtypes.result_type(operands)


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether a result of one dtype may be written into a tensor of another."""
    return dtypes.can_cast(from_, to)


class finfo:
    """The limits of a floating-point dtype."""

    def __init__(self, type: dtype | None = None) -> None:
        wanted = type or dtypes.get_default_dtype()
        if not (wanted.is_floating_point or wanted.is_complex):
            raise creation_errors.not_floating_limits()
        limits: Any = np.finfo(wanted.to_real().numpy)
        self.bits = int(limits.bits)
        self.eps = float(limits.eps)
        self.max = float(limits.max)
        self.min = float(limits.min)
        self.tiny = self.smallest_normal = float(limits.tiny)
        self.resolution = 10.0**-limits.precision
        self.dtype = wanted.to_real().name

    def __repr__(self) -> str:
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, "
            f"eps={self.eps:g}, smallest_normal={self.smallest_normal:g}, tiny={self.tiny:g}, "
            f"dtype={self.dtype})"
        )


class iinfo:
    """The limits of an integer dtype."""

    def __init__(self, type: dtype) -> None:
        if type is dtypes.bool_:
            raise creation_errors.bool_limits()
        if type.is_floating_point or type.is_complex:
            raise creation_errors.not_integer_limits()
        limits = np.iinfo(type.numpy)
        self.bits = limits.bits
        self.max = int(limits.max)
        self.min = int(limits.min)
        self.dtype = type.name

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"

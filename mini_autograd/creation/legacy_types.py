"""The tensor types of old tutorials: `torch.FloatTensor([1, 2])`, `x.type(torch.LongTensor)`."""

from __future__ import annotations

from typing import Any

from mini_autograd.arrays.dtypes import dtype
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.creation import data


class TensorType:
    """The type of tensors of one dtype: makes them, and is the class that `isinstance` tests."""

    __slots__ = ("made_dtype",)

    def __init__(self, made_dtype: dtype) -> None:
        self.made_dtype = made_dtype

    def __call__(self, *args: Any) -> Tensor:
        """Make a tensor: ints are a size, a sequence has the values."""
        return data.legacy(args, self.made_dtype)

    def __instancecheck__(self, value: object) -> bool:
        return isinstance(value, Tensor) and value.dtype is self.made_dtype

    def __repr__(self) -> str:
        return f"<class 'torch.{self.made_dtype.scalar_name}Tensor'>"


def typename(obj: Any) -> str:
    """The name of an object's type; for a tensor the legacy one, as "torch.FloatTensor"."""
    if isinstance(obj, Tensor):
        return f"torch.{obj.type_name}"
    kind = obj if isinstance(obj, type) else type(obj)
    return (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )

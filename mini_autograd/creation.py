"""Making tensors: from data, and filled."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mini_autograd.dtypes import dtype
from mini_autograd.errors import creation as errors
from mini_autograd.errors import tensors as tensor_errors
from mini_autograd.nested import array_of, checked_array
from mini_autograd.tensor import Tensor, make


def leaf(array: NDArray[Any], requires_grad: bool) -> Tensor:
    """A new leaf on an array; a RuntimeError if its dtype cannot require grad."""
    if requires_grad and array.dtype.kind not in "fc":
        raise tensor_errors.only_floating_at_creation()
    made = make(array)
    made._requires_grad = requires_grad
    return made


def tensor(
    data: Any,
    *,
    dtype: dtype | None = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """A leaf that holds a copy of numbers, nested sequences, an array or a tensor.

    Without a dtype it is inferred: Python floats have the default dtype, ints int64.

    Raises:
        ValueError: ragged sequences.
        TypeError, RuntimeError: something that is no number; integers that require grad.
    """
    if isinstance(data, Tensor):
        warnings.warn(errors.COPY_CONSTRUCT.format(call="torch.tensor"), UserWarning, stacklevel=2)
    return leaf(array_of(data, dtype), requires_grad)


def from_numpy(array: NDArray[Any]) -> Tensor:
    """A tensor on the array's own memory."""
    if not isinstance(array, np.ndarray):
        raise errors.expected_ndarray(array)
    return make(checked_array(array))

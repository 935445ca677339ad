"""Arrays from nested Python data: the shape, the inferred dtype, and the values.

torch takes the shape from the first elements, infers the dtype from all, then stores one by one.
This order decides which error a ragged or wrong element raises (observed on 2.13.0).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes
from mini_autograd.arrays.dtypes import dtype
from mini_autograd.core.modes import warn_once
from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.op import quiet
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.tensors import conversion as conversion_errors
from mini_autograd.messages.tensors import creation as errors

Array = NDArray[Any]

_MAX_DIMS: Final = 64  # NumPy's
_PLAIN: Final = frozenset({float, int, bool})
_LISTS: Final = frozenset({list, tuple})
_STORED: Final = {
    float: (np.dtype(np.float32), np.dtype(np.float64)), int: (np.dtype(np.int64),),
    bool: (np.dtype(np.bool_),),
}  # fmt: skip
_INT64: Final = range(-(2**63), 2**63)


def array_of(data: Any, wanted: dtype | None) -> Array:
    """A new array of numbers, nested sequences, arrays or tensors.

    Args:
        data: what the user gave.
        wanted: the dtype; None to infer it.

    Raises:
        ValueError: sequences of differing lengths, integers beyond int64.
        TypeError, RuntimeError: an element is not a number.
    """
    kind = type(data)
    if kind is float and (wanted is None or wanted.is_floating_point):
        return _stored([data], wanted or dtypes.get_default_dtype()).reshape(())
    if isinstance(data, (str, bytes)):
        raise errors.invalid_data_type(data)
    if isinstance(data, Tensor):
        return _cast(data._array, wanted).copy(order="K")
    if isinstance(data, np.ndarray):
        return _cast(checked_array(data), wanted).copy(order="K")
    if kind in _LISTS and (made := _of_one_kind(data, wanted)) is not None:
        return made
    sizes = _sizes(data)
    found = wanted or _inferred(data)
    flat: list[Any] = []
    _flatten(data, sizes, 0, flat)
    return _stored(flat, found).reshape(sizes)


def _of_one_kind(data: Any, wanted: dtype | None) -> Array | None:
    """An array of lists of Python's numbers of one type, in the dtype of that; None for others."""
    flat, sizes = data, [len(data)]
    while (kinds := set(map(type, flat))) <= _LISTS:
        if len(lengths := set(map(len, flat))) != 1 or len(sizes) == _MAX_DIMS:
            return None
        sizes += lengths
        flat = [each for inner in flat for each in inner]
    kind = kinds.pop()
    if kinds or kind not in _PLAIN:
        return None
    found = (wanted or dtypes.of_number(kind(0))).numpy
    if found not in _STORED[kind]:
        return None
    try:
        array: Array = quiet.run(np.array, flat, found)
    except OverflowError:  # an int that is none of int64's
        return None
    return array.reshape(sizes)


def checked_array(array: Array) -> Array:
    """The array, if a tensor can hold it.

    Its dtype must be one of torch's, its byte order native, and no stride negative.
    """
    if not array.dtype.isnative:
        raise errors.byte_order()
    dtypes.of(array)
    if any(stride < 0 for stride in array.strides):
        raise errors.negative_strides()
    return array


def _cast(array: Array, wanted: dtype | None) -> Array:
    if wanted is None or array.dtype == wanted.numpy:
        return array
    with np.errstate(all="ignore"):
        if array.dtype.kind == "c" and wanted.numpy.kind not in "cb":
            array = array.real
        return array.astype(wanted.numpy)


def is_sequence(data: Any) -> bool:
    """As `PySequence_Check`: it has `__getitem__` and is not a dict."""
    return hasattr(type(data), "__getitem__") and not isinstance(data, (dict, np.generic))


def _sizes(data: Any) -> tuple[int, ...]:
    """The shape, by the lengths of the first elements."""
    sizes: list[int] = []
    while is_sequence(data) and not (isinstance(data, Tensor) and data._array.ndim == 0):
        length = len(data)
        sizes.append(length)
        if len(sizes) > _MAX_DIMS:
            raise errors.too_many_dimensions(data)
        if length == 0:
            break
        if (
            isinstance(data, Sequence)
            and not isinstance(data, (str, bytes))
            and _is_array_list(data)
        ):
            warnings.warn(errors.slow_array_list(), UserWarning, stacklevel=4)
        data = data[0]
    # A tensor of one element stands for its number, whatever its rank.
    return tuple(sizes)


def _is_array_list(data: Sequence[Any]) -> bool:
    return isinstance(data[0], np.ndarray)


def _inferred(data: Any) -> dtype:
    """The common dtype of all elements; NumPy scalars and tensors count with their own dtype."""
    if isinstance(data, Tensor):
        return data.dtype
    if isinstance(data, (np.ndarray, np.generic)):
        return dtypes.of(np.asarray(data))
    if isinstance(data, (bool, int, float, complex)):
        return dtypes.of_number(data)
    if isinstance(data, (str, bytes)):
        raise errors.invalid_data_type(data)
    if not is_sequence(data):
        raise errors.not_inferable(data)
    if len(data) == 0:
        return dtypes.get_default_dtype()
    kinds = set(map(type, data))
    if kinds <= _PLAIN:
        return dtypes.of_number(next(kind for kind in (float, int, bool) if kind in kinds)(0))
    return reduce(dtypes.promote_types, map(_inferred, data))


def _flatten(data: Any, sizes: tuple[int, ...], dim: int, flat: list[Any]) -> None:
    """Append the elements to `flat`, after checking each length against the shape."""
    if dim == len(sizes):
        flat.append(data)
        return
    if not is_sequence(data):
        raise errors.not_a_sequence()
    if len(data) != sizes[dim]:
        raise errors.ragged(sizes[dim], dim, len(data))
    if dim == len(sizes) - 1:
        flat.extend(data)
    else:
        for each in data:
            _flatten(each, sizes, dim + 1, flat)


def _stored(flat: list[Any], found: dtype) -> Array:
    """The elements converted to the dtype, as C converts."""
    kind = found.numpy.kind
    convert = _CONVERSIONS[kind]
    if not set(map(type, flat)) <= _PLAIN or (kind in "iu" and flat):
        flat = [convert(each, found) for each in flat]
    with np.errstate(all="ignore"):
        if found.numpy == np.float16:  # by way of float, as C does, so that it rounds twice
            return np.array(flat, np.float32).astype(np.float16)
        if kind == "u":
            return np.array(flat, np.int64).astype(found.numpy)
        return np.array(flat, found.numpy)


def _number(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.item()
    return value.item() if isinstance(value, np.generic) else value


def _warned_number(value: Any) -> Any:
    """As `_number`; a tensor that requires grad gives the warning of `float(tensor)`."""
    if isinstance(value, Tensor):
        warn_of_scalar(value, stacklevel=6)
    return _number(value)


def warn_of_scalar(tensor: Tensor, stacklevel: int = 3) -> None:
    """Warn that a tensor that requires grad is converted to a number, if grad mode is on."""
    if tensor._requires_grad and state.enabled:
        warn_once.once(conversion_errors.scalar_of_graph(), stacklevel=stacklevel)


def _as_float(value: Any, found: dtype) -> float:
    value = _warned_number(value)
    if isinstance(value, complex) or not hasattr(value, "__float__"):
        raise errors.not_real(value)
    return float(value)


def _as_complex(value: Any, found: dtype) -> complex:
    value = _warned_number(value)
    if not hasattr(value, "__complex__") and not hasattr(value, "__float__"):
        raise errors.not_real(value)
    return complex(value)


def _as_bool(value: Any, found: dtype) -> bool:
    return bool(_number(value))


def _as_int(value: Any, found: dtype) -> int:
    value = _number(value)
    if not isinstance(value, (int, float)):
        raise errors.not_an_integer(value)
    if isinstance(value, int) and value not in _INT64:
        raise errors.int64_overflow()
    limits = np.iinfo(found.numpy)
    lowest = -limits.max if limits.min == 0 else limits.min  # negative numbers wrap
    if not math.isfinite(value) or not lowest <= int(value) <= limits.max:
        raise errors.conversion_overflow(found)
    return int(value)


_CONVERSIONS: Final[dict[str, Callable[[Any, dtype], Any]]] = {
    "f": _as_float, "c": _as_complex, "b": _as_bool, "i": _as_int, "u": _as_int,
}  # fmt: skip

"""Arrays from nested Python data: the shape, the inferred dtype, and the values.

torch takes the shape from the first elements, infers the dtype from all, then stores one by one.
This order decides which error a ragged or wrong element raises (observed on 2.13.0).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes, empties, layout
from mini_autograd.arrays.dtypes import dtype
from mini_autograd.core.modes import warn_once
from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.op import quiet
from mini_autograd.core.tensor.tensor import Tensor, detached
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
_TRUTHS: Final = (float, complex, np.bool_)
_NO_SEQUENCES: Final = (dict, np.generic, Tensor)
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
        return _copied(data._array, wanted)
    if isinstance(data, np.ndarray):
        return _copied(as_torch_strides(checked_array(data)), wanted)
    if kind in _LISTS and (made := _of_one_kind(data, wanted)) is not None:
        return made
    sizes = _sizes(data)
    found = wanted or _inferred(data)
    flat: list[Any] = []
    if 0 in sizes:  # torch looks no further
        return np.zeros(sizes, found.numpy)
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


def as_torch_strides(array: Array) -> Array:
    """The array; an empty one in a form that tells the strides that it has, which torch takes."""
    if array.size:
        return array
    return empties.with_strides(array.shape, array.strides, array.dtype, of=array)


def _copied(array: Array, wanted: dtype | None) -> Array:
    """The array in a dtype, in new memory with the strides that a copy keeps."""
    made = layout.empty_as(array, None if wanted is None else wanted.numpy)
    made[...] = _cast(array, wanted)
    return made


def _cast(array: Array, wanted: dtype | None) -> Array:
    if wanted is None or array.dtype == wanted.numpy:
        return array
    with np.errstate(all="ignore"):
        if array.dtype.kind == "c" and wanted.numpy.kind not in "cb":
            warn_once.once(conversion_errors.casts_complex(), stacklevel=4)
            array = array.real
        return array.astype(wanted.numpy)


def is_sequence(data: Any) -> bool:
    """As `PySequence_Check`: it has `__getitem__` and is no dict, NumPy number or tensor."""
    return hasattr(type(data), "__getitem__") and not isinstance(data, _NO_SEQUENCES)


def _sizes(data: Any) -> tuple[int, ...]:
    """The shape, by the lengths of the first elements."""
    sizes: list[int] = []
    while is_sequence(data):
        length = len(data)
        sizes.append(length)
        if len(sizes) > _MAX_DIMS:
            raise errors.too_many_dimensions(data)
        if length == 0:
            break
        data = data[0]
    return tuple(sizes)


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
    for each in data:
        if isinstance(each, np.ndarray):
            warn_once.once(errors.slow_array_list(), stacklevel=4)
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


def _unwarned(value: Any) -> Any:
    """The value; of a tensor that requires grad, warned of here, one that does not."""
    if isinstance(value, Tensor) and value._requires_grad:
        warn_of_scalar(value, stacklevel=6)
        return detached(value)
    return value


def warn_of_scalar(tensor: Tensor, stacklevel: int = 3) -> None:
    """Warn that a tensor that requires grad is converted to a number, if grad mode is on."""
    if tensor._requires_grad and state.enabled:
        warn_once.once(conversion_errors.scalar_of_graph(), stacklevel=stacklevel)


def _has(value: Any, *names: str) -> bool:
    return any(hasattr(value, name) for name in names)


def _as_float(value: Any, found: dtype) -> float:
    value = _unwarned(value)
    if not _has(value, "__float__", "__index__"):
        raise errors.not_real(value)
    return float(value)


def _as_complex(value: Any, found: dtype) -> complex:
    value = _unwarned(value)
    if not _has(value, "__complex__", "__float__", "__index__"):
        raise errors.not_real(value)
    return complex(value)


def _as_bool(value: Any, found: dtype) -> bool:
    return bool(value if isinstance(value, _TRUTHS) else operator.index(value))


def _as_int(value: Any, found: dtype) -> int:
    limits = np.iinfo(found.numpy)
    lowest = limits.min
    if not isinstance(value, float):
        value = operator.index(value)
        if value not in _INT64:
            raise errors.int64_overflow()
        lowest = lowest or -limits.max  # negative integers wrap
    if not lowest <= value <= limits.max:
        raise errors.conversion_overflow(found)
    return int(value)


_CONVERSIONS: Final[dict[str, Callable[[Any, dtype], Any]]] = {
    "f": _as_float, "c": _as_complex, "b": _as_bool, "i": _as_int, "u": _as_int,
}  # fmt: skip

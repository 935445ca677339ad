"""Making tensors from data: numbers, nested sequences, arrays and tensors."""

from __future__ import annotations

import warnings
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes
from mini_autograd.core.modes import warn_once
from mini_autograd.core.op import quiet
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.size import Size
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.creation.nested import array_of, as_torch_strides, checked_array, is_sequence
from mini_autograd.messages.tensors import creation as errors
from mini_autograd.parsing.factories import as_dtype, checked_device, factory
from mini_autograd.parsing.forms import none_fits
from mini_autograd.parsing.types import Anything, DType, Sizes, is_int

_MISSING: Final = object()
LEGACY_FORMS: Final = (
    "(*, torch.device device = None)",
    "(torch.Storage storage)",
    "(Tensor other)",
    "(tuple of ints size, *, torch.device device = None)",
    "(object data, *, torch.device device = None)",
)


def tensor(data: Any = _MISSING, *args: Any, requires_grad: bool = False, **options: Any) -> Tensor:
    """A leaf that holds a copy of numbers, nested sequences, an array or a tensor.

    Without a dtype it is inferred: Python floats have the default dtype, ints int64.

    Args:
        data: what to copy.
        args: none; refused as torch does.
        requires_grad: whether gradients flow to it.
        options: `dtype`, `device`, `pin_memory`.

    Raises:
        ValueError: ragged sequences.
        TypeError, RuntimeError: something that is not a number; integers that require grad.
    """
    if type(data) is float and type(requires_grad) is bool and not args and not options:
        made = make(quiet.run(np.array, data, dtypes.get_default_dtype().numpy))
        made._requires_grad = requires_grad
        return made
    given = args if data is _MISSING else (data, *args)
    return _tensor(*given, requires_grad=requires_grad, **options)  # type: ignore[no-any-return]


@factory("tensor", options=("device", "pin_memory", "requires_grad"))
def _tensor(_: Anything, data: Anything, *, dtype: DType | None = None) -> NDArray[Any]:
    if isinstance(data, Tensor):
        warnings.warn(errors.copy_construct("torch.tensor"), UserWarning, stacklevel=4)
    return array_of(data, dtype)


@factory(options=("device", "requires_grad", "pin_memory"))
def new_tensor(self: Anything, data: Anything, *, dtype: DType | None = None) -> NDArray[Any]:
    """`tensor`, by default of this tensor's dtype."""
    if isinstance(data, Tensor):
        warnings.warn(errors.copy_construct("tensor.new_tensor"), stacklevel=4)
    return array_of(data, dtype or self.dtype)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor of the data, on its memory if it is an array or a tensor of that dtype."""
    checked_device(device)
    wanted = as_dtype(dtype)
    if isinstance(data, Tensor):
        return data if wanted is None else data.to(wanted)
    if isinstance(data, np.ndarray) and (wanted is None or data.dtype == wanted.numpy):
        return _on_memory_of(data)
    return make(array_of(data, wanted))


def from_numpy(array: NDArray[Any]) -> Tensor:
    """A tensor on the array's own memory."""
    if not isinstance(array, np.ndarray):
        raise errors.expected_ndarray(array)
    return _on_memory_of(array)


def _on_memory_of(array: NDArray[Any]) -> Tensor:
    checked = as_torch_strides(checked_array(array))
    if not array.flags.writeable:
        warn_once.once(errors.read_only_array(), stacklevel=3)
    return make(checked)


def legacy(args: tuple[Any, ...], wanted: DType | None = None) -> Tensor:
    """`Tensor(...)`: ints are a size, a sequence has the values; by default floating point.

    A tensor gives an alias in the graph, of whatever dtype if none is wanted.

    Raises:
        TypeError: something that is no sequence, a string, or several that are no ints.
    """
    if len(args) > 1 and not is_int(args[0]):
        raise none_fits("new", LEGACY_FORMS, args, {})
    default = wanted or dtypes.get_default_dtype()
    given = args[0] if len(args) == 1 else None
    if isinstance(given, Tensor):
        if wanted not in (None, given.dtype):
            raise errors.legacy_dtype(wanted, given.dtype)
        return ops.alias(given)  # type: ignore[no-any-return]
    if not args or isinstance(args[0], Size) or is_int(args[0]):
        size = args[0] if args and isinstance(args[0], Size) else args
        for position, each in enumerate(size, 1):
            if not is_int(each):
                raise errors.unpacked_size("new", position, each)
        return make(np.zeros(checked_size("empty", size if args else (0,)), default.numpy))
    if not is_sequence(given):
        raise errors.data_not_a_sequence(given)
    return as_tensor(given, default)


def checked_size(name: str, size: Sizes) -> tuple[int, ...]:
    """A size as a tuple of ints; negative ones raise."""
    sizes = tuple(map(int, size))
    for each in sizes:
        if each < 0:
            raise errors.negative_size(name, each, sizes)
    return sizes

"""Making filled tensors: zeros, ones, full, eye, and those like another."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes, formats
from mini_autograd.arrays.dtypes import get_default_dtype
from mini_autograd.creation.data import checked_size
from mini_autograd.messages.tensors import creation as errors
from mini_autograd.ops.tensor.writing import checked_number
from mini_autograd.parsing.factories import OPTIONS, Factory, alternative, factory
from mini_autograd.parsing.types import Anything, Array, DType, MemoryFormat, Number, Sizes, SymInt


def _filled(name: str, value: int) -> Factory:
    """`zeros` or `ones`."""

    @factory(name)
    def made(_: Anything, size: Sizes, *, dtype: DType | None = None) -> NDArray[Any]:
        wanted = dtype or get_default_dtype()
        array = np.empty(checked_size(name, size), wanted.numpy)
        array.fill(value)  # the same as `np.full` in a third of the time
        return array

    return made


def _new_filled(name: str, value: int) -> Factory:
    """`new_zeros`, `new_ones` or `new_empty`."""

    @factory(name)
    def made(self: Anything, size: Sizes, *, dtype: DType | None = None) -> NDArray[Any]:
        return np.full(checked_size(name, size), value, (dtype or self.dtype).numpy)

    return made


def _full_as(
    array: NDArray[Any], value: Any, wanted: np.dtype[Any] | None, memory_format: Any
) -> NDArray[Any]:
    made = formats.empty_like(array, wanted or array.dtype, memory_format)
    made[...] = value
    return made


def _like(name: str, value: int) -> Factory:
    """`zeros_like`, `ones_like` or `empty_like`."""

    @factory(name)
    def made(
        _: Anything,
        input: Array,
        *,
        dtype: DType | None = None,
        memory_format: MemoryFormat | None = None,
    ) -> NDArray[Any]:
        wanted = None if dtype is None else dtype.numpy
        array = input._array  # type: ignore[attr-defined]
        return _full_as(array, value, wanted, memory_format)

    return made


zeros: Final = _filled("zeros", 0)
ones: Final = _filled("ones", 1)
new_zeros: Final = _new_filled("new_zeros", 0)
new_ones: Final = _new_filled("new_ones", 1)
new_empty: Final = _new_filled("new_empty", 0)
zeros_like: Final = _like("zeros_like", 0)
ones_like: Final = _like("ones_like", 1)
empty_like: Final = _like("empty_like", 0)


@factory()
def empty(
    _: Anything,
    size: Sizes,
    *,
    dtype: DType | None = None,
    memory_format: MemoryFormat | None = None,
) -> NDArray[Any]:
    """A tensor that holds anything: zeros."""
    size = checked_size("empty", size)
    if memory_format is formats.preserve_format:
        raise errors.preserve_nothing()
    memory_format = memory_format or formats.contiguous_format
    array = formats.empty_in(memory_format, size, (dtype or get_default_dtype()).numpy)
    array.fill(0)
    return array


@factory()
def full(
    _: Anything, size: Sizes, fill_value: Number, *, dtype: DType | None = None
) -> NDArray[Any]:
    """A tensor of one number, by default of the number's dtype."""
    wanted = (dtype or dtypes.of_number(fill_value)).numpy
    size = checked_size("full", size)
    return np.full(size, checked_number(fill_value, wanted), wanted)


@factory()
def new_full(
    self: Anything, size: Sizes, fill_value: Number, *, dtype: DType | None = None
) -> NDArray[Any]:
    """A tensor of one number, by default of this tensor's dtype."""
    wanted = (dtype or self.dtype).numpy
    value = checked_number(fill_value, wanted)
    return np.full(checked_size("full", size), value, wanted)


@factory()
def full_like(
    _: Anything,
    input: Array,
    fill_value: Number,
    *,
    dtype: DType | None = None,
    memory_format: MemoryFormat | None = None,
) -> NDArray[Any]:
    """A tensor of one number, shaped as another and by default of its dtype."""
    array = input._array  # type: ignore[attr-defined]
    wanted = array.dtype if dtype is None else dtype.numpy
    value = checked_number(fill_value, wanted)
    return _full_as(array, value, wanted, memory_format)


@factory()
def scalar_tensor(_: Anything, s: Number, *, dtype: DType | None = None) -> NDArray[Any]:
    """A 0-d tensor, by default of the default dtype."""
    wanted = (dtype or get_default_dtype()).numpy
    return np.asarray(checked_number(s, wanted))


@factory("eye")
def _eye(_: Anything, n: SymInt, m: SymInt, *, dtype: DType | None = None) -> NDArray[Any]:
    for name, each in (("n", n), ("m", m)):
        if each < 0:
            raise errors.negative_count(name, each)
    return np.eye(n, m, dtype=(dtype or get_default_dtype()).numpy)


@factory("eye")
def _square_eye(_: Anything, n: SymInt, *, dtype: DType | None = None) -> NDArray[Any]:
    """Ones on the diagonal of a matrix of `n` rows and `m` columns, `n` by default."""
    if n < 0:
        raise errors.negative_count("n", n)
    return np.eye(n, dtype=(dtype or get_default_dtype()).numpy)


eye: Final = alternative(
    "eye",
    _square_eye,
    _eye,
    forms=tuple(
        f"({counts}, *, Tensor out = None, {OPTIONS}" for counts in ("int n", "int n, int m")
    ),
)

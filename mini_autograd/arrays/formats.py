"""Layouts and memory formats: torch's constants, and the order of dims that a format asks for."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from mini_autograd.arrays import layout as layouts
from mini_autograd.arrays.layout import Array, Shape
from mini_autograd.messages.naming import InTorch
from mini_autograd.messages.ops import shapes as errors


class layout(metaclass=InTorch):
    """How a tensor keeps its elements: one after the other, always."""

    __module__ = "mini_autograd"  # as it prints: <class 'mini_autograd.layout'>

    def __repr__(self) -> str:
        return "torch.strided"


class memory_format(metaclass=InTorch):
    """The order that the dims of a tensor have in memory."""

    __module__ = "mini_autograd"
    __slots__ = ("name", "rank")

    def __init__(self, name: str, rank: int | None = None) -> None:
        self.name = name
        self.rank = rank  # the only one that a tensor in this format has

    def __repr__(self) -> str:
        return f"torch.{self.name}"


strided: Final = layout()
preserve_format: Final = memory_format("preserve_format")
contiguous_format: Final = memory_format("contiguous_format")
channels_last: Final = memory_format("channels_last", 4)
channels_last_3d: Final = memory_format("channels_last_3d", 5)


def copied_as(array: Array, form: Any) -> Array:
    """A copy in a memory format: by default in the order that the dims have."""
    if form is None or form is preserve_format:
        return layouts.copied(array)
    if form is contiguous_format:
        return np.array(array, order="C")
    made = empty_in(form, array.shape, array.dtype)
    made[...] = array
    return made


def empty_like(array: Array, dtype: Any, form: memory_format | None) -> Array:
    """An uninitialized array of the same shape, by default with the same order of dims."""
    if form is None or form is preserve_format:
        return layouts.empty_as(array, dtype)
    return empty_in(form, array.shape, dtype)


def empty_in(form: memory_format, shape: Shape, dtype: Any) -> Array:
    """An uninitialized array in a memory format."""
    return layouts.empty_with(shape, strides_in(form, shape), dtype)


def strides_in(form: memory_format, shape: Shape) -> Shape:
    """The strides, in elements, of a tensor without gaps.

    Raises:
        RuntimeError: no tensor of that rank has this format.
    """
    if form.rank is None:
        return layouts.contiguous_strides(shape, 1)
    if len(shape) != form.rank:
        raise errors.format_rank(form.rank, form.name)
    strides, step = [0] * len(shape), 1
    for dim in reversed(layouts.CHANNELS_LAST[form.rank]):
        strides[dim] = step
        step *= shape[dim]  # though it be 0, which torch's contiguous strides count as 1
    return tuple(strides)


def is_in(form: Any, array: Array) -> bool:
    """Whether an array's elements lie in memory in a format's order, without gaps."""
    rank = getattr(form, "rank", None)
    if rank is None:
        return bool(array.flags.c_contiguous)
    if array.ndim != rank:
        return False
    expected = array.itemsize
    strides = layouts.strides_of(array)
    for dim in reversed(layouts.CHANNELS_LAST[rank]):
        if array.shape[dim] != 1:
            if strides[dim] != expected:
                return False
            expected *= array.shape[dim]
    return True


def suggested(array: Array) -> memory_format:
    """The format that an array has, as torch tells it by its strides: no matter whether there are
    gaps, nor of dims that are transposed otherwise."""
    if not layouts.is_channels_last(array):
        return contiguous_format
    return channels_last if array.ndim == 4 else channels_last_3d

"""Arrays without elements: their strides and their place in memory, which torch knows of too.

NumPy gives an empty array no strides of its own unless it lies in a given buffer, and does not
move a slice without elements to where it begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]

# The dtype of what stands for memory of no bytes: no tensor's, so that it is known by it.
_NOTHING: Final = "V1"
_FARTHEST: Final = 2**20  # views of nothing need not be told apart beyond


class _Memory(np.ndarray[Any, Any]):
    """Memory of no bytes, and the array instead of whose own it stands."""

    of: Array | None = None


def is_nothing(memory: Array) -> bool:
    """Whether an array that owns memory only stands for memory of no bytes."""
    return memory.dtype.kind == "V"


def with_strides(
    shape: Sequence[int],
    strides: Sequence[int],
    dtype: np.dtype[Any],
    *,
    of: Array | None = None,
) -> Array:
    """An empty array with the given strides in bytes, of which another is to be the memory."""
    reach = sum(size * stride for size, stride in zip(shape, strides, strict=True))
    memory = _Memory(max(1, min(reach, _FARTHEST)), _NOTHING)
    memory.of = of
    return np.ndarray(shape, dtype, memory, 0, strides)


def origin(memory: Array) -> Array:
    """The memory instead of which an array stands that owns some; mostly itself."""
    while type(memory) is _Memory and memory.of is not None:
        memory = memory.of
    return memory


def within(
    memory: Array, shape: Sequence[int], strides: Sequence[int], start: int, dtype: np.dtype[Any]
) -> Array:
    """An empty view from a byte of memory on, at most from its end."""
    return np.ndarray(shape, dtype, memory, min(start, memory.nbytes), strides)

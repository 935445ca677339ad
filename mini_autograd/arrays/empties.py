"""Empty arrays with the strides and the storage offset that torch gives them.

NumPy ignores strides for an empty array unless it is made on a given buffer, and an empty slice
does not start at its own offset.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]

# The dtype of a placeholder for memory of no bytes. No tensor has it, so it identifies one.
_NOTHING: Final = "V1"
_FARTHEST: Final = 2**20  # a limit to the placeholder's size


class _Memory(np.ndarray[Any, Any]):
    """A placeholder for memory of no bytes; `of` is the array whose memory it replaces, and
    `start` where in that it begins, if that is behind its end."""

    of: Array | None = None
    start: int | None = None


def is_nothing(memory: Array) -> bool:
    """Whether an array that owns memory is a placeholder for memory of no bytes."""
    return memory.dtype.kind == "V"


def with_strides(
    shape: Sequence[int],
    strides: Sequence[int],
    dtype: np.dtype[Any],
    *,
    of: Array | None = None,
    start: int | None = None,
) -> Array:
    """An empty array with the given strides in bytes; `of` is the array to count as its owner,
    and `start` where in that it begins, if that is behind its end."""
    reach = sum(size * stride for size, stride in zip(shape, strides, strict=True))
    memory = _Memory(max(1, min(reach, _FARTHEST)), _NOTHING)
    memory.of, memory.start = of, start
    return np.ndarray(shape, dtype, memory, 0, strides)


def origin(memory: Array) -> Array:
    """The memory that a placeholder replaces; any other array itself."""
    while type(memory) is _Memory and memory.of is not None:
        memory = memory.of
    return memory


def within(
    memory: Array, shape: Sequence[int], strides: Sequence[int], start: int, dtype: np.dtype[Any]
) -> Array:
    """An empty view that starts at a byte of the memory, or behind its end."""
    if start <= memory.nbytes:
        return np.ndarray(shape, dtype, memory, start, strides)
    return with_strides(shape, strides, dtype, of=memory, start=start)


def beyond(memory: Array) -> tuple[Array, int] | None:
    """The memory behind whose end a placeholder begins, and where; None of any other array."""
    if type(memory) is not _Memory or memory.of is None or memory.start is None:
        return None
    return memory.of, memory.start

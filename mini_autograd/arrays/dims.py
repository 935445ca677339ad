"""Dims that users give: negative ones count from the end, wrong ones raise torch's errors."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.messages.ops import shapes as errors


def wrap_dim(dim: int, ndim: int) -> int:
    """A dim counted from the front; a 0-d tensor is treated as if it had one dim.

    Raises:
        IndexError: the tensor has no such dim.
    """
    if 0 <= dim < ndim:
        return dim
    bound = ndim or 1
    if not -bound <= dim < bound:
        raise errors.dim_range(dim, ndim)
    return dim % bound


def wrap_dims(dims: Iterable[int], ndim: int) -> tuple[int, ...]:
    """Several dims, in the order given.

    Raises:
        IndexError: the tensor has no such dim.
        RuntimeError: a dim is repeated.
    """
    wrapped: list[int] = []
    for each in dims:
        dim = wrap_dim(each, ndim)
        if dim in wrapped:
            raise errors.repeated_dim(dim)
        wrapped.append(dim)
    return tuple(wrapped)


def along(dim: int, index: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """The key of one index for each element along a dim: with the other dims' own positions."""
    if index.ndim < 2:
        return (index if index.ndim else index.reshape(1),)
    return tuple(
        [
            index if each == dim else positions(size, index.ndim - 1 - each)
            for each, size in enumerate(index.shape)
        ]
    )


def positions(size: int, following: int) -> NDArray[Any]:
    """All indices of a dim, with dims of size one for those that follow."""
    return _positions(size, following) if size <= _FEW else _counted(size, following)


def _counted(size: int, following: int) -> NDArray[Any]:
    return np.arange(size).reshape(-1, *[1] * following)


_positions: Final = lru_cache(_counted)


def in_range(index: NDArray[Any], lowest: int, size: int) -> bool:
    """Whether all of some indices are at least `lowest` and less than `size`."""
    if index.size <= _FEW:
        found = index.tolist() if index.ndim == 1 else index.reshape(-1).tolist()
        return not found or (lowest <= min(found) and max(found) < size)
    if not lowest:
        return bool(np.maximum.reduce(index.view(_UNSIGNED[index.itemsize]), axis=None) < size)
    greatest, least = np.maximum.reduce(index, axis=None), np.minimum.reduce(index, axis=None)
    return bool(lowest <= least and greatest < size)


_FEW: Final = 16  # indices that Python compares sooner than NumPy
# By item size the types in which a negative index is a great one.
_UNSIGNED: Final = {1: np.uint8, 4: np.uint32, 8: np.uint64}


def broadcast_dims(shape: tuple[int, ...], target: tuple[int, ...]) -> tuple[int, ...] | None:
    """The dims of `shape` to sum over so that it becomes `target`; None if that is impossible."""
    extra = len(shape) - len(target)
    if extra < 0:
        return None
    dims = list(range(extra))
    for dim, (size, wanted) in enumerate(zip(shape[extra:], target, strict=True), extra):
        if size != wanted:
            if wanted != 1:
                return None
            dims.append(dim)
    return tuple(dims)

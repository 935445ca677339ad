"""Dims as users write them: negative ones wrapped, wrong ones refused with torch's errors."""

from __future__ import annotations

from collections.abc import Iterable

from mini_autograd.errors import shapes as errors


def wrap_dim(dim: int, ndim: int) -> int:
    """The dim counted from the front; a 0-d tensor counts as having one dim.

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
        RuntimeError: one dim is there twice.
    """
    wrapped: list[int] = []
    for each in dims:
        dim = wrap_dim(each, ndim)
        if dim in wrapped:
            raise errors.repeated_dim(dim)
        wrapped.append(dim)
    return tuple(wrapped)

"""Errors of views by strides and by dtype: as_strided, unfold, view(dtype)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mini_autograd.arrays.dtypes import dtype


def lengths() -> RuntimeError:
    """As many strides as sizes are needed."""
    return RuntimeError("mismatch in length of strides and shape")


def negative_strides(strides: Sequence[int]) -> RuntimeError:
    """torch has no negative strides."""
    return RuntimeError(
        "as_strided: Negative strides are not supported at the moment, got strides: "
        f"{list(strides)}"
    )


def negative_sizes(sizes: Sequence[int], strides: Sequence[int]) -> RuntimeError:
    """A negative size."""
    return RuntimeError(
        f"Storage size calculation overflowed with sizes={list(sizes)} and strides={list(strides)}"
    )


def negative_offset(offset: int) -> RuntimeError:
    """A negative offset."""
    return RuntimeError(f"Tensor: invalid storage offset {offset}")


def out_of_storage(
    sizes: Sequence[int],
    strides: Sequence[int],
    offset: int,
    *,
    itemsize: int,
    needed: int,
    available: int,
) -> RuntimeError:
    """A view beyond the end of the memory; the last two in bytes."""
    return RuntimeError(
        f"setStorage: sizes {list(sizes)}, strides {list(strides)}, storage offset {offset}, and "
        f"itemsize {itemsize} requiring a storage size of {needed} are out of bounds for storage "
        f"of size {available}"
    )


def unfold_too_large(dim: int, size: int, wanted: int) -> RuntimeError:
    """A window larger than the dim."""
    return RuntimeError(
        f"maximum size for tensor at dimension {dim} is {size} but size is {wanted}"
    )


def unfold_step(step: int) -> RuntimeError:
    """A window that does not move."""
    return RuntimeError(f"step is {step} but must be > 0")


def unfold_size(size: int) -> RuntimeError:
    """A negative window."""
    return RuntimeError(f"size is {size} but must be >= 0")


def view_dtype(requirement: str, found: dtype, wanted: dtype, got: int | None) -> RuntimeError:
    """`view(dtype)` where the elements do not line up; `requirement` is torch's first words."""
    tail = "" if got is None else f", but got {got}"
    return RuntimeError(
        f"{requirement} to view {found.scalar_name} as {wanted.scalar_name} (different element "
        f"sizes){tail}"
    )

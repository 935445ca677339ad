"""Errors of masks and of what they fill."""

from __future__ import annotations


def fill_value_rank(name: str, ndim: int) -> RuntimeError:
    """A fill value that is no scalar."""
    return RuntimeError(
        f"{name} only supports a 0-dimensional value tensor, but got tensor with {ndim} "
        "dimension(s)."
    )


def mask_dtype(name: str, found: str) -> RuntimeError:
    """A mask that is no mask; torch names the C++ type."""
    return RuntimeError(f"{name} only supports boolean masks, but got mask with dtype {found}")


def select_mask_dtype() -> RuntimeError:
    """Likewise of `masked_select`."""
    return RuntimeError("masked_select: expected BoolTensor for mask")


def masked_scatter_dtypes(self_dtype: str, source: str) -> RuntimeError:
    """`masked_scatter` of another dtype; torch has no space there."""
    return RuntimeError(
        "masked_scatter: expected self and source to have same dtypes but got"
        f"{self_dtype} and {source}"
    )


def source_too_short() -> RuntimeError:
    """`masked_scatter` with more places than elements."""
    return RuntimeError("Number of elements of source < number of ones in mask")

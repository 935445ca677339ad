"""Errors of shapes and dims: broadcasting, view, permute, cat and their like."""

from __future__ import annotations

from collections.abc import Sequence


def broadcast(a: Sequence[int], b: Sequence[int]) -> RuntimeError:
    """Two shapes that do not broadcast: names the last dimension where they differ."""
    for back in range(1, min(len(a), len(b)) + 1):
        if a[-back] != b[-back] and 1 not in (a[-back], b[-back]):
            dim = max(len(a), len(b)) - back
            return RuntimeError(
                f"The size of tensor a ({a[-back]}) must match the size of tensor b "
                f"({b[-back]}) at non-singleton dimension {dim}"
            )
    raise AssertionError(f"{a} and {b} broadcast")


def dim_range(dim: int, ndim: int) -> IndexError:
    """A dim outside of the tensor; a 0-d tensor counts as having one."""
    ndim = max(ndim, 1)
    return IndexError(
        f"Dimension out of range (expected to be in range of [{-ndim}, {ndim - 1}], but got {dim})"
    )


def repeated_dim(dim: int) -> RuntimeError:
    """The same dim twice in a list."""
    return RuntimeError(f"dim {dim} appears multiple times in the list of dims")

"""Errors of making tensors and choosing dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np


def default_dtype_type(value: object) -> TypeError:
    """`set_default_dtype` was given something else than a dtype."""
    return TypeError(f"invalid dtype object: only floating-point types are supported as the default type (got {type(value).__name__})")  # fmt: skip


def default_dtype_not_float(value: object) -> TypeError:
    """`set_default_dtype` was given an integer or complex dtype."""
    return TypeError("only floating-point types are supported as the default type")


def unsupported_numpy_type(found: np.dtype[Any]) -> TypeError:
    """A NumPy array of a type that torch lacks (strings, objects, extended precision)."""
    kind = "numpy.object_" if found.kind == "O" else f"numpy.{found.type.__name__}"
    return TypeError(
        f"can't convert np.ndarray of type {kind}. The only supported types are: float64, "
        "float32, float16, complex64, complex128, int64, int32, int16, int8, uint64, uint32, "
        "uint16, uint8, and bool."
    )

"""Errors of elementwise ops."""

from __future__ import annotations

from typing import Any

import numpy as np


def bool_negation() -> RuntimeError:
    """`-mask`."""
    return RuntimeError(
        "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to "
        "invert a mask, use the `~` or `logical_not()` operator instead."
    )


def bool_subtraction() -> RuntimeError:
    """`mask - mask`."""
    return RuntimeError(
        "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or "
        "`logical_xor()` operator instead."
    )


def checked_alpha(alpha: complex, dtype: np.dtype[Any]) -> Any:
    return alpha

"""Inputs of given values in memory that is not in a row."""

from __future__ import annotations

from functools import cache
from math import prod
from typing import Any, TypeAlias

import numpy as np

from conformance.program.inputs import Input
from conformance.program.inputs.layout import contiguous_strides

Array: TypeAlias = np.ndarray[Any, Any]


@cache
def _name(dtype: np.dtype[Any]) -> str:
    """Its name, which NumPy makes up each time that it is asked."""
    return str(dtype.name)


def laid_out(
    name: str, values: Array, layout: str, requires_grad: bool = False, dtype: str = ""
) -> Input:
    """An input of these values in memory that is "contiguous", "transposed" (of column order),
    "strided" (every second element), "offset" (behind others), or "expanded" (with a stride of
    0, which makes the values equal along the first dim). A layout that the shape is too small
    for is contiguous. `dtype` is one that NumPy has not, if it is not that of the values."""
    shape, dtype = values.shape, dtype or _name(values.dtype)
    if values.size == 0 or (not shape and layout != "offset"):
        layout = "contiguous"
    if layout == "transposed":
        strides = tuple(reversed(contiguous_strides(tuple(reversed(shape)))))
        data = values.transpose().tobytes()
        return Input(name, dtype, shape, data, requires_grad, strides)
    if layout == "strided":
        strides = tuple(2 * stride for stride in contiguous_strides(shape))
        data = np.repeat(values.reshape(-1), 2).tobytes()
        return Input(name, dtype, shape, data, requires_grad, strides)
    if layout == "offset":
        data = values[:1].tobytes() + values.tobytes() if shape else values.tobytes() * 2
        return Input(name, dtype, shape, data, requires_grad, (), prod(shape[1:]))
    if layout == "expanded":
        strides = (0, *contiguous_strides(shape[1:]))
        data = np.ascontiguousarray(values[:1]).tobytes()
        return Input(name, dtype, shape, data, requires_grad, strides)
    return Input(name, dtype, shape, values.tobytes(), requires_grad)

"""The classes of what a call is given: of an argument, of the memory of a tensor, of its values."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from conformance.program.values import COMPLEX, FLOATING, DType, Ref, Value

Array = np.ndarray[Any, Any]

MANY = 3  # items of a sequence; how many more there are tells nothing
TINY, HUGE = 1e-5, 1e4  # beyond these float16 loses digits or has no number

LAYOUTS = (
    "contiguous", "permuted", "stepped", "expanded", "offset", "no dims", "no elements",
    "a dim of one",
)  # fmt: skip
"""What the memory of a tensor may be like; the last three beside one of the others."""

VALUES = {
    "float": (
        "nan", "inf", "-inf", "0", "-0", "tiny", "huge", "negative", "equal", "halves", "others",
    ),
    "complex": ("0", "real", "imaginary", "equal", "others"),
    "int": ("0", "negative", "equal", "others"),
    "bool": ("all true", "all false", "mixed"),
}  # fmt: skip
"""By the category of a dtype, what may be among the values of a tensor."""


def class_of(value: Value) -> str:
    """The class of an argument that is no tensor; "" for what is one, or holds one."""
    if value is None or isinstance(value, bool | str):
        return repr(value)
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, tuple | list):
        return _sequence(value)
    if isinstance(value, Ref):
        return ""
    return value.name if isinstance(value, DType) else type(value).__name__


def _number(value: float) -> str:
    kind = type(value).__name__
    if not math.isfinite(value):
        return str(value)
    return f"{kind} {'> 0' if value > 0 else '< 0' if value < 0 else '0'}"


def _sequence(values: tuple[Value, ...] | list[Value]) -> str:
    if any(isinstance(value, Ref | tuple | list) for value in values):
        return ""
    count = f"{len(values)}" if len(values) < MANY else "more"
    negative = any(isinstance(value, int | float) and value < 0 for value in values)
    return f"{count} items{', a negative one' if negative else ''}"


def layouts_of(tensor: Any) -> Iterator[str]:
    """What the memory of a tensor of torch is like."""
    shape, strides = tuple(tensor.shape), tuple(tensor.stride())
    if 0 in shape:
        yield "no elements"
        return
    if not shape:
        yield "no dims"
    if 1 in shape:
        yield "a dim of one"
    steps = [stride for stride, size in zip(strides, shape, strict=True) if size > 1]
    if tensor.storage_offset():
        yield "offset"
    if 0 in steps:
        yield "expanded"
    elif steps != sorted(steps, reverse=True):
        yield "permuted"
    elif steps and not tensor.is_contiguous():
        yield "stepped"
    elif tensor.is_contiguous():
        yield "contiguous"


def values_of(values: Array, dtype: str) -> Iterator[str]:
    """What is among the values of a tensor, of `VALUES`."""
    if not values.size:
        return
    if dtype in FLOATING:
        yield from _floats(values)
    elif dtype in COMPLEX:
        yield from _complex(values)
    elif dtype == "bool":
        yield "all true" if values.all() else "mixed" if values.any() else "all false"
    else:
        yield from _kinds(values)


def _kinds(values: Array) -> Iterator[str]:
    """What numbers of any sort may be."""
    if (values == 0).any():
        yield "0"
    if values.dtype.kind != "c" and (values < 0).any():
        yield "negative"
    distinct = len(np.unique(values))
    if distinct < values.size:
        yield "equal"
    if distinct > 1:
        yield "others"


def _floats(values: Array) -> Iterator[str]:
    values = values.astype(np.float64)
    finite = values[np.isfinite(values)]
    size = np.abs(finite)
    found = {
        "nan": np.isnan(values).any(),
        "inf": (values == np.inf).any(),
        "-inf": (values == -np.inf).any(),
        "-0": ((finite == 0) & np.signbit(finite)).any(),
        "tiny": ((size > 0) & (size < TINY)).any(),
        "huge": (size > HUGE).any(),
        "halves": (finite % 1 == 0.5).any(),
    }
    yield from (name for name, there in found.items() if there)
    yield from _kinds(finite)


def _complex(values: Array) -> Iterator[str]:
    if ((values.imag == 0) & (values.real != 0)).any():
        yield "real"
    if ((values.real == 0) & (values.imag != 0)).any():
        yield "imaginary"
    yield from (name for name in _kinds(values) if name != "negative")

"""What may stand in an operand's place: another dtype, shape, layout, and values at the edges."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

import numpy as np

from conformance.program.inputs import Input
from conformance.program.inputs.laying import laid_out
from conformance.program.values import COMPLEX, DIFFERENTIABLE, FLOATING, NUMPY_DTYPES

_Array: TypeAlias = np.ndarray[Any, Any]

DTYPES: Final = ("float64", "float16", "complex64", "int64", "uint8", "bool")
LAYOUTS: Final = ("transposed", "strided", "offset", "expanded")

FINITE: Final = ((0.0, -0.0, 1.0), (1.5, 0.5, -2.5))
NOT_FINITE: Final = ((np.nan,), (np.inf, -np.inf, 0.0), (3e4, -3e4, 6e-5))
"""Values that stand at every second place, in turn. Those of the second row have no defined value
as an integer, or as a small one."""


def in_place_of(entry: Input, *, finite: bool = False) -> Iterator[Input]:
    """What may stand there instead, under the same name, none twice.

    Args:
        finite: whether it may be converted to an integer.
    """
    yield from (other for other in dict.fromkeys(_others(entry, finite)) if other != entry)


def _others(entry: Input, finite: bool) -> Iterator[Input]:
    yield from (_of_dtype(entry, dtype) for dtype in DTYPES if dtype != entry.dtype)
    yield from _of_other_shapes(entry)
    yield from _of_other_layouts(entry)
    if entry.array.size:
        yield from _of_other_values(entry, finite)


def together(inputs: Sequence[Input], *, finite: bool = False) -> Iterator[tuple[Input, ...]]:
    """What may stand in the place of all operands of one dtype at once, the first one's: two that
    hold NaN at one place, or zeros of half precision, are met by no change of one thing."""
    first = inputs[0].dtype
    ways = [*_edges_of_other_dtypes(first, finite)]
    if len(inputs) > 1:
        ways += [partial(_of_dtype, dtype=dtype) for dtype in DTYPES if dtype != first]
        ways += [partial(_laid_out, layout=layout) for layout in LAYOUTS]
        if first in FLOATING | COMPLEX:
            ways += [partial(_with_values, values=values) for values in _rows(first, finite)]
    for way in ways:
        yield tuple(way(entry) if entry.dtype == first else entry for entry in inputs)


def _edges_of_other_dtypes(first: str, finite: bool) -> Iterator[Callable[[Input], Input]]:
    for dtype in ("float16", "float64", "complex64"):
        if dtype != first:
            for values in _rows(dtype, finite):
                yield partial(_edges_of, dtype=dtype, values=values)


def _rows(dtype: str, finite: bool) -> tuple[tuple[float, ...], ...]:
    """The edges of a dtype. How an infinite complex number comes out of a product depends on how
    many elements the processor takes at once."""
    if finite:
        return FINITE
    return (*FINITE, (np.nan,)) if dtype in COMPLEX else (*FINITE, *NOT_FINITE)


def _edges_of(entry: Input, dtype: str, values: tuple[float, ...]) -> Input:
    return _with_values(_of_dtype(entry, dtype), values)


def _laid_out(entry: Input, layout: str) -> Input:
    return _like(entry, entry.array, layout)


def _with_values(entry: Input, values: tuple[float, ...]) -> Input:
    return _like(entry, _among(entry.array, values))


def _like(entry: Input, array: _Array, layout: str = "contiguous") -> Input:
    """These values in the input's place. One that could not require grad does so where its new
    dtype can."""
    dtype = str(array.dtype.name)
    grad = dtype in DIFFERENTIABLE and (entry.requires_grad or entry.dtype not in DIFFERENTIABLE)
    return laid_out(entry.name, array, layout, grad)


def _of_dtype(entry: Input, dtype: str) -> Input:
    given = entry.array if dtype in COMPLEX else entry.array.real
    if dtype == "uint8":
        given = np.abs(given) % 256
    with np.errstate(all="ignore"):
        return _like(entry, given.astype(dtype))


def _of_other_shapes(entry: Input) -> Iterator[Input]:
    array = entry.array
    yield _like(entry, array[None])
    if not (array.ndim and array.size):
        return
    yield _like(entry, array[0])
    yield _like(entry, array[..., 0])
    yield _like(entry, array[..., :0])
    yield _like(entry, array[:1])
    yield _like(entry, np.concatenate([array, array[..., :1]], axis=-1))
    if array.ndim > 1:
        yield _like(entry, array.reshape(-1))
        yield _like(entry, array[:0])
        yield _like(entry, np.moveaxis(array, 0, -1))


def _of_other_layouts(entry: Input) -> Iterator[Input]:
    for layout in LAYOUTS:
        other = _laid_out(entry, layout)
        if (other.strides, other.offset) != (entry.strides, entry.offset):
            yield other


def _of_other_values(entry: Input, finite: bool) -> Iterator[Input]:
    array = entry.array
    if entry.requires_grad:
        yield laid_out(entry.name, array, "contiguous", False)
    yield _like(entry, np.zeros_like(array))
    yield _like(entry, np.ones_like(array))
    if entry.dtype in FLOATING | COMPLEX:
        for values in _rows(entry.dtype, finite):
            yield _with_values(entry, values)
        yield _like(entry, np.round(array))
    elif entry.dtype != "bool":
        limits = np.iinfo(NUMPY_DTYPES[entry.dtype])
        yield _like(entry, _among(array, (limits.max, limits.min)))
        yield _like(entry, _among(array, (max(limits.min, -1),)))
        yield _like(entry, array + 1)


def _among(array: _Array, values: tuple[float, ...]) -> _Array:
    """The array with these at every second place."""
    made = array.copy().reshape(-1)
    places = made[::2]
    with np.errstate(all="ignore"):
        places[:] = np.resize(np.asarray(values).astype(array.dtype), places.shape)
    return made.reshape(array.shape)

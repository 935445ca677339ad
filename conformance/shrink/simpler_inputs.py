"""Simpler inputs: plainer tensors, smaller shapes, simpler values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from conformance.engines.protocol import Engine
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.inputs.held import rounded
from conformance.program.steps import Call, Step
from conformance.program.values import COMPLEX, FLOATING, Value

Array = np.ndarray[Any, Any]

UNCOMMON = (FLOATING | COMPLEX) - {"float32"}
PLACES = 4  # the most that are tried one by one along a dim
ELEMENTS = 48  # the most that are tried one by one in an input


def plainer_inputs(program: Program, reference: Engine) -> Iterator[Program]:
    """An input that needs no grad, is contiguous, or of a commoner dtype."""
    for number, entry in enumerate(program.inputs):
        values = np.ascontiguousarray(entry.array).reshape(entry.shape)
        if entry.requires_grad:
            yield _with_input(program, number, replace(entry, requires_grad=False))
        if not entry.array.flags.c_contiguous or entry.offset:
            yield _with_input(program, number, _of(entry, values))
        if entry.dtype in UNCOMMON:
            yield _with_input(program, number, _in_float32(entry))
    if any(entry.dtype in UNCOMMON for entry in program.inputs):
        yield Program(tuple(_in_float32(entry) for entry in program.inputs), program.steps)


def _in_float32(entry: Input) -> Input:
    if entry.dtype not in UNCOMMON:
        return entry
    with np.errstate(all="ignore"):
        real = entry.array.real.astype("<f4")
    return Input.of(entry.name, real, entry.requires_grad)


def _with_input(program: Program, number: int, entry: Input) -> Program:
    inputs = (*program.inputs[:number], entry, *program.inputs[number + 1 :])
    return Program(inputs, program.steps)


def smaller_shapes(program: Program, reference: Engine) -> Iterator[Program]:
    """All inputs as single numbers, or without their dims of size 1; one size made smaller
    wherever it stands, in the arguments too; then in one input alone; then a dim left out."""
    for taken in (_first_element, _without_ones):
        if any(taken(entry) is not entry for entry in program.inputs):
            yield Program(tuple(taken(entry) for entry in program.inputs), program.steps)
    sizes = sorted({size for entry in program.inputs for size in entry.shape if size > 1})
    for size in reversed(sizes):
        for less in sorted({1, 2, size - 1} - {size}):
            inputs = tuple(_resized(entry, size, less) for entry in program.inputs)
            yield Program(inputs, program.steps)
            yield Program(inputs, tuple(_sizes_replaced(s, size, less) for s in program.steps))
    for number, entry in enumerate(program.inputs):
        for part in _parts(entry.array):
            yield _with_input(program, number, _like(entry, part))


def _parts(values: Array) -> Iterator[Array]:
    """One place along a dim without the dim and with it, then all places along it but one."""
    for dim, size in enumerate(values.shape):
        before: tuple[Any, ...] = (slice(None),) * dim
        for place in range(min(size, PLACES)):
            yield values[(*before, place)]
            if size > 1:
                yield values[(*before, slice(place, place + 1))]
        if size > 2:
            yield from (values[(*before, kept)] for kept in (slice(1, None), slice(-1)))


def _first_element(entry: Input) -> Input:
    if not entry.shape or 0 in entry.shape:
        return entry
    return _like(entry, entry.array[(slice(1),) * len(entry.shape)].reshape(()))


def _without_ones(entry: Input) -> Input:
    return _like(entry, entry.array.squeeze()) if 1 in entry.shape else entry


def _resized(entry: Input, size: int, less: int) -> Input:
    if size not in entry.shape:
        return entry
    kept = tuple(slice(less) if n == size else slice(None) for n in entry.shape)
    return _like(entry, entry.array[kept])


def _like(entry: Input, part: Array) -> Input:
    """An input with a part of the values, a view of the entry's array, and with its layout so
    far as the order of dims and the expanded ones go."""
    strides = zip(part.shape, part.strides, strict=True)
    once = tuple(slice(1) if size > 1 and not stride else slice(None) for size, stride in strides)
    dense = part[once].copy(order="K")
    return _of(entry, np.broadcast_to(dense, part.shape))


def _of(entry: Input, values: Array) -> Input:
    """The input with these values of its dtype instead, and their layout."""
    return Input.of(entry.name, values, entry.requires_grad, entry.dtype)


def _sizes_replaced(step: Step, size: int, less: int) -> Step:
    if not isinstance(step, Call):
        return step
    return replace(step, args=tuple(_size_replaced(value, size, less) for value in step.args))


def _size_replaced(value: Value, size: int, less: int) -> Value:
    if isinstance(value, list | tuple):
        return type(value)(_size_replaced(item, size, less) for item in value)
    return less if type(value) is int and value == size else value


def simpler_values(program: Program, reference: Engine) -> Iterator[Program]:
    """The elements of an input's storage all made simple, or one of them."""
    for number, entry in enumerate(program.inputs):
        storage = entry.storage
        for simple in _simple_arrays(storage, entry.dtype):
            yield _with_input(program, number, replace(entry, data=simple.tobytes()))
        for place in range(min(storage.size, ELEMENTS)):
            for value in _simple_elements(storage[place]):
                changed = storage.copy()
                changed[place] = value
                yield _with_input(program, number, replace(entry, data=changed.tobytes()))


def _simple_arrays(values: Array, dtype: str) -> Iterator[Array]:
    if values.dtype.kind in "fc":
        yield from _unless_as_simple(values, np.ones_like(values))
        counted = np.arange(1, values.size + 1)
        yield from _unless_as_simple(values, rounded(counted.astype(values.dtype), dtype))
        with np.errstate(all="ignore"):
            yield from _unless_as_simple(values, np.round(values))
    elif values.size:
        yield from _unless_as_simple(values, np.zeros_like(values))


def _unless_as_simple(values: Array, simple: Array) -> Iterator[Array]:
    if _complexity(simple) < _complexity(values):
        yield simple


def _complexity(values: Array) -> tuple[float, ...]:
    """Smaller is simpler: by the digits that are written, then by the numbers."""
    items = values.tolist()
    return (sum(_element_complexity(item) for item in items), float(len(set(map(str, items)))))


_SIMPLE_ELEMENTS: Sequence[float] = (1.0, 2.0, 0.0, 3.0, -1.0)


def _element_complexity(value: Any) -> float:
    if value in _SIMPLE_ELEMENTS:
        return _SIMPLE_ELEMENTS.index(value) / 10
    return 1.0 + len(str(value))


def _simple_elements(value: Any) -> Iterator[Any]:
    if isinstance(value, np.floating | np.complexfloating):
        for simple in _SIMPLE_ELEMENTS:
            if _element_complexity(simple) < _element_complexity(value.item()):
                yield simple
    elif value:
        yield type(value)(0)

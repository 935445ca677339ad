"""What is simpler than a program: the rewritings that shrinking tries, best first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from conformance.engines.protocol import Engine
from conformance.execute import execute
from conformance.inputs import Input
from conformance.program import Program
from conformance.sources.rewriting import (
    bypassed,
    map_step,
    without_steps,
    without_unused_inputs,
)
from conformance.steps import Backward, Call, Grad, Step, refs_of, result_of
from conformance.trace import TensorState
from conformance.values import FLOATING, Ref, Value

Array = np.ndarray[Any, Any]
Rewriting = Callable[[Program, Engine], Iterator[Program]]

ELEMENTS = 48  # the most that are tried one by one in an input


def fewer_steps(program: Program, reference: Engine) -> Iterator[Program]:
    """Runs of steps left out, long ones first, late ones first."""
    count = len(program.steps)
    length = max(count // 2, 1)
    while length:
        for start in range(count - length, -1, -1):
            yield without_unused_inputs(without_steps(program, range(start, start + length)))
        length //= 2
    yield without_unused_inputs(program)


def steps_bypassed(program: Program, reference: Engine) -> Iterator[Program]:
    """A step left out, and an operand of its own taken for its result."""
    for number, step in enumerate(program.steps):
        if result_of(step) is not None:
            for ref in dict.fromkeys(refs_of(step)):
                yield without_unused_inputs(bypassed(program, number, ref))


def steps_cut(program: Program, reference: Engine) -> Iterator[Program]:
    """A step replaced by an input with the values that the step gives on the reference."""
    for number in reversed(range(len(program.steps))):
        name = result_of(program.steps[number])
        if name is None:
            continue
        later = program.steps[number + 1 :]
        used = list(dict.fromkeys(ref for s in later for ref in refs_of(s) if ref.base == name))
        states = execute(Program(program.inputs, program.steps[: number + 1]), reference).tensors
        if used and all(ref.name in states for ref in used):
            yield _cut(program, number, {ref: states[ref.name] for ref in used})


def _cut(program: Program, number: int, states: dict[Ref, TensorState]) -> Program:
    names = {ref: Ref(f"cut{number}_{place}") for place, ref in enumerate(states)}
    made = tuple(
        Input.of(names[ref].name, np.array(state.values), state.requires_grad is True)
        for ref, state in states.items()
        if isinstance(state.values, np.ndarray)
    )
    later = [
        map_step(step, lambda ref: names.get(ref, ref)) for step in program.steps[number + 1 :]
    ]
    cut = Program((*program.inputs, *made), (*program.steps[:number], *later))
    return without_unused_inputs(cut)


def plainer_steps(program: Program, reference: Engine) -> Iterator[Program]:
    """A step with fewer arguments, or with simpler ones."""
    for number, step in enumerate(program.steps):
        for plainer in _plainer(step):
            steps = (*program.steps[:number], plainer, *program.steps[number + 1 :])
            yield without_unused_inputs(Program(program.inputs, steps))


def _plainer(step: Step) -> Iterator[Step]:
    if isinstance(step, Backward | Grad):
        for entry in fields(step):
            if entry.name not in ("root", "outputs", "inputs", "result"):
                value = getattr(step, entry.name)
                if repr(value) != repr(entry.default):
                    plain: dict[str, Any] = {entry.name: entry.default}
                    yield replace(step, **plain)
    if isinstance(step, Backward) and step.inputs is not None:
        yield replace(step, inputs=None)
    if isinstance(step, Grad) and isinstance(step.inputs, list | tuple) and len(step.inputs) > 1:
        for item in step.inputs:
            yield replace(step, inputs=item)
    if isinstance(step, Call):
        for key in step.kwargs:
            yield replace(step, kwargs={k: v for k, v in step.kwargs.items() if k != key})
        for place, value in enumerate(step.args):
            for simpler in _simpler_values(value):
                yield replace(step, args=(*step.args[:place], simpler, *step.args[place + 1 :]))


def _simpler_values(value: Value) -> Iterator[Value]:
    if isinstance(value, list | tuple) and len(value) > 1:
        for left_out in range(len(value)):
            yield type(value)(item for place, item in enumerate(value) if place != left_out)
    if type(value) in (int, float) and value not in (0, 1, 2):
        yield from (type(value)(1), type(value)(2))


def plainer_inputs(program: Program, reference: Engine) -> Iterator[Program]:
    """An input that needs no grad, is contiguous, or of a commoner dtype."""
    for number, entry in enumerate(program.inputs):
        values = np.ascontiguousarray(entry.array).reshape(entry.shape)
        if entry.requires_grad:
            yield _with_input(program, number, replace(entry, requires_grad=False))
        if not entry.array.flags.c_contiguous or entry.offset:
            yield _with_input(program, number, Input.of(entry.name, values, entry.requires_grad))
        if entry.dtype in ("float64", "float16", "complex64", "complex128"):
            with np.errstate(all="ignore"):
                real = values.real.astype("<f4")
            yield _with_input(program, number, Input.of(entry.name, real, entry.requires_grad))
    if any(entry.dtype in ("float64", "float16") for entry in program.inputs):
        yield Program(tuple(_in_float32(entry) for entry in program.inputs), program.steps)


def _in_float32(entry: Input) -> Input:
    if entry.dtype not in FLOATING:
        return entry
    with np.errstate(all="ignore"):
        return Input.of(entry.name, entry.array.astype("<f4"), entry.requires_grad)


def _with_input(program: Program, number: int, entry: Input) -> Program:
    inputs = (*program.inputs[:number], entry, *program.inputs[number + 1 :])
    return Program(inputs, program.steps)


def smaller_shapes(program: Program, reference: Engine) -> Iterator[Program]:
    """One size made smaller wherever it stands, in the arguments too; then in one input alone;
    then a dim of one input left out."""
    sizes = sorted({size for entry in program.inputs for size in entry.shape if size > 1})
    for size in reversed(sizes):
        for less in sorted({1, 2, size - 1} - {size}):
            inputs = tuple(_resized(entry, size, less) for entry in program.inputs)
            yield Program(inputs, program.steps)
            yield Program(inputs, tuple(_sizes_replaced(s, size, less) for s in program.steps))
    for number, entry in enumerate(program.inputs):
        for dim, size in enumerate(entry.shape):
            taken = entry.array.take([0], dim) if size > 1 else entry.array
            if size > 1:
                yield _with_input(program, number, _like(entry, taken))
            if size:
                yield _with_input(program, number, _like(entry, taken.squeeze(dim)))


def _resized(entry: Input, size: int, less: int) -> Input:
    if size not in entry.shape:
        return entry
    kept = tuple(slice(less) if n == size else slice(None) for n in entry.shape)
    return _like(entry, entry.array[kept])


def _like(entry: Input, values: Array) -> Input:
    plain = np.ascontiguousarray(values).reshape(values.shape)
    return Input.of(entry.name, plain, entry.requires_grad)


def _sizes_replaced(step: Step, size: int, less: int) -> Step:
    if not isinstance(step, Call):
        return step
    return replace(step, args=tuple(_size_replaced(value, size, less) for value in step.args))


def _size_replaced(value: Value, size: int, less: int) -> Value:
    if isinstance(value, list | tuple):
        return type(value)(_size_replaced(item, size, less) for item in value)
    return less if type(value) is int and value == size else value


def simpler_values(program: Program, reference: Engine) -> Iterator[Program]:
    """The values of an input all made simple, or one of them."""
    for number, entry in enumerate(program.inputs):
        values = np.array(entry.array)
        for simple in _simple_arrays(values):
            yield _with_input(program, number, Input.of(entry.name, simple, entry.requires_grad))
        for place in range(min(values.size, ELEMENTS)):
            for value in _simple_elements(values.flat[place]):
                changed = values.copy()
                changed.flat[place] = value
                made = Input.of(entry.name, changed, entry.requires_grad)
                yield _with_input(program, number, made)


def _simple_arrays(values: Array) -> Iterator[Array]:
    if values.dtype.kind in "fc":
        yield from _unless_as_simple(values, np.ones_like(values))
        counted = np.arange(1, values.size + 1).reshape(values.shape)
        yield from _unless_as_simple(values, counted.astype(values.dtype))
        with np.errstate(all="ignore"):
            yield from _unless_as_simple(values, np.round(values))
    elif values.size:
        yield from _unless_as_simple(values, np.zeros_like(values))


def _unless_as_simple(values: Array, simple: Array) -> Iterator[Array]:
    if _complexity(simple) < _complexity(values):
        yield simple


def _complexity(values: Array) -> tuple[float, ...]:
    """Smaller is simpler: by the digits that are written, then by the numbers."""
    items = values.ravel().tolist()
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


REWRITINGS: Sequence[Rewriting] = (
    fewer_steps,
    steps_bypassed,
    steps_cut,
    plainer_steps,
    plainer_inputs,
    smaller_shapes,
    simpler_values,
)
"""In the order in which they are tried: what takes away most comes first."""

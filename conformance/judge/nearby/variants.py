"""Programs near a program: in double precision, or with its numbers moved a little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np

from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import Call, Step, names_of
from conformance.program.values import COMPLEX, FLOATING, HELD, DType, Value
from conformance.program.words.operators import OPERATORS

_DOUBLE = {
    **dict.fromkeys(("float16", "bfloat16", "float32"), "float64"),
    **dict.fromkeys(("complex32", "complex64"), "complex128"),
}


def in_double(program: Program) -> Program:
    """The same program with every floating dtype, of inputs and of arguments, in double."""
    return Program(
        tuple(map(_input_in_double, program.inputs)),
        tuple(_mapped(step, _double) for step in program.steps),
    )


def about(name: str, program: Program) -> Program:
    """The program without the steps that have nothing to do with what a name stands for: whose
    names no step uses together with it, however indirectly."""
    used = [names_of(step) for step in program.steps]
    group = {name}
    while more := [names for names in used if not names.isdisjoint(group) and names - group]:
        group.update(*more)
    kept = (not names or not names.isdisjoint(group) for names in used)
    steps = zip(program.steps, kept, strict=True)
    return Program(program.inputs, tuple(step for step, stays in steps if stays))


def perturbed(program: Program, ulps: int, seed: int) -> Program:
    """The program with each element of its floating inputs moved by so many units in the last
    place, up or down as `seed` draws. NaN and infinities stay."""
    signs = np.random.default_rng(seed)
    return Program(
        tuple(_perturbed_input(entry, ulps, signs) for entry in program.inputs), program.steps
    )


def writes(step: Step) -> bool:
    """Whether the step writes into its first operand."""
    if not isinstance(step, Call):
        return False
    return OPERATORS[step.op].statement if step.form == "operator" else step.op.endswith("_")


def shifted(program: Program, name: str, index: int, by: float) -> Program:
    """The program with one element of one input's storage moved by an amount."""
    return Program(
        tuple(
            _shifted_input(entry, index, by) if entry.name == name else entry
            for entry in program.inputs
        ),
        program.steps,
    )


def _input_in_double(entry: Input) -> Input:
    dtype = _DOUBLE.get(entry.dtype, entry.dtype)
    return replace(entry, dtype=dtype, data=entry.storage.astype(HELD[dtype]).tobytes())


def _double(value: Value) -> Value:
    return DType(_DOUBLE.get(value.name, value.name)) if isinstance(value, DType) else value


def _mapped(step: Step, change: Callable[[Value], Value]) -> Step:
    """The step with `change` applied to every value in it."""
    return replace(step, **{f.name: _deep(getattr(step, f.name), change) for f in fields(step)})


def _deep(value: Value, change: Callable[[Value], Value]) -> Value:
    if isinstance(value, tuple):
        return tuple(_deep(item, change) for item in value)
    if isinstance(value, list):
        return [_deep(item, change) for item in value]
    if isinstance(value, dict):
        return {key: _deep(item, change) for key, item in value.items()}
    return change(value)


def _parts(entry: Input) -> np.ndarray[Any, Any]:
    """A copy of the storage as real numbers: a complex element is two."""
    storage = entry.storage.copy()
    return storage.view(storage.real.dtype) if entry.dtype in COMPLEX else storage


def _perturbed_input(entry: Input, ulps: int, signs: np.random.Generator) -> Input:
    if entry.dtype not in FLOATING | COMPLEX:
        return entry
    parts = _parts(entry)
    up = signs.random(parts.shape) < 0.5
    with np.errstate(all="ignore"):
        # `nextafter` and not `spacing` for the first: next to zero it is the smallest subnormal.
        once = np.nextafter(parts, np.where(up, np.inf, -np.inf).astype(parts.dtype))
        steps = (once + (once - parts) * parts.dtype.type(ulps - 1)).astype(parts.dtype)
    return replace(entry, data=np.where(np.isfinite(parts), steps, parts).tobytes())


def _shifted_input(entry: Input, index: int, by: float) -> Input:
    parts = _parts(entry)
    parts[index] += parts.dtype.type(by)
    return replace(entry, data=parts.tobytes())

"""Simpler steps: fewer of them, values in place of them, and plainer arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np

from conformance.engines.execute import execute
from conformance.engines.protocol import Engine
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import (
    HANDLED,
    OPTIONS,
    Apply,
    Backward,
    Call,
    EnterMode,
    Functional,
    Grad,
    LeaveMode,
    MultiGradHook,
    PackHooks,
    RegisterHook,
    SetGradDtype,
    Step,
    map_step,
    options_of,
    refs_of,
    result_of,
)
from conformance.program.trace import TensorState
from conformance.program.values import NumPyScalar, Ref, Value
from conformance.program.words.functionals import MAPS
from conformance.program.words.functions import FUNCTIONS
from conformance.program.words.hooks import HOOKS
from conformance.shrink.rewriting import bypassed, without_steps, without_unused_inputs


def fewer_steps(program: Program, reference: Engine) -> Iterator[Program]:
    """Runs of steps left out, long ones first, late ones first."""
    total = len(program.steps)
    length = max(total // 2, 1)
    while length:
        for start in range(total - length, -1, -1):
            yield without_unused_inputs(without_steps(program, range(start, start + length)))
        length //= 2
    yield without_unused_inputs(program)


def steps_bypassed(program: Program, reference: Engine) -> Iterator[Program]:
    """A step left out, and an operand of its own taken for its result."""
    for number, step in enumerate(program.steps):
        if result_of(step) is not None and not isinstance(step, HANDLED):
            for ref in dict.fromkeys(refs_of(step)):
                yield without_unused_inputs(bypassed(program, number, ref))


def steps_cut(program: Program, reference: Engine) -> Iterator[Program]:
    """A step replaced by an input with the values that the step gives on the reference."""
    for number in reversed(range(len(program.steps))):
        if (cut := step_cut(program, number, reference)) is not None:
            yield cut


def step_cut(program: Program, number: int, reference: Engine) -> Program | None:
    """The program with what later steps use of this one as inputs; None if they use nothing, or
    the reference gives no tensors."""
    name = result_of(program.steps[number])
    later = program.steps[number + 1 :]
    used = list(dict.fromkeys(ref for s in later for ref in refs_of(s) if ref.base == name))
    if not used:
        return None
    states = execute(Program(program.inputs, program.steps[: number + 1]), reference).tensors
    if not all(ref.name in states for ref in used):
        return None
    return _cut(program, number, {ref: states[ref.name] for ref in used})


def _cut(program: Program, number: int, states: dict[Ref, TensorState]) -> Program:
    taken = {entry.name for entry in program.inputs}
    free = (name for name in (f"cut{place}" for place in count()) if name not in taken)
    names = {ref: Ref(next(free)) for ref in states}
    made = tuple(
        Input.of(names[ref].name, np.array(state.values), state.requires_grad is True, state.dtype)
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
    for kind, plainer in _PLAINER:
        if isinstance(step, kind):
            yield from plainer(step)


def _plainer_walk(step: Backward | Grad) -> Iterator[Step]:
    yield from _fewer_roots(step)
    for name in options_of(step):
        default: dict[str, Any] = {name: OPTIONS[type(step)][name]}
        yield replace(step, **default)
    if isinstance(step, Grad) and isinstance(step.inputs, list | tuple) and len(step.inputs) > 1:
        for item in step.inputs:
            yield replace(step, inputs=item)


def _fewer_roots(step: Backward | Grad) -> Iterator[Step]:
    """One root of several, with its own seed."""
    roots = step.root if isinstance(step, Backward) else step.outputs
    seeds = step.gradient if isinstance(step, Backward) else step.grad_outputs
    if isinstance(roots, Ref):
        return
    for place, root in enumerate(roots):
        own = seeds[place] if isinstance(seeds, list | tuple) and place < len(seeds) else None
        for one in (root, [root]) if len(roots) > 1 else (root,):
            if isinstance(step, Backward):
                yield replace(step, root=one, gradient=own if one is root or own is None else [own])
            else:
                yield replace(step, outputs=one, grad_outputs=own)


def _plainer_call(step: Call) -> Iterator[Step]:
    if len(step.args) > 1:
        yield replace(step, args=step.args[:-1])
    for key in step.kwargs:
        yield replace(step, kwargs={k: v for k, v in step.kwargs.items() if k != key})
    for place, value in enumerate(step.args):
        for simpler in _simpler_values(value):
            yield replace(step, args=(*step.args[:place], simpler, *step.args[place + 1 :]))


def _plainer_grad_dtype(step: SetGradDtype) -> Iterator[Step]:
    if step.dtype is not None:
        yield replace(step, dtype=None)


def _plainer_hook(step: RegisterHook) -> Iterator[Step]:
    if step.on != "tensor":
        if step.behaviour in HOOKS["tensor"]:
            yield replace(step, on="tensor")
        yield replace(step, on="tensor", behaviour="record")
    if step.behaviour != "record":
        yield replace(step, behaviour="record")


def _plainer_multi_grad_hook(step: MultiGradHook) -> Iterator[Step]:
    for tensors in _simpler_values(step.tensors):
        yield replace(step, tensors=tensors)
    if step.mode != "all":
        yield replace(step, mode="all", behaviour="record")
    if step.behaviour != "record":
        yield replace(step, behaviour="record")


def _plainer_function(step: Apply) -> Iterator[Step]:
    row = FUNCTIONS[step.function]
    shape = (row.operands, row.results)
    first = next(name for name, r in FUNCTIONS.items() if (r.operands, r.results) == shape)
    if step.function != first:
        yield replace(step, function=first)


def _plainer_functional(step: Functional) -> Iterator[Step]:
    for key in step.kwargs:
        yield replace(step, kwargs={k: v for k, v in step.kwargs.items() if k != key})
    operands = MAPS[step.function].operands
    first = next(name for name, row in MAPS.items() if row.operands == operands)
    if step.function != first:
        yield replace(step, function=first)


def _plainer_block(step: EnterMode | LeaveMode | PackHooks) -> Iterator[Step]:
    if isinstance(step, LeaveMode) and step.raising:
        yield LeaveMode()
    elif isinstance(step, EnterMode) and step.args:
        yield replace(step, args=step.args[:-1])
    elif isinstance(step, PackHooks) and step.behaviour != "record":
        yield replace(step, behaviour="record")


_PLAINER: Sequence[tuple[Any, Callable[[Any], Iterator[Step]]]] = (
    (Backward | Grad, _plainer_walk),
    (Call, _plainer_call),
    (RegisterHook, _plainer_hook),
    (SetGradDtype, _plainer_grad_dtype),
    (MultiGradHook, _plainer_multi_grad_hook),
    (Apply, _plainer_function),
    (Functional, _plainer_functional),
    (EnterMode | LeaveMode | PackHooks, _plainer_block),
)


def _simpler_values(value: Value) -> Iterator[Value]:
    if isinstance(value, list | tuple) and len(value) > 1:
        for left_out in range(len(value)):
            yield type(value)(item for place, item in enumerate(value) if place != left_out)
    if isinstance(value, NumPyScalar):
        yield value.value
    if type(value) in (int, float) and value not in (0, 1, 2):
        yield from (type(value)(1), type(value)(2))

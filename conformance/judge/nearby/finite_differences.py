"""The derivative of a program by central differences, for the programs that are plain functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from conformance.judge.comparing.closeness import Array
from conformance.judge.nearby.evidence import Evidence
from conformance.judge.nearby.plain_functions import PlainFunction, shows_twice, values_in
from conformance.judge.nearby.replay import places
from conformance.judge.nearby.variants import about, writes
from conformance.program import Program
from conformance.program.steps import (
    Backward,
    Call,
    EnterMode,
    Forget,
    Grad,
    LeaveMode,
    Read,
    RequiresGrad,
    RetainGrad,
    Step,
    refs_of,
    result_of,
    walks,
)
from conformance.program.trace import NotRun, Raised, Trace, Unobserved
from conformance.program.values import COMPLEX, FLOATING, Ref, Value

MOST = 8  # elements: each takes six runs, a complex one twelve


def derivative(where: str, positions: Sequence[int], evidence: Evidence) -> Array | None:
    """The gradient that `where` (`x0.grad`, `t3[1]`) should hold at the first few positions.

    None where it cannot be told: what the tensor has to do with is more than ops and backward
    steps, the input shows an element several times, a function is not smooth there in all that it
    goes through, or its graph is cut on the way, as by `detach`.
    """
    functions = _functions_of(where, evidence)
    if not functions:
        return None
    estimates = [_gradient(functions, position, evidence) for position in positions[:MOST]]
    return None if None in estimates else np.array(estimates)


def _gradient(
    functions: Sequence[PlainFunction], position: int, evidence: Evidence
) -> complex | None:
    """The gradient's element at a position: what each walk brings is added up."""
    parts = [function.gradient(position, evidence) for function in functions]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


_PLAIN = (Backward, Call, EnterMode, Forget, Grad, LeaveMode, Read, RequiresGrad, RetainGrad)
"""Hooks and functions of one's own may make a gradient anything; these do not. (What is made in a
mode without gradients, or of a leaf before it required one, is cut off, and seen to be; what is
written there is not seen, nor is what is written into a gradient.)"""


def _writes(step: Step) -> bool:
    return writes(step) or (
        isinstance(step, Call) and any(step.kwargs.get(name) for name in ("inplace", "out"))
    )


def _without_failures(program: Program, evidence: Evidence) -> Program:
    """The program without the steps that raise and leave all as it is."""
    trace = evidence.run(program)
    taken = list(zip(program.steps, trace.outcomes, strict=True))
    failed = [step for step, outcome in taken if isinstance(outcome, Raised | NotRun)]
    if not failed:
        return program
    kept = (step for step in program.steps if not any(step is each for each in failed))
    shorter = Program(program.inputs, tuple(kept))
    if not any(_writes(step) or walks(step) for step in failed):
        return shorter
    before, after = places(trace), places(evidence.run(shorter))
    same = all(after[each].tobytes() == before[each].tobytes() for each in after if each in before)
    return shorter if same and before.keys() == after.keys() else program


def _is_plain(program: Program, evidence: Evidence) -> bool:
    """Whether gradients are what the steps before each walk say, and nothing else."""
    steps = program.steps
    if not all(isinstance(step, _PLAIN) for step in steps):
        return False
    if any(isinstance(step, RequiresGrad) and step.flag is not True for step in steps):
        return False
    walking = [number for number, step in enumerate(steps) if walks(step)]
    writing = [number for number, step in enumerate(steps) if _writes(step)]
    unseen = any(isinstance(step, EnterMode | LeaveMode | RequiresGrad) for step in steps)
    if writing and (unseen or len(walking) > 1 or writing[-1] > min(walking, default=0)):
        return False
    if any(isinstance(steps[number], Call) for number in walking):
        return False
    return not any(isinstance(outcome, Raised) for outcome in evidence.run(program).outcomes)


def _functions_of(where: str, evidence: Evidence) -> tuple[PlainFunction, ...]:
    """The functions whose gradients `where` is the sum of; () if it is anything else."""
    base = re.split(r"[.\[]", where, maxsplit=1)[0]
    program = _without_failures(about(base, evidence.double), evidence)
    if not _is_plain(program, evidence):
        return ()
    of: Callable[[str, Any], _Walk | None] = _of_backward if "." in where else _of_grad
    kind = Backward if "." in where else Grad
    found = [
        _plain_function(program, number, of(where, step), evidence)
        for number, step in enumerate(program.steps)
        if isinstance(step, kind) and (kind is Backward or result_of(step) == base)
    ]
    known = [walk for walk in found if walk is not None]
    return tuple(known) if len(known) == len(found) else ()


def _plain_function(
    program: Program, number: int, walk: _Walk | None, evidence: Evidence
) -> PlainFunction | None:
    """What the walk at a step is the derivative of, if that is a plain function."""
    entry = next((entry for entry in program.inputs if walk and entry.name == walk[0]), None)
    if walk is None or entry is None or shows_twice(entry):
        return None
    if entry.dtype not in FLOATING | COMPLEX:
        return None
    steps = (step for step in program.steps[:number] if not isinstance(step, Backward))
    before = Program(program.inputs, tuple(steps))
    trace = evidence.run(before)
    if any(_cuts(step, trace) for step in before.steps) or _is_cut_in_memory(trace):
        return None
    roots = tuple(_weighted(walk[1], walk[2], trace))
    return PlainFunction(entry, before, roots) if len(roots) == len(walk[1]) else None


def _cuts(step: Any, trace: Trace) -> bool:
    """Whether the step gives, of tensors that require grad, numbers that do not: differences see
    a dependence that the graph does not have."""
    result = trace.tensors.get(result_of(step) or "")
    if result is None or result.dtype not in FLOATING | COMPLEX or result.requires_grad:
        return False
    states = (trace.tensors.get(ref.name) for ref in refs_of(step))
    return any(state is not None and state.requires_grad is True for state in states)


def _is_cut_in_memory(trace: Trace) -> bool:
    """Whether tensors that share memory require grad in part: what is written through the one
    is seen in the other, of which the graph does not know."""
    if isinstance(trace.aliases, Unobserved):
        return True
    groups = ([trace.tensors.get(name) for name in group] for group in trace.aliases)
    return any(
        len({state.requires_grad for state in group if state is not None}) > 1 for group in groups
    )


def _weighted(
    roots: Sequence[Ref], seeds: Sequence[Value], trace: Trace
) -> Iterator[tuple[str, Array]]:
    """Each root with the values of its seed at the time of the walk; ones where it has none."""
    for root, seed in zip(roots, seeds, strict=True):
        weight = values_in(trace, seed.name) if isinstance(seed, Ref) else np.ones(())
        if weight is not None:
            yield root.name, np.array(weight)


_Walk: TypeAlias = tuple[str, Sequence[Ref], Sequence[Value]]


def _of_backward(where: str, step: Backward) -> _Walk | None:
    """The input's name, the root and its seed; None where the walk goes to chosen inputs only."""
    name, _, field = where.partition(".")
    if field != "grad" or step.inputs is not None:
        return None
    if isinstance(step.root, Ref):
        return name, [step.root], [step.gradient]
    seeds = step.gradient if isinstance(step.gradient, list | tuple) else [None] * len(step.root)
    return name, step.root, seeds


def _of_grad(where: str, step: Any) -> _Walk | None:
    """The same for one gradient of an `autograd.grad`."""
    outputs, seeds, inputs = (
        list(value) if isinstance(value, tuple | list) else [value]
        for value in (step.outputs, step.grad_outputs, step.inputs)
    )
    base, _, index = where.rstrip("]").partition("[")
    if base != step.result or not index.isdigit():
        return None
    if step.grad_outputs is None:
        seeds = [None] * len(outputs)
    return inputs[int(index)].name, outputs, seeds

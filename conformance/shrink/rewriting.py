"""Programs rewritten: steps left out, references replaced, names given anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from conformance.program import Program
from conformance.program.steps import HANDLED, Step, map_step, refs_of, result_of
from conformance.program.values import Ref


def without_steps(program: Program, dropped: Iterable[int]) -> Program:
    """The program without those steps and all that use, directly or not, what they made."""
    left_out = set(dropped)
    gone: set[str] = set()
    kept = []
    for number, step in enumerate(program.steps):
        if number in left_out or any(ref.base in gone for ref in refs_of(step)):
            if (name := result_of(step)) is not None:
                gone.add(name)
        else:
            kept.append(step)
    return Program(program.inputs, tuple(kept))


def bypassed(program: Program, number: int, stand_in: Ref) -> Program:
    """The program without a step, what it made being replaced by another value."""
    name = result_of(program.steps[number])

    def of(ref: Ref) -> Ref:
        return stand_in if ref.base == name else ref

    later = [map_step(step, of) for step in program.steps[number + 1 :]]
    return Program(program.inputs, (*program.steps[:number], *later))


def without_unused_inputs(program: Program) -> Program:
    """The program without the inputs that no step uses."""
    used = {ref.base for step in program.steps for ref in refs_of(step)}
    return Program(tuple(e for e in program.inputs if e.name in used), program.steps)


def renamed(program: Program) -> Program:
    """The program with its inputs named x0, x1, ..., its results t0, t1, ... and the handles of
    its hooks h0, h1, ... in order."""
    hooks = [step.result for step in program.steps if isinstance(step, HANDLED)]
    results = [name for step in program.steps if (name := result_of(step)) is not None]
    names = (
        _numbered("x", [entry.name for entry in program.inputs])
        | _numbered("h", hooks)
        | _numbered("t", [name for name in results if name not in hooks])
    )

    def of(ref: Ref) -> Ref:
        return Ref(names.get(ref.base, ref.base) + ref.name[len(ref.base) :])

    inputs = tuple(replace(entry, name=names[entry.name]) for entry in program.inputs)
    return Program(inputs, tuple(_renamed(map_step(step, of), names) for step in program.steps))


def _numbered(letter: str, names: Sequence[str]) -> dict[str, str]:
    return {name: f"{letter}{number}" for number, name in enumerate(names)}


def _renamed(step: Step, names: Mapping[str, str]) -> Step:
    name = result_of(step)
    if name is None:
        return step
    changed: dict[str, Any] = {"result": names[name]}
    return replace(step, **changed)

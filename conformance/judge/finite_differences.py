"""The derivative of a program by central differences, for the programs that are plain functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from conformance.judge.evidence import Evidence
from conformance.judge.variants import shifted, writes
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import Backward, Call, Grad, Read, RetainGrad
from conformance.program.values import FLOATING, Ref, Value
from conformance.trace import Trace

STEP = 1e-5  # relative: near the cube root of double's epsilon, where rounding equals curvature
SMOOTH = 1e-4  # relative: how well two step sizes must agree for the function to count as smooth
ONE_SIDED = 1e-2  # relative: how well the slopes of the two sides must agree
MOST = 8  # elements: each takes six runs


def derivative(
    where: str, positions: Sequence[int], evidence: Evidence
) -> np.ndarray[Any, Any] | None:
    """The gradient that `where` (`x0.grad`, `t3[1]`) should hold at the first few positions.

    None where it cannot be told: another kind of program than one backward step after out-of-place
    ops, an input that is not contiguous and real, or a function that is not smooth there.
    """
    plain = _plain_function(where, evidence.double)
    if plain is None:
        return None
    estimates = []
    for position in positions[:MOST]:
        step = STEP * max(1.0, abs(float(plain.entry.storage[position])))
        coarse = plain.slope(position, step, evidence)
        fine = plain.slope(position, step / 2, evidence)
        if coarse is None or fine is None:
            return None
        if abs(coarse - fine) > SMOOTH * (abs(fine) + 1e-2):
            return None
        estimates.append(fine)
    return np.array(estimates)


_PLAIN = (Backward, Call, Grad, Read, RetainGrad)
"""Hooks, modes and functions of one's own may make a gradient anything; these do not."""


@dataclass(frozen=True, slots=True)
class _PlainFunction:
    """A number as a function of one input: a root, weighted by its gradient seed."""

    entry: Input
    program: Program
    root: str
    seed: Value

    def slope(self, position: int, size: float, evidence: Evidence) -> float | None:
        """The central difference at one element of the input, with steps of one size."""
        ahead, here, behind = (self._value(position, by, evidence) for by in (size, 0.0, -size))
        if ahead is None or here is None or behind is None:
            return None
        slope, left, right = (ahead - behind) / (2 * size), here - behind, ahead - here
        # At a kink the slopes of the two sides differ, and no step size shows it: |x| has a
        # central difference of 0 at 0 for all of them.
        smooth = abs(right - left) <= ONE_SIDED * size * (abs(slope) + 1e-2)
        return slope if smooth else None

    def _value(self, position: int, by: float, evidence: Evidence) -> float | None:
        trace = evidence.run(shifted(self.program, self.entry.name, position, by))
        output = _values(trace, self.root)
        weight: np.ndarray[Any, Any] | None = np.ones(())
        if isinstance(self.seed, Ref):
            weight = _values(trace, self.seed.name)
        if output is None or weight is None or output.dtype.kind != "f":
            return None
        return float((output * weight).sum())


def _values(trace: Trace, name: str) -> np.ndarray[Any, Any] | None:
    state = trace.tensors.get(name)
    return state.values if state and isinstance(state.values, np.ndarray) else None


def _plain_function(where: str, program: Program) -> _PlainFunction | None:
    """The function whose gradient `where` holds, if the program is no more than that."""
    walks = [n for n, step in enumerate(program.steps) if isinstance(step, Backward | Grad)]
    if len(walks) != 1 or not all(isinstance(step, _PLAIN) for step in program.steps):
        return None
    if any(writes(step) for step in program.steps):
        return None
    step = program.steps[walks[0]]
    if isinstance(step, Backward):
        name, _, field = where.partition(".")
        walk = (name, step.root, step.gradient) if field == "grad" else None
    else:
        walk = _of_grad(where, step) if isinstance(step, Grad) else None
    if walk is None:
        return None
    name, root, seed = walk
    entry = next((entry for entry in program.inputs if entry.name == name), None)
    if entry is None or entry.dtype not in FLOATING or entry.layout.views:
        return None
    return _PlainFunction(
        entry, Program(program.inputs, program.steps[: walks[0]]), root.name, seed
    )


def _of_grad(where: str, step: Grad) -> tuple[str, Ref, Value] | None:
    """The input's name, the root and the seed of one gradient of an `autograd.grad`."""
    outputs, seeds, inputs = (
        list(value) if isinstance(value, tuple | list) else [value]
        for value in (step.outputs, step.grad_outputs, step.inputs)
    )
    base, _, index = where.rstrip("]").partition("[")
    if base != step.result or len(outputs) != 1 or not index.isdigit():
        return None
    return inputs[int(index)].name, outputs[0], seeds[0]

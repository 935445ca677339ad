"""The derivative of a program by central differences, for the programs that are plain functions.

Of a complex input it is torch's own convention: the derivative by the real part, plus i times that
by the imaginary part, of the real part of the product of the outputs with the conjugates of their
gradient seeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from conformance.judge.evidence import Evidence
from conformance.judge.variants import shifted
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import Backward, Call, Grad, Read, RetainGrad, refs_of, result_of
from conformance.program.values import COMPLEX, FLOATING, Ref, Value
from conformance.trace import Trace, Unobserved

Array: TypeAlias = np.ndarray[Any, Any]

STEP = 1e-5  # relative: near the cube root of double's epsilon, where rounding equals curvature
SMOOTH = 1e-4  # relative: how well two step sizes must agree for the function to count as smooth
ONE_SIDED = 1e-2  # relative: how well the slopes of the two sides must agree
NOISE = 1e-15  # relative: of a number that is computed in double precision
MOST = 8  # elements: each takes six runs, a complex one twelve


def derivative(where: str, positions: Sequence[int], evidence: Evidence) -> Array | None:
    """The gradient that `where` (`x0.grad`, `t3[1]`) should hold at the first few positions.

    None where it cannot be told: another kind of program than one backward step after ops, an
    input that is not contiguous, a function that is not smooth there in all that it goes through,
    or one whose graph is cut on the way, as by `detach`.
    """
    plain = _plain_function(where, evidence)
    if plain is None:
        return None
    estimates = [plain.gradient(position, evidence) for position in positions[:MOST]]
    return None if None in estimates else np.array(estimates)


_PLAIN = (Backward, Call, Grad, Read, RetainGrad)
"""Hooks, modes and functions of one's own may make a gradient anything; these do not."""


@dataclass(frozen=True, slots=True)
class _PlainFunction:
    """A number as a function of one input: the roots, each weighted by its gradient seed."""

    entry: Input
    program: Program
    roots: tuple[tuple[str, Array], ...]

    def gradient(self, position: int, evidence: Evidence) -> complex | None:
        """The gradient's element at a position of the input."""
        if self.entry.dtype not in COMPLEX:
            return self._derivative(position, evidence)
        real, imaginary = (self._derivative(2 * position + n, evidence) for n in (0, 1))
        return None if real is None or imaginary is None else real + 1j * imaginary

    def _derivative(self, part: int, evidence: Evidence) -> float | None:
        """The derivative by one number of the input, where two step sizes agree on it."""
        storage = self.entry.storage
        numbers = storage.view(storage.real.dtype)
        step = STEP * max(1.0, abs(float(numbers[part])))
        coarse = self._slope(part, step, evidence)
        fine = self._slope(part, step / 2, evidence)
        if coarse is None or fine is None or abs(coarse - fine) > SMOOTH * (abs(fine) + 1e-2):
            return None
        return fine

    def _slope(self, part: int, size: float, evidence: Evidence) -> float | None:
        """The central difference, with steps of one size."""
        traces = [
            evidence.run(shifted(self.program, self.entry.name, part, by))
            for by in (size, 0.0, -size)
        ]
        ahead, here, behind = map(self._value, traces)
        if ahead is None or here is None or behind is None:
            return None
        # Kinks on the way may cancel, as those of relu(x) - relu(-x) do: there the derivative is
        # a matter of what is agreed on at each of them, and differences do not show it.
        if not all(_is_smooth(traces, name, size) for name in traces[1].tensors):
            return None
        slope, left, right = (ahead - behind) / (2 * size), here - behind, ahead - here
        return slope if _agree(left, right, slope, size) else None

    def _value(self, trace: Trace) -> float | None:
        total = 0.0
        for root, weight in self.roots:
            output = _values(trace, root)
            if output is None or output.dtype.kind not in "fc":
                return None
            total += float((output * weight.conj()).sum().real)
        return total


def _is_smooth(traces: Sequence[Trace], name: str, size: float) -> bool:
    """Whether a tensor goes on as it came when the input moves: ahead, not at all, and behind."""
    ahead, here, behind = (_values(trace, name) for trace in traces)
    if here is None:
        return True
    if ahead is None or behind is None or not ahead.shape == here.shape == behind.shape:
        return False
    if here.dtype.kind not in "fc":
        return bool((ahead == here).all() and (here == behind).all())
    with np.errstate(all="ignore"):
        slope, left, right = (ahead - behind) / (2 * size), here - behind, ahead - here
        noise = NOISE * np.abs(here)
        return bool((_agree(left, right, slope, size, noise) | ~np.isfinite(here)).all())


def _agree(left: Any, right: Any, slope: Any, size: float, noise: Any = 0.0) -> Any:
    """Whether the slopes of the two sides agree. At a kink they do not, and no step size shows
    it: |x| has a central difference of 0 at 0 for all of them."""
    return np.abs(right - left) <= ONE_SIDED * size * (np.abs(slope) + 1e-2) + noise


def _values(trace: Trace, name: str) -> Array | None:
    state = trace.tensors.get(name)
    return state.values if state and isinstance(state.values, np.ndarray) else None


def _plain_function(where: str, evidence: Evidence) -> _PlainFunction | None:
    """The function whose gradient `where` holds, if the program is no more than that."""
    program = evidence.double
    walks = [n for n, step in enumerate(program.steps) if isinstance(step, Backward | Grad)]
    if len(walks) != 1 or not all(isinstance(step, _PLAIN) for step in program.steps):
        return None
    step = program.steps[walks[0]]
    walk = _of_backward(where, step) if isinstance(step, Backward) else _of_grad(where, step)
    entry = next((entry for entry in program.inputs if walk and entry.name == walk[0]), None)
    if walk is None or entry is None or entry.layout.views:
        return None
    if entry.dtype not in FLOATING | COMPLEX:
        return None
    before = Program(program.inputs, program.steps[: walks[0]])
    trace = evidence.run(before)
    if any(_cuts(step, trace) for step in before.steps) or _is_cut_in_memory(trace):
        return None
    roots = tuple(_weighted(walk[1], walk[2], trace))
    return _PlainFunction(entry, before, roots) if len(roots) == len(walk[1]) else None


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
        weight = _values(trace, seed.name) if isinstance(seed, Ref) else np.ones(())
        if weight is not None:
            yield root.name, np.array(weight)


_Walk: TypeAlias = tuple[str, Sequence[Ref], Sequence[Value]]


def _of_backward(where: str, step: Backward) -> _Walk | None:
    """The input's name, the roots and their seeds."""
    name, _, field = where.partition(".")
    return (name, [step.root], [step.gradient]) if field == "grad" else None


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

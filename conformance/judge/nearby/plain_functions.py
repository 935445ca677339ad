"""A program as a function of one input, and its derivative by central differences.

Of a complex input it is torch's own convention: the derivative by the real part, plus i times that
by the imaginary part, of the real part of the product of the outputs with the conjugates of their
gradient seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from conformance.judge.comparing.closeness import Array
from conformance.judge.nearby.evidence import Evidence
from conformance.judge.nearby.variants import shifted
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.trace import Trace
from conformance.program.values import COMPLEX

STEP = 1e-5  # relative: near the cube root of double's epsilon, where rounding equals curvature
SMOOTH = 1e-4  # relative: how well two step sizes must agree for the function to count as smooth
ONE_SIDED = 1e-2  # relative: how well the slopes of the two sides must agree
NOISE = 1e-15  # relative: of a number that is computed in double precision


@dataclass(frozen=True, slots=True)
class PlainFunction:
    """A number as a function of one input: the roots, each weighted by its gradient seed."""

    entry: Input
    program: Program
    roots: tuple[tuple[str, Array], ...]

    def gradient(self, position: int, evidence: Evidence) -> complex | None:
        """The gradient's element at a position of the input."""
        position = int(_places(self.entry).flat[position])
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
            output = values_in(trace, root)
            if output is None or output.dtype.kind not in "fc":
                return None
            with np.errstate(all="ignore"):
                total += float((output * weight.conj()).sum().real)
        return total


def _is_smooth(traces: Sequence[Trace], name: str, size: float) -> bool:
    """Whether a tensor goes on as it came when the input moves: ahead, not at all, and behind."""
    ahead, here, behind = (values_in(trace, name) for trace in traces)
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


def values_in(trace: Trace, name: str) -> Array | None:
    """A tensor's values in a trace, if they are there."""
    state = trace.tensors.get(name)
    return state.values if state and isinstance(state.values, np.ndarray) else None


def _places(entry: Input) -> Array:
    """Where each element of the input lies in its storage."""
    places = np.arange(entry.storage.size)[entry.offset :]
    strides = tuple(stride * places.itemsize for stride in entry.strides)
    return np.lib.stride_tricks.as_strided(places, entry.shape, strides, writeable=False)


def shows_twice(entry: Input) -> bool:
    """Whether the input shows an element of its storage several times."""
    places = _places(entry)
    return np.unique(places).size < places.size

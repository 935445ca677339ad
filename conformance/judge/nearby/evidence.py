"""What the referee's judgement rests on: the reference's runs of programs near the program, each
made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from conformance.engines.execute import execute
from conformance.engines.protocol import Engine
from conformance.judge.comparing.closeness import Array, as_array, is_close, is_numeric, tolerances
from conformance.judge.nearby.replay import dtypes, places
from conformance.judge.nearby.variants import in_double, perturbed
from conformance.program import Program
from conformance.program.steps import Read
from conformance.program.trace import Returned, TensorState, Trace
from conformance.program.values import NUMPY_DTYPES
from conformance.verdict import Mismatch

Find: TypeAlias = Callable[[Trace], Array | None]

MOVES = 8  # draws of which inputs go up and which down; a tie of two parts in half of them
MANY = 1024  # ulps: a smooth function moves with its inputs, a jump stays as it is


class Evidence:
    """The reference's runs of a program and of those near it."""

    def __init__(self, program: Program, reference: Engine) -> None:
        self.program = program
        self.reference = reference
        self.double = in_double(program)

    def run(self, program: Program) -> Trace:
        """The reference's trace of a program."""
        return execute(program, self.reference)

    @cached_property
    def truth(self) -> Trace:
        """The program in double precision."""
        return self.run(self.double)

    @cached_property
    def is_alike_in_double(self) -> bool:
        """Whether the same tensors share memory there: `x.float()` is `x` itself in single
        precision alone, and what is written to it then goes elsewhere."""
        return self.truth.aliases == self.run(self.program).aliases

    @cached_property
    def near_in_double(self) -> list[Trace]:
        """The program in double precision with each input moved by one unit in the last place:
        a step too small to matter but at a jump."""
        return self._perturbed(self.double, 1)

    @cached_property
    def further_in_double(self) -> list[Trace]:
        """And with `MANY` such steps."""
        return self._perturbed(self.double, MANY)

    def _perturbed(self, program: Program, ulps: int) -> list[Trace]:
        return [self.run(perturbed(program, ulps, seed)) for seed in range(MOVES)]


def finder(mismatch: Mismatch, program: Program) -> Find:
    """Where the mismatch's values stand in a trace of the program, or of one near it."""
    if mismatch.step is not None and isinstance(program.steps[mismatch.step], Read):
        number = mismatch.step
        return lambda trace: _outcome_value(trace, number)
    if mismatch.where.startswith("calls["):
        return lambda trace: _called_value(trace, mismatch.where)
    return lambda trace: _state_value(trace, mismatch.where)


def dtype_of(mismatch: Mismatch, program: Program, trace: Trace, values: Array) -> str:
    """The dtype whose tolerance holds for the values that stand there: the tensor's, if NumPy has
    none such, else that of the values."""
    step = None if mismatch.step is None else program.steps[mismatch.step]
    if isinstance(step, Read):
        state: Any = trace.tensors.get(step.tensor.name)
    elif mismatch.where.startswith("calls["):
        state = _called(trace, mismatch.where)
    else:
        return dtypes(trace).get(mismatch.where, values.dtype.name)
    if isinstance(state, TensorState) and state.dtype not in NUMPY_DTYPES:
        return str(state.dtype)
    return str(values.dtype.name)


def _outcome_value(trace: Trace, number: int) -> Array | None:
    outcome = trace.outcomes[number] if trace.end is None else None
    return as_array(outcome.value) if isinstance(outcome, Returned) else None


def _called_value(trace: Trace, where: str) -> Array | None:
    return _array(_called(trace, where))


def _called(trace: Trace, where: str) -> Any:
    found: Any = [call.values for call in trace.calls]
    for place in where.removeprefix("calls[").removesuffix("]").split("]["):
        if not isinstance(found, list | tuple) or int(place) >= len(found):
            return None
        found = found[int(place)]
    return found


def _state_value(trace: Trace, where: str) -> Array | None:
    found = places(trace).get(where)
    return found if found is not None and is_numeric(found) else None


def _array(state: Any) -> Array | None:
    values = state.values if isinstance(state, TensorState) else None
    return values if isinstance(values, np.ndarray) and is_numeric(values) else None


class Case:
    """One difference in values: which elements differ, how far, and how far the reference's own
    answer moves."""

    def __init__(
        self,
        mismatch: Mismatch,
        evidence: Evidence,
        find: Find,
        expected: Array,
        actual: Array,
        dtype: str,
    ) -> None:
        self.mismatch, self.evidence, self.find = mismatch, evidence, find
        self.expected, self.actual = expected, actual
        self.tolerance = tolerances().get(dtype, (0.0, 0.0))
        self.differs = ~is_close(expected, actual, *self.tolerance)
        self.distance = _apart(expected, actual)

    @property
    def positions(self) -> list[int]:
        """The flat positions of the elements that differ."""
        return [int(position) for position in np.flatnonzero(self.differs)]

    @cached_property
    def truth(self) -> Array | None:
        """The reference's values in double precision, where that run gives the same shape and is
        one of the same program."""
        if not self.evidence.is_alike_in_double:
            return None
        found = self.find(self.evidence.truth)
        return found if found is not None and found.shape == self.expected.shape else None

    @cached_property
    def spread_in_double(self) -> tuple[Array, Array]:
        """How far the reference's answer moves in double precision, by element, with its inputs:
        for one step and for `MANY`."""
        if self.truth is None:
            nothing = np.zeros(self.expected.shape)
            return nothing, nothing
        return (
            self._spread(self.evidence.near_in_double, self.truth),
            self._spread(self.evidence.further_in_double, self.truth),
        )

    def _spread(self, traces: Iterable[Trace], around: Array) -> Array:
        """The widest distance, by element. Where a run gives NaN or infinity, its input left the
        function's domain: that says nothing of rounding, and does not count."""
        widest = np.zeros(around.shape)
        for trace in traces:
            found = self.find(trace)
            if found is not None and found.shape == around.shape:
                apart = _apart(around, found)
                widest = np.maximum(widest, np.where(np.isfinite(apart), apart, 0.0))
        return widest


def _apart(left: Array, right: Array) -> Array:
    """The distance of each element: 0 for two NaNs, infinite for one."""
    with np.errstate(all="ignore"):
        distance = np.abs(left.astype(np.complex128) - right.astype(np.complex128))
        same = (left == right) | ((left != left) & (right != right))
        return np.asarray(np.where(same, 0.0, np.nan_to_num(distance, nan=np.inf, posinf=np.inf)))

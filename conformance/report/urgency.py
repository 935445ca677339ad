"""What is to be mended first: wrong values and gradients on ordinary data before all the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from conformance.catalogue import op_of
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import Backward, Call, Forget, Grad, Read, Step
from conformance.verdict import GRADE_OF, Mismatch

_USELESS = "crash hang value shape grad_missing grad_shape grad_value"
_TIERS: Mapping[str, int] = {
    **dict.fromkeys(_USELESS.split(), 0),
    **dict.fromkeys(("dtype", "grad_dtype", "flaky"), 1),
}
"""The kinds of grade 1: what nobody can work with, and what many can. All other kinds follow by
their grade."""

PLAIN = 4  # steps: an op or two, a sum, and a pass through the graph


@dataclass(frozen=True, slots=True)
class Urgency:
    """How much a difference matters: smaller is graver.

    Attributes:
        tier: by what differs.
        oddness: how many things about the program few users meet, 0 for an op or two on a few
            ordinary numbers.
    """

    tier: int
    oddness: int


def urgency(mismatch: Mismatch, program: Program) -> Urgency:
    """How much a difference matters."""
    tier = _TIERS.get(mismatch.kind)
    if mismatch.loses_a_value:
        tier = 1  # There is no value either.
    if tier is None:
        tier = GRADE_OF.get(mismatch.kind, 1)
    return Urgency(tier, min(sum(_oddities(program)), 4))


def _oddities(program: Program) -> Iterator[bool]:
    inputs, steps = program.inputs, program.steps
    yield any(entry.dtype != "float32" for entry in inputs)
    yield any(map(_has_odd_numbers, inputs))
    yield any(0 in entry.shape or not entry.array.flags.c_contiguous for entry in inputs)
    yield any(map(_is_odd, steps))
    yield any(isinstance(step, Call) and bool(step.kwargs) for step in steps)
    yield len(steps) > PLAIN


def _has_odd_numbers(entry: Input) -> bool:
    with np.errstate(all="ignore"):
        return not bool((np.abs(entry.storage.astype("complex128")) < 1e6).all())


def _is_odd(step: Step) -> bool:
    if isinstance(step, Backward | Grad):
        return bool(step.create_graph)
    if isinstance(step, Call):
        return op_of(step) is None or step.form == "attribute"
    return not isinstance(step, Read | Forget)

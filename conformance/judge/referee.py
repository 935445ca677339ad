"""Mismatches → Verdict: whether a difference in values is wrong, or what else it is.

Only what fails the fast check comes here, so it may take a few dozen runs of the reference.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np

from conformance.engines.protocol import Engine
from conformance.execute import execute
from conformance.judge.closeness import is_close
from conformance.judge.compare import compare
from conformance.judge.conventions import NON_FINITE, conventions
from conformance.judge.evidence import Array, Case, Evidence, finder
from conformance.judge.finite_differences import derivative
from conformance.judge.shown import shown_grades
from conformance.program import Program
from conformance.trace import Raised, Trace
from conformance.verdict import Judgement, Mismatch, Verdict

Finding: TypeAlias = tuple[Judgement, str] | None

SLACK = 8.0  # a result may be this many times further off than one ulp in each number explains
JUMP = 0.1  # of a difference: how much a jump beside the input must explain to be its cause
EDGE = float(np.finfo(np.float32).max) / 16
NOISE = 0.01  # of a jump: a difference that is smaller comes of something else
GROWTH = 32.0  # far less than the 1,024 times that a smooth function's answer moves (`MANY`)


def judge(program: Program, reference: Engine, subject: Engine) -> Verdict:
    """Run the program on both, compare, and judge what differs."""
    return adjudicate(program, execute(program, reference), execute(program, subject), reference)


def adjudicate(program: Program, expected: Trace, actual: Trace, reference: Engine) -> Verdict:
    """The verdict on two traces of the program that are already there. Each difference in values
    is `wrong`, or else, in this order:

    - `reference_suspect`: finite differences side with the subject against the reference;
    - `ill_conditioned`: both overflow on the way to a number that double precision has, or one
      where an input is next to the greatest number: which of infinity, NaN and that number comes
      out is a matter of the order in which a kernel adds up;
    - `ill_conditioned`: the reference gives the subject's answer where the inputs lie otherwise in
      memory: which of two zeros a minimum is, say, depends on how many are computed at a time;
    - `convention`: the reference itself jumps beside these inputs, or the ops decide between a
      number and NaN: the subject must match, but it is known what it missed;
    - `ill_conditioned`: the reference's own answer moves as far when the inputs, and what each op
      gives, move by one unit in the last place. This alone is no failure;
    - `reference_suspect`: in double precision the reference sides with the subject.

    Where the reference failed an assertion of its own, a subject that does not is not blamed
    either: that is `reference_suspect`, too, since nobody means such an error to be raised.
    """
    mismatches = tuple(
        _without_assertion(mismatch, expected) for mismatch in compare(expected, actual, program)
    )
    if any(_is_about_values(mismatch) for mismatch in mismatches):
        evidence = Evidence(program, reference)
        mismatches = tuple(
            _judged(mismatch, expected, actual, evidence)
            if _is_about_values(mismatch)
            else mismatch
            for mismatch in mismatches
        )
    return Verdict(program.hash, mismatches, shown_grades(program, expected))


OWN_FAULTS = (
    "INTERNAL ASSERT FAILED",  # how torch's own assertions begin, which ask for a bug report
    "ZeroTensors are immutable",  # a tensor without memory, which torch means to keep to itself
)


def _without_assertion(mismatch: Mismatch, expected: Trace) -> Mismatch:
    if mismatch.kind in ("raises", "error_type", "error_message") and mismatch.step is not None:
        outcome = expected.outcomes[mismatch.step]
        if isinstance(outcome, Raised) and any(each in outcome.message for each in OWN_FAULTS):
            reason = "it fails an assertion of its own"
            return replace(mismatch, judgement="reference_suspect", reason=reason)
    return mismatch


def _is_about_values(mismatch: Mismatch) -> bool:
    return mismatch.kind in ("value", "grad_value", "zero_sign") and not mismatch.consequence


def _judged(mismatch: Mismatch, expected: Trace, actual: Trace, evidence: Evidence) -> Mismatch:
    find = finder(mismatch, evidence.program)
    wanted, got = find(expected), find(actual)
    if wanted is None or got is None or wanted.shape != got.shape or wanted.dtype.kind not in "fc":
        judgement: Judgement | None = None if mismatch.kind == "zero_sign" else "wrong"
        return replace(mismatch, judgement=judgement)
    case = Case(mismatch, evidence, find, wanted, got)
    if mismatch.kind == "zero_sign":
        judgement, reason = _sign_by_layout(case) or (None, "")
        return replace(mismatch, judgement=judgement, reason=reason)
    tests = (
        _suspect_by_differences,
        _overflow,
        _layout,
        _convention,
        _ill_conditioned,
        _suspect_in_double,
    )
    found = next((finding for test in tests if (finding := test(case))), None)
    judgement, reason = found or ("wrong", "")
    return replace(mismatch, judgement=judgement, reason=reason)


def _suspect_by_differences(case: Case) -> Finding:
    truth = case.truth
    if case.mismatch.kind != "grad_value" or truth is None:
        return None
    estimate = derivative(case.mismatch.where, case.positions, case.evidence)
    if estimate is None:
        return None
    reference, subject = truth[case.differs][: len(estimate)], case.actual[case.differs]
    subject = subject[: len(estimate)]
    if _near(estimate, reference, 1e-3) or not _near(estimate, subject, 1e-2):
        return None
    return "reference_suspect", f"finite differences give {estimate.tolist()}"


def _near(estimate: Array, gradient: Array, tolerance: float) -> bool:
    return bool(is_close(estimate, gradient, tolerance, tolerance * 1e-2).all())


def _overflow(case: Case) -> Finding:
    truth = case.truth
    if truth is None or truth.dtype == case.expected.dtype:
        return None
    sides = (case.expected, case.actual)
    lost = [~np.isfinite(side) for side in sides]
    overflowed = lost[0] & lost[1] & np.isfinite(truth)
    if _is_at_the_edge(case.evidence.program):
        held = [is_close(truth, side, *case.tolerance) for side in sides]
        overflowed |= (lost[0] & held[1]) | (held[0] & lost[1])
    if not overflowed[case.differs].all():
        return None
    return "ill_conditioned", "it overflows on the way to what double precision has as a number"


def _is_at_the_edge(program: Program) -> bool:
    """Whether an input is so near the greatest number of single precision that the sum of a few
    overflows in one order and not in another, or with one rounding and not with two."""
    values = (entry.storage for entry in program.inputs if entry.dtype in ("float32", "complex64"))
    with np.errstate(invalid="ignore"):
        near = [np.isfinite(each) & (np.abs(each) > EDGE) for each in values]
    return any(each.any() for each in near)


_LAID_ANEW = "the reference gives that of the same values laid out anew"


def _layout(case: Case) -> Finding:
    for trace in case.evidence.relaid:
        found = case.find(trace)
        if found is None or found.shape != case.actual.shape:
            continue
        if is_close(found, case.actual, *case.tolerance)[case.differs].all():
            return "ill_conditioned", _LAID_ANEW
    return None


def _sign_by_layout(case: Case) -> Finding:
    for trace in case.evidence.relaid:
        found = case.find(trace)
        if found is not None and np.array_equal(_signs(found), _signs(case.actual)):
            return "ill_conditioned", _LAID_ANEW
    return None


def _signs(values: Array) -> Array:
    """Which numbers have a minus sign; a complex one is two."""
    return np.signbit(np.stack([values.real, values.imag]) if values.dtype.kind == "c" else values)


def _convention(case: Case) -> Finding:
    names = list(conventions(case.evidence.program))
    finite = np.isfinite(case.expected) & np.isfinite(case.actual)
    if not finite[case.differs].all():
        if suspect := _suspect_in_double(case):
            return suspect
        named = [name for name in names if name in NON_FINITE]
        return ("convention", ", ".join(named)) if named else None
    once, often = case.spread_in_double
    jumps = (once >= JUMP * case.distance) & (often < GROWTH * once)
    jumps &= case.distance >= NOISE * once
    if not jumps[case.differs].all():
        return None
    return "convention", ", ".join(names) or "a jump beside the inputs"


def _ill_conditioned(case: Case) -> Finding:
    spread = case.spread
    allowed = case.allowed + SLACK * spread
    fits = np.isfinite(case.distance) & (case.distance <= allowed)
    fits |= ~np.isfinite(case.distance) & case.reached  # a tangent at 2e7, say, times infinity
    if not fits[case.differs].all():
        return None
    widest = float(spread[case.differs].max())
    return (
        "ill_conditioned",
        f"one unit in the last place of inputs and results moves it by {widest:.3g}",
    )


def _suspect_in_double(case: Case) -> Finding:
    truth = case.truth
    if truth is None or truth.dtype == case.expected.dtype:
        return None
    off = ~is_close(truth, case.expected, *case.tolerance) & case.differs
    if not off.any() or not is_close(truth, case.actual, *case.tolerance)[case.differs].all():
        return None
    return "reference_suspect", "the reference in double precision agrees with the subject"

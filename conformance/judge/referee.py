"""Mismatches → Verdict: whether a difference in values is wrong, or what else it is.

Only what fails the fast check comes here, so it may take a few dozen runs of the reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from conformance.engines.execute import execute, takes_whole_programs
from conformance.engines.protocol import Engine
from conformance.judge.comparing.closeness import Array, is_close
from conformance.judge.comparing.compare import compare
from conformance.judge.conventions import NON_FINITE, conventions
from conformance.judge.nearby.evidence import Case, Evidence, Find, dtype_of, finder
from conformance.judge.nearby.finite_differences import derivative
from conformance.judge.nearby.replay import places
from conformance.judge.otherwise.overwritten import Earlier, differing, overwritten
from conformance.judge.otherwise.witnesses import Witnesses
from conformance.judge.shown_grades import shown_grades
from conformance.program import Program
from conformance.program.steps import refs_of
from conformance.program.trace import Raised, Trace
from conformance.verdict import Judgement, Kind, Mismatch, Verdict

Finding: TypeAlias = tuple[Judgement | None, str] | None

JUMP = 0.1  # of a difference: how much a jump beside the input must explain to be its cause
EDGE = float(np.finfo(np.float32).max) / 16
NOISE = 0.01  # of a jump: a difference that is smaller comes of something else
GROWTH = 32.0  # far less than the 1,024 times that a smooth function's answer moves (`MANY`)


def judge(program: Program, reference: Engine, subject: Engine) -> Verdict:
    """Run the program on both, compare, and judge what differs."""
    expected, actual = execute(program, reference), execute(program, subject)
    return adjudicate(program, expected, actual, reference, subject)


def adjudicate(
    program: Program,
    expected: Trace,
    actual: Trace,
    reference: Engine,
    subject: Engine | None = None,
) -> Verdict:
    """The verdict on two traces of the program that are already there.

    Where the subject can be asked again, it is asked what it had at places that it wrote to once
    more, before a value is called wrong.

    Where values differ, witnesses are asked first. A difference of any kind that is gone beside
    the reference's run with the subject's own roundings, or in one of the other ways in which
    torch may compute its ops, is `ill_conditioned`. What remains is `wrong`, or else, in this
    order:

    - `reference_suspect`: finite differences side with the subject against the reference;
    - `ill_conditioned`: both overflow on the way to a number that double precision has, or one
      where an input is next to the greatest number: which of infinity, NaN and that number comes
      out is a matter of the order in which a kernel adds up;
    - `convention`: the reference itself jumps beside these inputs, or the ops decide between a
      number and NaN: the subject must match, but it is known what it missed;
    - `reference_suspect`: in double precision the reference sides with the subject.

    A reference in a process of its own cannot be stepped through, so there are no witnesses: what
    they would excuse is judged by the rest.

    Where the reference failed an assertion of its own, a subject that does not is not blamed
    either: that is `reference_suspect`, too, since nobody means such an error to be raised.
    """
    mismatches = _without_assertions(compare(expected, actual, program), program)
    shows = shown_grades(program, expected)
    counting = any(mismatch.counts for mismatch in mismatches)
    if not counting or not (
        any(map(_is_about_values, mismatches)) or differing(places(expected), places(actual))
    ):
        return Verdict(program.hash, mismatches, shows)
    evidence = Evidence(program, reference)

    steps = not takes_whole_programs(reference)

    def heard(earlier: Earlier | None) -> tuple[Mismatch, ...]:
        witnesses: Witnesses | Unwitnessed = (
            Witnesses(program, reference, expected, actual, earlier=earlier)
            if steps
            else Unwitnessed(expected)
        )
        beside = _by_place(compare(witnesses.trace, actual, program))
        return tuple([_judged(each, beside, actual, witnesses, evidence) for each in mismatches])

    told = heard(None)
    left = any(_is_about_values(each) and each.counts for each in told)
    if subject is not None and steps and left:
        earlier = overwritten(program, reference, subject, expected)
        again = heard(earlier) if earlier else told
        # What was nobody's fault in the first hearing stays so: the second ends at a fault.
        told = tuple(
            [late if early.counts else early for early, late in zip(told, again, strict=True)]
        )
    return Verdict(program.hash, told, shows)


@dataclass(frozen=True, slots=True)
class Unwitnessed:
    """In place of `Witnesses`, where there are none: the reference's own run, and no other way."""

    trace: Trace
    evidence: tuple[str, ...] = ()

    def ways_to(
        self, where: str, find: Find, here: Array, subject: Array, dtype: str
    ) -> tuple[str, ...]:
        """None."""
        return ()


OWN_FAULTS = (
    "INTERNAL ASSERT FAILED",  # how torch's own assertions begin, which ask for a bug report
    "ZeroTensors are immutable",  # a tensor without memory, which torch means to keep to itself
)


def _without_assertions(mismatches: Sequence[Mismatch], program: Program) -> tuple[Mismatch, ...]:
    """The mismatches, those of which judged in which the reference failed an assertion of its own,
    and what such a step had not done yet: hooks, gradients, and all that comes later. It may have
    left the histories of its operands in pieces."""
    faults = [_is_own_fault(each) for each in mismatches]
    failed = [each.step for each, fault in zip(mismatches, faults, strict=True) if fault]
    first = min((step for step in failed if step is not None), default=None)
    used = set() if first is None else {ref.name for ref in refs_of(program.steps[first])}

    def follows(mismatch: Mismatch) -> bool:
        if first is None or mismatch.kind == "unsupported":
            return False
        if mismatch.kind == "flag" and mismatch.where.partition(".")[0] in used:
            return True
        return mismatch.step is None or mismatch.step >= first or ".grad" in mismatch.where

    return tuple(
        replace(each, judgement="reference_suspect", reason="it fails an assertion of its own")
        if fault or follows(each)
        else each
        for each, fault in zip(mismatches, faults, strict=True)
    )


def _is_own_fault(mismatch: Mismatch) -> bool:
    raised = None if mismatch.kind == "unsupported" else mismatch.expected
    return isinstance(raised, Raised) and any(each in raised.message for each in OWN_FAULTS)


def _is_about_values(mismatch: Mismatch) -> bool:
    return mismatch.kind in ("value", "grad_value", "zero_sign") and not mismatch.consequence


_Place: TypeAlias = tuple[int | None, str]


def _by_place(mismatches: Iterable[Mismatch]) -> Mapping[_Place, Mapping[Kind, Mismatch]]:
    found: dict[_Place, dict[Kind, Mismatch]] = {}
    for mismatch in mismatches:
        found.setdefault((mismatch.step, mismatch.where), {})[mismatch.kind] = mismatch
    return found


def _judged(
    mismatch: Mismatch,
    beside: Mapping[_Place, Mapping[Kind, Mismatch]],
    actual: Trace,
    witnesses: Witnesses | Unwitnessed,
    evidence: Evidence,
) -> Mismatch:
    """The mismatch with what is to be said of it; `beside` are those with the reference's run that
    has the subject's roundings."""
    if not mismatch.counts:
        return mismatch
    left = beside.get((mismatch.step, mismatch.where), {})
    if mismatch.kind not in left:
        # Where the values agree now the signs of zeros may not, or the other way round.
        left = {kind: each for kind, each in left.items() if _is_about_values(each)}
        if not left or not _is_about_values(mismatch):
            return _open(mismatch, _ROUNDED, witnesses.evidence)
        mismatch = next(iter(left.values()))
    if not _is_about_values(mismatch):
        return mismatch
    find = finder(mismatch, evidence.program)
    wanted, got = find(witnesses.trace), find(actual)
    if wanted is None or got is None or wanted.shape != got.shape:
        return _blamed(mismatch, None)
    dtype = dtype_of(mismatch, evidence.program, witnesses.trace, wanted)
    if by := witnesses.ways_to(mismatch.where, find, wanted, got, dtype):
        return _open(mismatch, _OTHERWISE, by)
    if mismatch.kind == "zero_sign" or wanted.dtype.kind not in "fc":
        return _blamed(mismatch, None)
    return _blamed(mismatch, _finding(Case(mismatch, evidence, find, wanted, got, dtype)))


_ROUNDED = "the reference gives that with the subject's own roundings"
_OTHERWISE = "the reference gives that when its ops are computed otherwise"


def _open(mismatch: Mismatch, reason: str, evidence: tuple[str, ...]) -> Mismatch:
    return replace(mismatch, judgement="ill_conditioned", reason=reason, evidence=evidence)


def _blamed(mismatch: Mismatch, finding: Finding) -> Mismatch:
    """The sign of a zero is never called wrong: nobody says what it should be."""
    default: Judgement | None = None if mismatch.kind == "zero_sign" else "wrong"
    judgement, reason = finding or (default, "")
    return replace(mismatch, judgement=judgement, reason=reason)


def _finding(case: Case) -> Finding:
    tests = _suspect_by_differences, _overflow, _convention, _suspect_in_double
    return next((finding for test in tests if (finding := test(case))), None)


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


_WIDE = frozenset({"bfloat16", "float32", "complex64"})  # those with that range


def _is_at_the_edge(program: Program) -> bool:
    """Whether an input is so near the greatest number of single precision that the sum of a few
    overflows in one order and not in another, or with one rounding and not with two."""
    values = (entry.storage for entry in program.inputs if entry.dtype in _WIDE)
    with np.errstate(invalid="ignore"):
        near = [np.isfinite(each) & (np.abs(each) > EDGE) for each in values]
    return any(each.any() for each in near)


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


def _suspect_in_double(case: Case) -> Finding:
    truth = case.truth
    if truth is None or truth.dtype == case.expected.dtype:
        return None
    off = ~is_close(truth, case.expected, *case.tolerance) & case.differs
    if not off.any() or not is_close(truth, case.actual, *case.tolerance)[case.differs].all():
        return None
    return "reference_suspect", "the reference in double precision agrees with the subject"

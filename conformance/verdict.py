"""Mismatches and verdicts: the kinds of difference, and the grade of parity that each breaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "unsupported",
    "crash",
    "hang",
    "raises",
    "error_type",
    "error_message",
    "shape",
    "dtype",
    "value",
    "grad_missing",
    "grad_shape",
    "grad_dtype",
    "grad_value",
    "flag",
    "version",
    "graph",
    "alias",
    "hook_order",
    "warning",
    "stride",
    "zero_sign",
]

GRADES: Mapping[int, str] = {
    1: "values and gradients",
    2: "raises where the reference raises, and only there",
    3: "with the same error type",
    4: "with the same message",
    5: "everything else that can be observed",
}

GRADE_OF: Mapping[str, int] = {
    "crash": 1,
    "hang": 1,
    "shape": 1,
    "dtype": 1,
    "value": 1,
    "grad_missing": 1,
    "grad_shape": 1,
    "grad_dtype": 1,
    "grad_value": 1,
    "raises": 2,
    "error_type": 3,
    "error_message": 4,
    "flag": 5,
    "version": 5,
    "graph": 5,
    "alias": 5,
    "hook_order": 5,
    "warning": 5,
    "stride": 5,
    "zero_sign": 5,
}
"""The grade that each kind of mismatch breaks. `unsupported` breaks none: it is counted apart."""

Judgement: TypeAlias = Literal["wrong", "ill_conditioned", "convention", "reference_suspect"]

_NOBODY_IS_BLAMED = frozenset({"ill_conditioned", "reference_suspect"})


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference between two traces.

    Attributes:
        step: the number of the step whose outcome differs, or that made the tensor that does;
            None for an input's state.
        where: what differs, as an expression of the program's names: `t0`, `x0.grad.shape`.
        expected, actual: the reference's and the subject's, as short text.
        detail: how far apart: count, greatest absolute and relative difference and its index.
        consequence: whether an earlier mismatch explains it; it then breaks no grade.
        judgement: what the referee says of a difference in values; `reason` names the
            convention, or the evidence.
        evidence: what the referee's witnesses said, a line each.
    """

    kind: Kind
    step: int | None
    where: str
    expected: str
    actual: str
    detail: str = ""
    consequence: bool = False
    judgement: Judgement | None = None
    reason: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it is a failure of the subject: not a consequence, not ill-conditioned, not the
        reference's own fault, and not merely something that the subject does not offer."""
        return not (
            self.consequence or self.kind == "unsupported" or self.judgement in _NOBODY_IS_BLAMED
        )


def missed_grades(mismatches: Iterable[Mismatch]) -> frozenset[int]:
    """The grades that the differences break. A process that dies or never answers gives nothing
    at all. One that raises where the reference returns gives no value either; one that returns
    where the reference raises has neither its type nor message."""
    missed: set[int] = set()
    for mismatch in mismatches:
        if mismatch.counts:
            missed.add(GRADE_OF[mismatch.kind])
            if mismatch.kind in ("crash", "hang"):
                missed |= GRADES.keys()
            elif mismatch.kind == "raises":
                missed |= {1} if mismatch.expected.startswith("returned") else {3, 4}
    return frozenset(missed)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judged result of a program on a subject."""

    program_hash: str
    mismatches: tuple[Mismatch, ...] = ()

    @property
    def outcome(self) -> Literal["agree", "differ", "unsupported"]:
        """`differ` if any mismatch counts; else `unsupported` if a step could not be run."""
        if any(mismatch.counts for mismatch in self.mismatches):
            return "differ"
        if any(m.kind == "unsupported" and m.step is not None for m in self.mismatches):
            return "unsupported"
        return "agree"

    @property
    def failing(self) -> frozenset[int]:
        """The grades that the program breaks."""
        return missed_grades(self.mismatches)

    def grade(self, number: int) -> Literal["agree", "differ", "unsupported"]:
        """How the subject fares at one grade alone. A step that it cannot run leaves every grade
        unsupported; a field that it cannot tell leaves grade 5 so."""
        if number in self.failing:
            return "differ"
        for mismatch in self.mismatches:
            if mismatch.kind == "unsupported" and (mismatch.step is not None or number == 5):
                return "unsupported"
        return "agree"

    @property
    def judgement(self) -> Judgement | None:
        """The gravest of the mismatches' judgements."""
        gravest: tuple[Judgement, ...] = (
            "wrong",
            "convention",
            "reference_suspect",
            "ill_conditioned",
        )
        found = {mismatch.judgement for mismatch in self.mismatches}
        return next((judgement for judgement in gravest if judgement in found), None)

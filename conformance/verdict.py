"""Mismatches and verdicts: the kinds of difference, and the grade of parity that each breaks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from conformance.program.trace import Raised, Returned

Kind: TypeAlias = Literal[
    "unsupported", "crash", "hang", "raises", "error_type", "error_message",
    "shape", "dtype", "value", "grad_missing", "grad_shape", "grad_dtype", "grad_value",
    "flag", "version", "graph", "alias", "identity", "hook_order", "warning", "stride",
    "zero_sign", "flaky",
]  # fmt: skip

GRADES: Mapping[int, str] = {
    1: "values and gradients",
    2: "raises where the reference raises, and only there",
    3: "with the same error type",
    4: "with the same message",
    5: "everything else that can be observed",
}

_KINDS_OF: Mapping[int, str] = {
    1: "crash hang shape dtype value grad_missing grad_shape grad_dtype grad_value",
    2: "raises",
    3: "error_type",
    4: "error_message",
    5: "flag version graph alias identity hook_order warning stride zero_sign",
}

GRADE_OF: Mapping[str, int] = {
    kind: grade for grade, kinds in _KINDS_OF.items() for kind in kinds.split()
}
"""The grade that each kind of mismatch breaks. `unsupported` and `flaky` break none: each is an
outcome of its own."""

ZEROS = "zeros"
"""The detail of a gradient that is None on one side and zero everywhere on the other."""

Grading: TypeAlias = Literal["agree", "differ", "unsupported", "flaky", "unclaimed", "silent"]
"""How a subject fares at one grade of a case. "unclaimed": what differs there, or is lacking, the
subject does not claim; "silent": the case cannot show that grade."""

_APART = frozenset({"unsupported", "flaky"})

Judgement: TypeAlias = Literal[
    "wrong", "ill_conditioned", "convention", "reference_suspect", "claimed", "unclaimed"
]
"""What is said of a difference: by the referee, or by what the subject claims. "claimed": it
lacks something that it says it has; "unclaimed": it does not say that it does this as torch."""

_GRAVEST: tuple[Judgement, ...] = ("wrong", "convention", "reference_suspect", "ill_conditioned")
_NOBODY_IS_BLAMED = frozenset({"ill_conditioned", "reference_suspect", "unclaimed"})

# What is written where values, a shape or a dtype are: `t0`, `t1[0]`, `x0.grad`, `calls[0][1]`.
_VALUES = re.compile(r"\w+(\[\d+\])*(\.grad)*(\.shape|\.dtype)?")


Greatest: TypeAlias = tuple[float, tuple[int, ...], float]
"""The greatest difference of two arrays' numbers by one measure, its index, and what is allowed."""


class Distance(NamedTuple):
    """How far apart two arrays are: how many of their numbers differ, of how many, and how much."""

    differing: int
    size: int
    absolute: Greatest
    relative: Greatest


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference between two traces.

    Attributes:
        step: the number of the step whose outcome differs, or that made the tensor that does;
            None for an input's state, and for what the subject does not let be read.
        where: what differs, as an expression of the program's names: `t0`, `x0.grad.shape`.
        expected, actual: what the reference did, or has there, and what the subject: an outcome,
            a value, a `Lost` process, what was warned of or called. A text stands for itself.
            `wording.worded` puts it into words.
        detail: what else there is to say. Of an `unsupported`, what is lacking, as short as
            `Tensor.exp`; of a `grad_missing`, whether there are `ZEROS`.
        consequence: whether an earlier mismatch explains it; it then breaks no grade.
        judgement: what the referee says of a difference in values; `reason` names the
            convention, or the evidence. Of an `unsupported`, `reason` is the exception.
        evidence: what the witnesses said, a line each.
        distance: of numbers, how far apart they are.
    """

    kind: Kind
    step: int | None
    where: str
    expected: object
    actual: object
    detail: str = ""
    consequence: bool = False
    judgement: Judgement | None = None
    reason: str | Raised = ""
    evidence: tuple[str, ...] = ()
    distance: Distance | None = None

    @property
    def counts(self) -> bool:
        """Whether it is a failure of the subject: not a consequence, not ill-conditioned, not the
        reference's own fault, and not merely something that the subject does not offer, or does
        not always give."""
        if self.consequence or self.judgement in _NOBODY_IS_BLAMED:
            return False
        return self.kind not in _APART or self.judgement == "claimed"

    @property
    def loses_a_value(self) -> bool:
        """Whether the subject raises where the reference returned something."""
        return self.kind == "raises" and isinstance(self.expected, Returned)

    def breaks(self, grade: int) -> bool:
        """Whether the difference is one of that grade, whoever is to blame."""
        return GRADE_OF.get(self.kind) == grade or self.leaves_open(grade)

    def leaves_open(self, grade: int) -> bool:
        """Whether the subject's share of a grade is not known for what it lacks: a step that it
        cannot run leaves every grade open, values that it cannot tell grades 1 and 5, and any
        other field that it cannot tell grade 5 alone."""
        if self.kind != "unsupported":
            return False
        return (
            self.step is not None
            or grade == 5
            or (grade == 1 and _VALUES.fullmatch(self.where) is not None)
        )


def missed_grades(
    mismatches: Iterable[Mismatch], shows: frozenset[int] = frozenset(GRADES)
) -> frozenset[int]:
    """The grades that the differences break, in a case that can show those of `shows`. A process
    that dies or never answers gives nothing at all. One that raises where the reference returns
    gives no value either; one that returns where the reference raises has neither its type nor
    message."""
    missed: set[int] = set()
    for mismatch in mismatches:
        if not mismatch.counts:
            continue
        if mismatch.kind in ("crash", "hang"):
            missed |= shows
        elif mismatch.kind == "unsupported":
            missed |= {grade for grade in shows if mismatch.leaves_open(grade)}
        else:
            missed.add(GRADE_OF[mismatch.kind])
        if mismatch.kind == "raises":
            missed |= shows & ({1} if mismatch.loses_a_value else {3, 4})
    return frozenset(missed)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judged result of a program on a subject.

    Attributes:
        shows: the grades that the program can show at all: only one that raises on the reference
            shows type and message, and one that does nothing else shows no value.
        outside: why the program is none of what the subject claims, so that it was not run.
    """

    program_hash: str
    mismatches: tuple[Mismatch, ...] = ()
    shows: frozenset[int] = frozenset(GRADES)
    outside: str = ""

    @property
    def outcome(self) -> Literal["agree", "differ", "unsupported", "flaky", "unclaimed"]:
        """`differ` if any mismatch counts; else `flaky` if the subject does not always do the
        same; else `unsupported` if a step could not be run, or something not be read; else
        `unclaimed` if anything differs, or the whole program is, outside of what is claimed."""
        if any(mismatch.counts for mismatch in self.mismatches):
            return "differ"
        kinds = {mismatch.kind for mismatch in self.mismatches}
        if "flaky" in kinds:
            return "flaky"
        claimed = [m for m in self.mismatches if m.judgement != "unclaimed"]
        if any(mismatch.kind == "unsupported" for mismatch in claimed):
            return "unsupported"
        return "agree" if len(claimed) == len(self.mismatches) and not self.outside else "unclaimed"

    @property
    def attempted(self) -> bool:
        """Whether every step could be run by the subject."""
        return not any(m.kind == "unsupported" and m.step is not None for m in self.mismatches)

    @property
    def failing(self) -> frozenset[int]:
        """The grades that the program breaks."""
        return missed_grades(self.mismatches, self.shows)

    def grade(self, number: int) -> Grading:
        """How the subject fares at one grade alone."""
        if number in self.failing:
            return "differ"
        if number not in self.shows:
            return "silent"
        if any(mismatch.kind == "flaky" for mismatch in self.mismatches):
            return "flaky"
        if self.outside:
            return "unclaimed"
        open_ = [mismatch for mismatch in self.mismatches if mismatch.leaves_open(number)]
        if any(mismatch.judgement != "unclaimed" for mismatch in open_):
            return "unsupported"
        if any(m.judgement == "unclaimed" and m.breaks(number) for m in self.mismatches):
            return "unclaimed"
        return "agree"

    @property
    def judgement(self) -> Judgement | None:
        """The gravest of the mismatches' judgements."""
        found = {mismatch.judgement for mismatch in self.mismatches}
        return next((judgement for judgement in _GRAVEST if judgement in found), None)

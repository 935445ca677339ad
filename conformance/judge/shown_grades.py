"""Program × Trace of the reference → the grades of parity that the program can show."""

from __future__ import annotations

from conformance.program import Program, steps
from conformance.program.steps import Read, Step
from conformance.program.trace import Raised, Returned, Trace
from conformance.program.words.reads import READS
from conformance.verdict import GRADE_OF

# The steps that make or change values or gradients, and not only what is said of them.
_OF_VALUES = (
    *(steps.Apply, steps.Backward, steps.Call, steps.Copy, steps.Detach, steps.Functional),
    *(steps.Grad, steps.SetData, steps.SetGrad, steps.Snippet),
)


def shown_grades(program: Program, expected: Trace) -> frozenset[int]:
    """The grades that the program can show, by what the reference did. Grade 1 needs a step that
    gave a value there, and grades 3 and 4 one that raised; whether something raises, and the
    state of the inputs, are always seen."""
    grades = {2, 5}
    for step, outcome in zip(program.steps, expected.outcomes, strict=False):
        if isinstance(outcome, Raised):
            grades |= {3, 4}
        elif isinstance(outcome, Returned) and _gives_a_value(step):
            grades.add(1)
    return frozenset(grades)


def _gives_a_value(step: Step) -> bool:
    if isinstance(step, Read):
        return GRADE_OF[READS[step.what].mismatch] == 1
    return isinstance(step, _OF_VALUES)

"""Program × Trace → the counts that `Statistics` keeps."""

from __future__ import annotations

import re
from itertools import combinations

from conformance.catalogue import op_of
from conformance.generate.drawing.features import features_of, is_valid
from conformance.generate.planning.history import interactions
from conformance.generate.statistics import Statistics
from conformance.program import Program
from conformance.program.steps import Step, kind_of
from conformance.program.trace import Raised, Trace

LONGEST = 120  # characters of an error's pattern


class Counting:
    """Counts programs into `statistics`. Those of one structure follow each other, and what is
    counted of the structure is found out once, as long as they raise at the same steps."""

    def __init__(self, statistics: Statistics) -> None:
        self.statistics = statistics
        self._steps: tuple[Step, ...] = ()
        self._raised: list[bool] = []
        self._structure = Statistics()

    def add(self, program: Program, expected: Trace) -> None:
        """Count a program, with what the reference did."""
        into = self.statistics
        raised = [isinstance(outcome, Raised) for outcome in expected.outcomes]
        if program.steps is not self._steps or raised != self._raised:
            self._steps, self._raised = program.steps, raised
            self._structure = _structure(program, expected)
        into.merge(self._structure)
        into.inputs.update([entry.dtype for entry in program.inputs])
        into.errors.update([pattern(o) for o in expected.outcomes if isinstance(o, Raised)])


def _structure(program: Program, expected: Trace) -> Statistics:
    """What does not hang on the values of the inputs, but by what they make raise."""
    made = Statistics(programs=1, valid=int(is_valid(expected)))
    kinds = [kind_of(step) for step in program.steps]
    made.steps.update(kinds)
    made.kinds.update(set(kinds))
    made.ops.update([name for step in program.steps if (name := op_of(step))])
    features = features_of(program)
    made.features.update(features)
    made.pairs.update([f"{first} + {second}" for first, second in combinations(features, 2)])
    made.met.update(interactions(program, expected).keys())
    return made


_QUOTED = re.compile(r"(?<![A-Za-z])'[^']*'|\"[^\"]*\"")
_NUMBERS = re.compile(r"(?<![A-Za-z_\d])-?\d+(?:\.\d+)?(?:e-?\d+)?")
_LISTS = re.compile(r"[\[(](?:N(?:, N|,)*)?[\])]")


def pattern(error: Raised) -> str:
    """The error's type and the first line of its message, with numbers, shapes and what is quoted
    left out: what two errors of one cause have in common."""
    line = error.message.split("\n", 1)[0]
    line = _LISTS.sub("[…]", _NUMBERS.sub("N", _QUOTED.sub("'…'", line)))
    if len(line) > LONGEST:
        line = f"{line[: LONGEST - 1]}…"
    return f"{error.error}: {line}"

"""Program × Trace × Verdict → the counts that `Statistics` keeps."""

from __future__ import annotations

import re
from itertools import combinations

from conformance.catalogue import op_of
from conformance.program import Program
from conformance.program.steps import kind_of
from conformance.sources.statistics import Statistics
from conformance.strategies.features import features_of, is_valid
from conformance.strategies.history import interactions
from conformance.trace import Raised, Trace
from conformance.verdict import Verdict

LONGEST = 120  # characters of an error's pattern


def count(
    into: Statistics, program: Program, expected: Trace, verdict: Verdict | None = None
) -> None:
    """Count a program, with what the reference did and the verdict on the subject."""
    into.programs += 1
    into.valid += is_valid(expected)
    into.inputs.update([entry.dtype for entry in program.inputs])
    kinds = [kind_of(step) for step in program.steps]
    into.steps.update(kinds)
    into.kinds.update(set(kinds))
    into.ops.update([name for step in program.steps if (name := op_of(step))])
    features = features_of(program)
    into.features.update(features)
    into.pairs.update([f"{first} + {second}" for first, second in combinations(features, 2)])
    into.met.update(interactions(program, expected).keys())
    into.errors.update([pattern(o) for o in expected.outcomes if isinstance(o, Raised)])
    if verdict is not None:
        into.outcomes[verdict.outcome] += 1


_QUOTED = re.compile(r"(?<![A-Za-z])'[^']*'|\"[^\"]*\"")
_NUMBERS = re.compile(r"(?<![A-Za-z_])-?\d+(?:\.\d+)?(?:e-?\d+)?")
_LISTS = re.compile(r"[\[(](?:N(?:, N|,)*)?[\])]")


def pattern(error: Raised) -> str:
    """The error's type and the first line of its message, with numbers, shapes and what is quoted
    left out: what two errors of one cause have in common."""
    line = error.message.split("\n", 1)[0]
    line = _LISTS.sub("[…]", _NUMBERS.sub("N", _QUOTED.sub("'…'", line)))
    if len(line) > LONGEST:
        line = f"{line[: LONGEST - 1]}…"
    return f"{error.error}: {line}"

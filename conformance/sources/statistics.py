"""What was drawn: how many programs, of which steps, ops and features, and how they fared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from itertools import combinations
from typing import Any

from conformance.catalogue import op_of
from conformance.program import Program
from conformance.program.steps import kind_of
from conformance.strategies.features import features_of, is_valid
from conformance.strategies.history import interactions
from conformance.trace import Raised, Trace
from conformance.verdict import Verdict

PAIR = " + "  # between the names of two features
LONGEST = 120  # characters of an error's pattern


@dataclass(slots=True)
class Statistics:
    """Counts of programs, except where it says of what else.

    Attributes:
        valid: of the programs that raise nowhere on the reference.
        inputs: of the inputs, by dtype.
        steps: of the steps, by kind.
        kinds: by the kinds of their steps.
        ops: of the calls, by the catalogue's name of the op.
        features: by the features that they use.
        pairs: by each two of these, as `pair_of` names them.
        met: by the doings that met in them; see `interactions`.
        errors: of the errors on the reference, by type and pattern of the message.
        outcomes: of the verdicts.
    """

    programs: int = 0
    valid: int = 0
    inputs: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    ops: Counter[str] = field(default_factory=Counter)
    features: Counter[str] = field(default_factory=Counter)
    pairs: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)

    def add(self, program: Program, expected: Trace, verdict: Verdict | None = None) -> None:
        """Count a program."""
        self.programs += 1
        self.valid += is_valid(expected)
        self.inputs.update([entry.dtype for entry in program.inputs])
        kinds = [kind_of(step) for step in program.steps]
        self.steps.update(kinds)
        self.kinds.update(set(kinds))
        self.ops.update([name for step in program.steps if (name := op_of(step))])
        features = features_of(program)
        self.features.update(features)
        self.pairs.update([pair_of(*pair) for pair in combinations(features, 2)])
        self.met.update(interactions(program, expected).keys())
        self.errors.update([pattern(o) for o in expected.outcomes if isinstance(o, Raised)])
        if verdict is not None:
            self.outcomes[verdict.outcome] += 1

    def merge(self, other: Statistics) -> None:
        """Count what the other has counted, too."""
        self.programs += other.programs
        self.valid += other.valid
        for name, counter in self._counters():
            counter.update(getattr(other, name))

    def _counters(self) -> Iterator[tuple[str, Counter[str]]]:
        for entry in fields(self)[2:]:
            yield entry.name, getattr(self, entry.name)

    def to_json(self) -> dict[str, Any]:
        """The counts as JSON data, the greatest first."""
        counters = {name: dict(counter.most_common()) for name, counter in self._counters()}
        return {"programs": self.programs, "valid": self.valid, **counters}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Statistics:
        """The counts that `to_json` wrote.

        Raises:
            KeyError: one is missing.
        """
        made = cls(data["programs"], data["valid"])
        for name, counter in made._counters():
            counter.update(data[name])
        return made


def pair_of(first: str, second: str) -> str:
    """The name of a pair of features, the same whichever comes first."""
    return PAIR.join(sorted((first, second)))


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

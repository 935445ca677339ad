"""What was exercised: how many programs, of which steps, ops and features, and what met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any


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
        pairs: by each two of these.
        met: by the effects that met in them; see `planning.history`.
        errors: of the errors on the reference, by type and pattern of the message.
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

    def pair(self, first: str, second: str) -> int:
        """How many programs used both features."""
        return self.pairs[f"{first} + {second}"] or self.pairs[f"{second} + {first}"]

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


def merged(parts: Iterable[Statistics]) -> Statistics:
    """The counts of all the parts together."""
    whole = Statistics()
    for part in parts:
        whole.merge(part)
    return whole

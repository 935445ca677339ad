"""What drawing gives: a program, and what was learnt while it was drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.program import Program
from conformance.program.trace import Trace

SCRIPT = "# a program:"  # what its script begins with, where a value is shown


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Drawn:
    """A drawn program; `program, trace = drawn`.

    Attributes:
        trace: what the reference did.
        met: how often effects of two steps met, by name; see `planning.history`.
    """

    program: Program
    trace: Trace
    met: Counter[str]

    def __iter__(self) -> Iterator[Any]:
        return iter((self.program, self.trace))

    def __repr__(self) -> str:
        return f"<a program of {len(self.program.steps)} steps>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """How Hypothesis shows it: as a script that a person can run."""
        with printer.indent(0):
            printer.text(f"{SCRIPT}\n" + self.program.script(self.trace))

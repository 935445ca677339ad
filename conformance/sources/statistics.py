"""What was drawn: how many programs, of which steps and ops, and how they fared."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from conformance.catalogue import op_of
from conformance.program import Program
from conformance.program.steps import kind_of
from conformance.trace import Raised, Trace
from conformance.verdict import Verdict


@dataclass(slots=True)
class Statistics:
    """Counts of programs.

    Attributes:
        valid: of the programs that raise nowhere on the reference.
        steps: of the steps, by kind.
        ops: of the calls, by the catalogue's name of the op.
        outcomes: of the verdicts.
    """

    programs: int = 0
    valid: int = 0
    inputs: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    ops: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)

    def add(self, program: Program, expected: Trace, verdict: Verdict | None = None) -> None:
        """Count a program."""
        self.programs += 1
        self.valid += not any(isinstance(outcome, Raised) for outcome in expected.outcomes)
        self.inputs.update(entry.dtype for entry in program.inputs)
        self.steps.update(kind_of(step) for step in program.steps)
        self.ops.update(name for step in program.steps if (name := op_of(step)))
        if verdict is not None:
            self.outcomes[verdict.outcome] += 1

"""The `with` blocks of a printed script: how they open, nest, and are left."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.program.steps import EnterMode, LeaveMode, PackHooks, Step
from conformance.program.trace import Outcome, Returned

INDENT = "    "


class Blocks:
    """The open `with` blocks. One that an exception leaves stands inside a `try`, so how it is
    left must be known when it is opened."""

    def __init__(self, steps: Sequence[Step], outcomes: Sequence[Outcome]) -> None:
        self.raising: set[int] = set()  # the numbers of the steps that open such a block
        self.inner: list[bool] = []  # for each open block, whether it is one
        opened: list[int] = []
        for number, (step, outcome) in enumerate(zip(steps, outcomes, strict=True)):
            if isinstance(step, EnterMode | PackHooks) and isinstance(outcome, Returned):
                opened.append(number)
            elif isinstance(step, LeaveMode) and opened and step.raising:
                self.raising.add(opened.pop())
            elif isinstance(step, LeaveMode) and opened:
                opened.pop()

    def indented(self, lines: list[str]) -> list[str]:
        """The lines, as deep as the innermost block's body."""
        deep = INDENT * (len(self.inner) + sum(self.inner))
        return [deep + line for line in lines]

    def open(self, number: int, lines: list[str]) -> list[str]:
        """The lines, the last of which opens a block."""
        raising = number in self.raising
        if raising:
            lines = [*lines[:-1], "try:", INDENT + lines[-1]]
        lines = self.indented(lines)
        self.inner.append(raising)
        return lines

    def close(self, before: str) -> list[str]:
        """What ends the innermost block, if there is one; `before` is the line above."""
        if not self.inner:
            return []
        last = 'raise RuntimeError("left")' if self.inner[-1] else "pass"
        ending = self.indented([last]) if self.inner[-1] or before.endswith(":") else []
        if self.inner.pop():
            ending += self.indented(["except RuntimeError:", INDENT + "pass"])
        return ending

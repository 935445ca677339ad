"""The seed: a tutorial on `backward()` and its `gradient`, recorded on a torch older than 1.3.

`tutorial.txt` is a notebook as text: headings, `In [150]:` with code up to a blank line, then what
the cell printed. Each cell is a program of one `Snippet`, so each runs in a fresh namespace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from conformance.program import Program
from conformance.program.steps import Snippet
from conformance.program.trace import Raised, Returned, Text, Trace

SETUP = 71  # the cell `import torch`, which is what binding `torch` to an engine stands for

_CELL = re.compile(r"^In \[(\d+)\]:\n", re.MULTILINE)
_HEADING = re.compile(r"^## .*\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cell:
    """One code cell: its number in the notebook, its heading, its code, and what it printed when
    it was recorded."""

    id: int
    heading: str
    code: str
    recorded: str

    @property
    def program(self) -> Program:
        """The cell as a program."""
        return Program((), (Snippet(self.code),))

    def drifted(self, trace: Trace) -> bool:
        """Whether a run of the cell shows something else than was recorded. With the reference's
        trace, that is a change of torch itself since then: version drift."""
        return shown(trace) != self.recorded


def shown(trace: Trace) -> str:
    """What a reader sees under the cell: the printed text, then the error if one ended it."""
    outcome = trace.outcomes[0]
    if isinstance(outcome, Returned) and isinstance(outcome.value, Text):
        return outcome.value.text.rstrip()
    if isinstance(outcome, Raised):
        return f"{outcome.printed}{outcome.error}: {outcome.message}".rstrip()
    return f"<{type(outcome).__name__}>"


@cache
def cells() -> tuple[Cell, ...]:
    """Every cell of the tutorial, in its order, but for the import."""
    text = files("conformance.corpus").joinpath("tutorial.txt").read_text(encoding="utf-8")
    return tuple(cell for cell in _parsed(text) if cell.id != SETUP)


def _parsed(text: str) -> Iterator[Cell]:
    heading = ""
    before, *parts = _CELL.split(text)
    if found := _HEADING.findall(before):
        heading = found[-1]
    for number, body in zip(parts[::2], parts[1::2], strict=True):
        code, _, after = body.partition("\n\n")
        # A heading belongs to the cells below it, never to the output above.
        recorded = _HEADING.sub("", after).strip()
        yield Cell(int(number), heading.lstrip("# ").rstrip(), code.rstrip("\n") + "\n", recorded)
        if found := _HEADING.findall(after):
            heading = found[-1]

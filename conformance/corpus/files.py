"""Program files as they lie on disk: data, of which only the corpus's own code may be run."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from conformance.corpus.options import all_cases
from conformance.corpus.provocations import provocations
from conformance.corpus.tutorial import cells
from conformance.program import Program
from conformance.program.limits import TEXT
from conformance.program.steps import Snippet
from conformance.program.values import ProgramError


@cache
def shipped_snippets() -> frozenset[str]:
    """The code of every snippet of the frozen corpus."""
    programs = [cell.program for cell in cells()] + [row.program for row in provocations()]
    programs += [case.program for case in all_cases()]
    steps = (step for program in programs for step in program.steps)
    return frozenset(step.code for step in steps if isinstance(step, Snippet))


def read_program(path: Path) -> Program:
    """The program that a file holds.

    Raises:
        ProgramError: the file cannot be read, is broken, or holds code that is not the corpus's.
    """
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(TEXT + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise ProgramError(f"cannot read it: {error}") from error
    return Program.from_json(text, shipped_snippets())

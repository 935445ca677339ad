"""Where mathematics leaves a derivative open and torch has settled on one answer, by name."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.catalogue import CATALOGUE, op_of
from conformance.program import Program

NON_FINITE: frozenset[str] = frozenset(
    {
        "prod with zeros",
        "where nan branch",
        "norm at zero",
        "zero to the zero",
        "sqrt at zero",
        "log at zero",
    }
)
"""The conventions that decide between a number and NaN or infinity, with no jump beside it."""


def conventions(program: Program) -> Iterator[str]:
    """The conventions that the program's ops may touch, as the catalogue names them, in program
    order, each once."""
    entries = [CATALOGUE.get(op_of(step) or "") for step in program.steps]
    names = dict.fromkeys(name for entry in entries if entry for name in entry.conventions)
    yield from (name.replace("_", " ") for name in names)

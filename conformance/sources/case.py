"""A case: a program with the id, the op and the check that it is reported under."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from conformance.program import Program

Check: TypeAlias = Literal[
    "value", "gradient", "second_order", "errors", "messages", "tutorial", "programs"
]

CHECKS: tuple[Check, ...] = (
    "value",
    "gradient",
    "second_order",
    "errors",
    "messages",
    "tutorial",
    "programs",
)
"""In the order in which reports show them."""


@dataclass(frozen=True, slots=True)
class Case:
    """A program to run on both engines.

    Attributes:
        id: stable between runs, and readable: `opinfo/add/float32/gradient/3`. Lists of known
            differences are patterns over it.
        op: the catalogue's name of the op that it is about; "tutorial" for a cell, and for a
            provocation its feature.
        check: what about the op it asks.
    """

    id: str
    op: str
    check: Check
    program: Program


def hash_of_corpus(entries: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over the id and program hash of each case of a frozen corpus: two scores with the
    same one were measured on the same programs, in whatever order."""
    lines = sorted(f"{name} {program}\n" for name, program in entries)
    return hashlib.sha256("".join(lines).encode()).hexdigest()

"""A case: a program with the id, the op and the check that it is reported under."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from conformance.catalogue import CATALOGUE
from conformance.program import Program

Check: TypeAlias = Literal[
    "value", "gradient", "second_order", "errors", "neighbours", "messages", "options", "tutorial",
    "found", "programs",
]  # fmt: skip

CHECKS: tuple[Check, ...] = get_args(Check)
"""In the order in which reports show them."""

OWN_CASES = "own"
"""What the ids of cases of a user's own ops begin with; they are no part of the frozen corpus."""

NO_OP = "autograd"
"""What stands in an op's place where none is at fault: a walk, a hook, a mode."""


@dataclass(frozen=True, slots=True)
class Case:
    """A program to run on both engines.

    Attributes:
        id: stable between runs, and readable: `opinfo/add/float32/gradient/3`. Lists of known
            differences are patterns over it.
        op: the catalogue's name of the op that it is about; "tutorial" for a cell, for a
            provocation its feature, and `NO_OP` for what was found where no op is at fault.
        check: what it asks about the op.
    """

    id: str
    op: str
    check: Check
    program: Program


_OF_ENTRY: Mapping[str, str] = {
    f"{name}.{variant}" if variant else name: entry.name
    for entry in CATALOGUE.values()
    for name, variant in entry.opinfo
}
"""The catalogue's name of the op that an entry of torch's database is of."""


def op_and_check(case: str) -> tuple[str, str]:
    """The op and the check that the id of a case says, as lists of known differences name them:
    `opinfo/sum/float32/gradient/3` is of `sum` and `gradient`. Of a program at which no op is at
    fault the op is `NO_OP`."""
    source, *rest = case.split("/")
    if source in ("opinfo", OWN_CASES):
        check = next((word for word in rest[1:] if word in CHECKS), "")
        return _OF_ENTRY.get(rest[0], rest[0]), check
    if source == "tutorial":
        return source, source
    return (rest[0] if len(rest) > 1 else NO_OP), source


def is_frozen(case: str) -> bool:
    """Whether the case of that id is one of the frozen corpus, and not of a user's own op."""
    return case.partition("/")[0] != OWN_CASES


def hash_of_corpus(entries: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over the id and program hash of each case of a frozen corpus: two scores with the
    same one were measured on the same programs, in whatever order."""
    lines = sorted(f"{name} {program}\n" for name, program in entries)
    return hashlib.sha256("".join(lines).encode()).hexdigest()

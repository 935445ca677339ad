"""What people say of survivors: `survivors.txt`, a line each: `id | equivalent or missed | reason`.

An equivalent is a mutant that no program can tell from the engine; it counts for nothing. A missed
one could be found, and the reason says by which program.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FILE = Path(__file__).parents[1] / "survivors.txt"


class MarkError(Exception):
    """A line is none, or names no mutant."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said of a mutant."""

    word: Literal["equivalent", "missed"]
    reason: str


def read_marks(text: str) -> dict[str, Mark]:
    """The marks of a text, by the mutants' ids.

    Raises:
        MarkError: a line is none, or an id stands twice.
    """
    found: dict[str, Mark] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, *rest = (part.strip() for part in line.split("|", 2))
        if len(rest) != 2 or rest[0] not in ("equivalent", "missed") or not rest[1]:
            raise MarkError(f"line {number}: write `id | equivalent or missed | reason`: {line!r}")
        if name in found:
            raise MarkError(f"line {number}: {name} stands twice")
        found[name] = Mark("equivalent" if rest[0] == "equivalent" else "missed", rest[1])
    return found


def check_marks(marks: Mapping[str, Mark], known: Collection[str]) -> None:
    """Refuse a mark of what is no mutant of the engine (any more).

    Raises:
        MarkError: there is one.
    """
    if strange := [name for name in marks if name not in known]:
        raise MarkError(f"no mutant of the engine: {', '.join(strange)}; take these lines out")

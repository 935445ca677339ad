"""What fuzzing found, shortened and kept: a file a program, `found/<op>/<name>.json`.

A file holds the program and a note of how it was found: by which seed, engine and torch, when, and
what differed. What is right is asked of the reference, as of every case. Once here, a program is
run by every campaign, whatever its seed; `keep` adds one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from conformance.corpus.case import Case
from conformance.program import Program


@dataclass(frozen=True, slots=True)
class Found:
    """A program that fuzzing found.

    Attributes:
        op: at which it differed; `case.NO_OP` where none was at fault.
        name: unique for the op.
        note: how it was found, and what differed.
    """

    op: str
    name: str
    program: Program
    note: Mapping[str, Any]

    @property
    def case(self) -> Case:
        """The program as a case of the corpus."""
        return Case(f"found/{self.op}/{self.name}", self.op, "found", self.program)


@cache
def found() -> tuple[Found, ...]:
    """All of them, op by op.

    Raises:
        ProgramError: a file is broken.
    """
    folders = (entry for entry in files(__name__).iterdir() if entry.is_dir())
    return tuple(
        _read(folder.name, entry.name.removesuffix(".json"), entry.read_text(encoding="utf-8"))
        for folder in sorted(folders, key=lambda folder: folder.name)
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".json")
    )


def _read(op: str, name: str, text: str) -> Found:
    data = json.loads(text)
    return Found(op, name, Program.from_json(data["program"]), data["note"])


def ops_found() -> tuple[str, ...]:
    """The ops that there are programs of."""
    return tuple(dict.fromkeys(row.op for row in found()))


def cases_found(op: str) -> tuple[Case, ...]:
    """The cases of one op."""
    return tuple(row.case for row in found() if row.op == op)


@cache
def names_found() -> Mapping[str, str]:
    """The ids of the cases by the hashes of their programs."""
    return {row.program.hash: row.case.id for row in found()}

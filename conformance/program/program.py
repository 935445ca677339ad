"""A conformance case as data: inputs and steps, in JSON and out, with a stable hash."""

from __future__ import annotations

import hashlib
import json
import keyword
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from conformance.program.coding import decode_step, encode_step
from conformance.program.inputs import Input
from conformance.program.script import script
from conformance.program.steps import Step, refs_of, result_of
from conformance.program.values import ProgramError
from conformance.program.words import check_words

if TYPE_CHECKING:
    from conformance.trace import Trace
    from conformance.verdict import Mismatch

NESTING = 200  # levels of JSON in a file: those of 64 dims, each a tuple, and room to spare
T = TypeVar("T")

RESERVED = frozenset({"torch", "calls", "log", "hook", "pack", "unpack", "copy", "pickle"})
"""What a printed script calls its own things, so that nothing in a program can be called so."""

SCHEMA = 1
"""The version of the program file format; a file of another version is refused."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Inputs, and the steps taken on them in order. Equal programs have equal hashes: the hash
    tells 0.0 from -0.0 and 1 from 1.0, and a NaN equals itself."""

    inputs: tuple[Input, ...]
    steps: tuple[Step, ...]

    def to_json(self, *, readable: bool = True) -> dict[str, Any]:
        """The program as JSON data. `readable` adds the inputs' values as numbers beside the
        bytes, for people; they are checked against the bytes when read."""
        return {
            "schema": SCHEMA,
            "inputs": [entry.to_json(readable=readable) for entry in self.inputs],
            "steps": [encode_step(step) for step in self.steps],
        }

    @classmethod
    def from_json(cls, data: Any) -> Program:
        """The program that `to_json` wrote; `data` is JSON text, or the data parsed from it.

        Raises:
            ProgramError: the file is broken; the message says where and what.
        """
        if isinstance(data, str | bytes):
            try:
                data = json.loads(data)
            except ValueError as error:
                raise ProgramError(f"not JSON: {error}") from error
            except RecursionError as error:
                raise ProgramError("nested too deeply") from error
        if not isinstance(data, dict):
            raise ProgramError(f"a program is an object, not a {type(data).__name__}")
        _refuse_depth(data)
        if data.get("schema") != SCHEMA:
            raise ProgramError(f"schema={data.get('schema')!r}, while this version reads {SCHEMA}")
        program = cls(
            tuple(_each(data, "inputs", Input.from_json)), tuple(_each(data, "steps", decode_step))
        )
        program.validate()
        return program

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal."""
        text = json.dumps(
            self.to_json(readable=False), sort_keys=True, separators=(",", ":"), allow_nan=False
        )
        return hashlib.sha256(text.encode()).hexdigest()

    def validate(self) -> None:
        """Check that every name is bound once and before its use, and every op and read is known.

        Raises:
            ProgramError: what is wrong, and at which step.
        """
        bound: set[str] = set()
        for entry in self.inputs:
            _bind(bound, entry.name, "inputs")
        for number, step in enumerate(self.steps):
            where = f"steps[{number}]"
            for ref in refs_of(step):
                if ref.base not in bound:
                    raise ProgramError(f"{where}: {ref.name!r} is used before it is bound")
            check_words(step, where)
            if (name := result_of(step)) is not None:
                _bind(bound, name, where)

    def script(self, trace: Trace | None = None, mismatches: Sequence[Mismatch] = ()) -> str:
        """The program as plain torch code that runs without us.

        Args:
            trace: what the reference did; steps known to raise are then caught and printed.
            mismatches: what differs; the script ends by printing each.
        """
        return script(self, trace, mismatches)

    def __eq__(self, other: object) -> bool:
        return self.hash == other.hash if isinstance(other, Program) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.hash)


def _refuse_depth(data: Any) -> None:
    """Level by level, as a recursion would fail on what this is to refuse."""
    level = [data]
    for _ in range(NESTING):
        inside = (entry.values() if isinstance(entry, dict) else entry for entry in level)
        level = [item for items in inside for item in items if isinstance(item, dict | list)]
        if not level:
            return
    raise ProgramError("nested too deeply")


def _bind(bound: set[str], name: str, where: str) -> None:
    if not name.isidentifier() or keyword.iskeyword(name) or name in RESERVED:
        raise ProgramError(f"{where}: {name!r} cannot be a name")
    if name in bound:
        raise ProgramError(f"{where}: {name!r} is bound twice")
    bound.add(name)


def _each(data: dict[str, Any], key: str, decoder: Callable[[Any], T]) -> Iterator[T]:
    entries = data.get(key)
    if not isinstance(entries, list):
        raise ProgramError(f"{key} must be a list, not {entries!r}")
    for number, entry in enumerate(entries):
        try:
            yield decoder(entry)
        except ProgramError as error:
            raise ProgramError(f"{key}[{number}]: {error}") from error

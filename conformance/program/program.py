"""A conformance case as data: inputs and steps, in JSON and out, with a stable hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from conformance.program.coding import decode_step, encode_step
from conformance.program.inputs import Input
from conformance.program.limits import BLOCKS, TEXT
from conformance.program.script import script
from conformance.program.steps import (
    EnterMode,
    LeaveMode,
    PackHooks,
    Snippet,
    Step,
    refs_of,
    result_of,
)
from conformance.program.values import ProgramError, brief, plain
from conformance.program.words.checked import check_vocabulary
from conformance.program.words.naming import check_name, check_ref

if TYPE_CHECKING:
    from conformance.program.trace import Trace
    from conformance.verdict import Mismatch

NESTING = 200  # levels of JSON in a file: those of 64 dims, each a tuple, and room to spare
T = TypeVar("T")

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
    def from_json(cls, data: Any, snippets: Container[str] = ()) -> Program:
        """The program that `to_json` wrote; `data` is JSON text, or the data parsed from it.

        Args:
            snippets: the code that a `Snippet` may hold. A program is data: code of a file's own
                is not run, so any other is refused.

        Raises:
            ProgramError: the file is broken; the message says where and what.
        """
        if isinstance(data, str | bytes):
            data = _parsed(data)
        if not isinstance(data, dict):
            raise ProgramError(f"a program is an object, not a {type(data).__name__}")
        _refuse_depth(data)
        if type(data.get("schema")) is not int or data["schema"] != SCHEMA:
            found = brief(data.get("schema"))
            raise ProgramError(f"schema={found}, while this version reads {SCHEMA}")
        if unknown := data.keys() - {"schema", "inputs", "steps"}:
            raise ProgramError(f"a program has no field {plain(min(unknown, key=str))}")
        program = cls(
            tuple(_each(data, "inputs", Input.from_json)), tuple(_each(data, "steps", decode_step))
        )
        for number, step in enumerate(program.steps):
            if isinstance(step, Snippet) and step.code not in snippets:
                raise ProgramError(f"steps[{number}]: a snippet of code that is not of the corpus")
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
        """Check that every name is bound once and before its use, that every op, read and other
        word is known, and that the program is not too large.

        Raises:
            ProgramError: what is wrong, and at which step.
        """
        bound: set[str] = set()
        blocks = 0
        for entry in self.inputs:
            _bind(bound, entry.name, "inputs")
        for number, step in enumerate(self.steps):
            where = f"steps[{number}]"
            for ref in refs_of(step):
                check_ref(ref, where)
                if ref.base not in bound:
                    raise ProgramError(f"{where}: {ref.name!r} is used before it is bound")
            check_vocabulary(step, where)
            if (name := result_of(step)) is not None:
                _bind(bound, name, where)
            blocks = max(blocks + _opened(step), 0)
            if blocks > BLOCKS:
                raise ProgramError(f"{where}: more than {BLOCKS} blocks in one another")

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


def _parsed(text: str | bytes) -> Any:
    if len(text) > TEXT:
        raise ProgramError(f"{len(text)} characters; the most are {TEXT}")
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except ValueError as error:
        raise ProgramError(f"not JSON: {error}") from error
    except RecursionError as error:
        raise ProgramError("nested too deeply") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. Of two values under one key, one reader takes the first and another the last."""
    entries = dict(pairs)
    if len(entries) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {brief(max(keys, key=keys.count))} stands twice in an object")
    return entries


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number there")


def _bind(bound: set[str], name: str, where: str) -> None:
    check_name(name, where)
    if name in bound:
        raise ProgramError(f"{where}: {name!r} is bound twice")
    bound.add(name)


def _opened(step: Step) -> int:
    if isinstance(step, EnterMode | PackHooks):
        return 1
    return -1 if isinstance(step, LeaveMode) else 0


def _each(data: dict[str, Any], key: str, decoder: Callable[[Any], T]) -> Iterator[T]:
    entries = data.get(key)
    if not isinstance(entries, list):
        raise ProgramError(f"{key} must be a list, not {brief(entries)}")
    for number, entry in enumerate(entries):
        try:
            yield decoder(entry)
        except ProgramError as error:
            raise ProgramError(f"{key}[{number}]: {error}") from error

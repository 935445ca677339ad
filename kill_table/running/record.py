"""What is known of one mutant once it was asked, and the journal of all, a line of JSON each."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kill_table.running.asking import Kill


@dataclass(frozen=True, slots=True)
class Record:
    """One mutant's row.

    Attributes:
        viable: whether it can be imported; else nothing was asked.
        program: the first generated program that shows it.
        case: the id of a case of the corpus that does, and how.
        asked: how many generated programs and cases were asked.
        reached: how many generated programs and cases surely reach what was changed.
        late: whether time was over before all were asked.
        short: steps of the shortest program that was found to show it; None where that was not
            looked for.
    """

    id: str
    file: str
    scope: str
    operator: str
    line: int
    old: str
    new: str
    viable: bool
    program: Kill | None = None
    case: tuple[str, Kill] | None = None
    asked: tuple[int, int] = (0, 0)
    reached: tuple[int, int] = (0, 0)
    flaky: int = 0
    late: bool = False
    short: int | None = None
    seconds: float = 0.0

    @property
    def killed(self) -> bool:
        """Whether anything shows it."""
        return self.program is not None or self.case is not None

    def to_json(self) -> str:
        """The row as one line."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Record:
        """The row of a line."""
        data: dict[str, Any] = json.loads(text)
        if data["program"]:
            data["program"] = Kill(**data["program"])
        if data["case"]:
            data["case"] = data["case"][0], Kill(**data["case"][1])
        for name in ("asked", "reached"):
            data[name] = tuple(data[name])
        return cls(**data)


class Journal:
    """The rows that are there already, of these sources; new ones are kept as they come."""

    def __init__(self, file: Path, key: str) -> None:
        self._file = file
        self.rows: dict[str, Record] = {}
        if file.exists():
            first, *lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
            if first.strip() != key:
                raise JournalError(f"{file} is of other sources; remove it, or take another folder")
            whole = [line for line in lines if line.endswith("\n")]  # The last may be cut short.
            self.rows = {row.id: row for row in map(Record.from_json, whole)}
            file.write_text(first + "".join(whole), encoding="utf-8")
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{key}\n", encoding="utf-8")

    def add(self, row: Record) -> None:
        """Keep a row."""
        self.rows[row.id] = row
        with self._file.open("a", encoding="utf-8") as file:
            file.write(row.to_json() + "\n")


class JournalError(Exception):
    """The journal in the folder is none of this run."""

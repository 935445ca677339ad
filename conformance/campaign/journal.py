"""The verdicts of a campaign as they come, in a file that an interrupted one goes on from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from conformance.campaign.plan import Piece
from conformance.campaign.result import Result
from conformance.program.values import ProgramError
from conformance.sources.statistics import Statistics

NAME = "verdicts.jsonl"


class JournalError(Exception):
    """The campaign cannot go on from this journal; the message says why."""


class Journal:
    """An append-only file: a line that says what is measured, then one for each verdict, and one
    for each piece that is done. What a killed campaign left half written is ignored."""

    def __init__(self, path: Path, identity: Mapping[str, Any], resume: bool) -> None:
        self.path = path
        self.results: dict[str, list[Result]] = {}
        self.ended: dict[str, Statistics | None] = {}
        if resume and path.exists():
            self._read(dict(identity))
        else:
            path.write_text(f"{json.dumps(dict(identity))}\n", encoding="utf-8")
        self._file: TextIO = path.open("a", encoding="utf-8")

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, piece: Piece, result: Result) -> None:
        """Write a verdict down."""
        self._append({"piece": piece.name, **result.to_json()})

    def end(
        self, piece: Piece, *, given_up: bool = False, statistics: Statistics | None = None
    ) -> None:
        """Write down that a piece is done, and what its programs exercised; or that it is given
        up, after which it is begun once more."""
        entry: dict[str, Any] = {"given_up" if given_up else "ended": piece.name}
        if statistics is not None:
            entry["statistics"] = statistics.to_json()
        self._append(entry)

    def begin_again(self, piece: Piece) -> None:
        """Forget the verdicts of a piece, which is to be run from its start."""
        if self.results.pop(piece.name, None):
            self._append({"again": piece.name})

    def _append(self, data: Mapping[str, Any]) -> None:
        self._file.write(f"{json.dumps(data)}\n")
        self._file.flush()

    def _read(self, identity: dict[str, Any]) -> None:
        entries = _entries(self.path)
        found = next(entries, None)
        if found != identity:
            raise JournalError(
                f"cannot resume {self.path}: it holds {_written(found)}, and this run is "
                f"{_written(identity)}; leave out --resume to start afresh"
            )
        for entry in entries:
            if "ended" in entry:
                counts = entry.get("statistics")
                self.ended[entry["ended"]] = counts and Statistics.from_json(counts)
            elif "again" in entry:
                self.results.pop(entry["again"], None)
            elif "piece" in entry:
                self.results.setdefault(entry["piece"], []).append(Result.from_json(entry))


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(keepends=True), 1):
        if not line.endswith("\n"):
            return  # The last line of a campaign that was killed while it wrote.
        try:
            yield json.loads(line)
        except (ValueError, ProgramError) as error:
            raise JournalError(f"cannot resume {path}: line {number} is broken: {error}") from error


def _written(identity: Mapping[str, Any] | None) -> str:
    if not identity:
        return "nothing"
    return ", ".join(f"{name} {value}" for name, value in identity.items())

"""What a campaign learns as it comes, in a file that an interrupted one goes on from."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance.campaign.plan import Piece
from conformance.campaign.result import Result
from conformance.campaign.workers.orders import COUNTS, Ended, Shortened
from conformance.generate.statistics import Statistics
from conformance.program.values import ProgramError

NAME = "verdicts.jsonl"
_HAS = "has"  # in its first line: the ops that the engine had, which decide what is drawn


class JournalError(Exception):
    """The campaign cannot go on from this journal; the message says why."""


class Journal:
    """An append-only file: a line that says what is measured, then one for each result that is
    told, for each piece that is done, and for each failure that was shortened. A line that is torn
    or spoilt is dropped when it is read, and said to be.

    Attributes:
        results: what is there of each piece.
        ended: the pieces that are done, with what was said of them at their end.
        shortened: by their keys, the failures that were shortened.
        notes: what was dropped, and why; and why no more could be written.
    """

    def __init__(
        self, path: Path, identity: Mapping[str, Any], resume: bool, has: Sequence[str] = ()
    ) -> None:
        self.path = path
        self.results: dict[str, list[Result]] = {}
        self.ended: dict[str, Ended] = {}
        self.shortened: dict[str, Result | None] = {}
        self.notes: list[str] = []
        self._told: Counter[str] = Counter()  # results that were written of each piece
        self._said: dict[str, int] = {}  # and how many its last line says there are
        if resume and path.exists():
            self._read(dict(identity))
            self._told.update({name: len(found) for name, found in self.results.items()})
        else:
            first = {**identity, _HAS: [*has]}
            path.write_text(f"{json.dumps(first)}\n", encoding="utf-8")
        self._file: int | None = os.open(path, os.O_WRONLY | os.O_APPEND)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._file is not None:
            os.close(self._file)

    def add(self, piece: Piece, result: Result) -> None:
        """Write a result down."""
        self._told[piece.name] += 1
        self._append({"piece": piece.name, **result.to_json()})

    def end(self, piece: Piece, ended: Ended) -> None:
        """Write down that a piece is done."""
        found: dict[str, Any] = {
            "statistics": ended.statistics and ended.statistics.to_json(),
            "unclaimed": dict(ended.unclaimed),
            "given_up": [*ended.given_up],
            **{name: getattr(ended, name) for name in COUNTS},
        }
        entry = {"ended": piece.name, "agreeing": ended.agreeing}
        entry["told"] = self._told.pop(piece.name, 0)
        self._append({**entry, **{name: value for name, value in found.items() if value}})

    def begin_again(self, piece: Piece) -> None:
        """Forget the results of a piece, which is to be run from its start."""
        self.results.pop(piece.name, None)
        self._told.pop(piece.name, None)
        self._append({"again": piece.name})

    def shorten(self, shortened: Shortened) -> None:
        """Write down what became of a failure."""
        result = shortened.result
        entry = {"shortened": shortened.key, "result": result and result.to_json()}
        self._append(entry)

    def _append(self, data: Mapping[str, Any]) -> None:
        """One line, written whole: another process that looks on sees no half of it."""
        if self._file is None:
            return
        line = f"{json.dumps(data)}\n".encode()
        try:
            while line:
                line = line[os.write(self._file, line) :]
        except OSError as error:
            # The run goes on and is reported; only it cannot be resumed from here.
            self.notes.append(f"{self.path} could not be written to ({error}): no --resume")
            os.close(self._file)
            self._file = None

    def _read(self, identity: dict[str, Any]) -> None:
        lines = self._lines()
        found = next(lines, (0, None))[1]
        if isinstance(found, dict):
            found.pop(_HAS, None)
        if found != identity:
            raise JournalError(
                f"cannot resume {self.path}: it holds {_written(found)}, and this run is "
                f"{_written(identity)}; leave out --resume to start afresh"
            )
        for number, entry in lines:
            try:
                self._take(entry)
            except (KeyError, TypeError, ValueError, AttributeError, ProgramError) as error:
                self._drop(number, f"{type(error).__name__}: {error}")
        # A piece of which a line is missing is run again: what that line said is lost.
        for name in [name for name in self.ended if not self._is_whole(name)]:
            del self.ended[name]

    def _is_whole(self, name: str) -> bool:
        return len(self.results.get(name, ())) == self._said.get(name)

    def _take(self, entry: Any) -> None:
        if "ended" in entry:
            self.ended[entry["ended"]] = _ended(entry)
            self._said[entry["ended"]] = entry["told"]
        elif "again" in entry:
            self.results.pop(entry["again"], None)
        elif "shortened" in entry:
            found = entry["result"]
            self.shortened[entry["shortened"]] = found and Result.from_json(found)
        else:
            result = Result.from_json(entry)
            self.results.setdefault(entry["piece"], []).append(result)

    def _drop(self, number: int, why: str) -> None:
        self.notes.append(f"{self.path}: line {number} was dropped, its case is run again: {why}")

    def _lines(self) -> Iterator[tuple[int, Any]]:
        """The numbered lines that can be read. What a killed campaign left half written, and what
        the next one wrote behind it, is cut off or dropped."""
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    os.truncate(self.path, file.tell() - len(line))
                    self.notes.append(f"{self.path}: a torn last line was cut off")
                    return
                try:
                    yield number, json.loads(line)
                except (ValueError, RecursionError) as error:
                    self._drop(number, str(error))


def ops_in(path: Path) -> tuple[str, ...] | None:
    """The ops that the engine had when the journal was begun; None where it does not tell."""
    try:
        with path.open("rb") as file:
            first = json.loads(file.readline())
    except (OSError, ValueError, RecursionError):
        return None
    found = first.get(_HAS) if isinstance(first, dict) else None
    return tuple(map(str, found)) if isinstance(found, list) else None


def _ended(entry: Mapping[str, Any]) -> Ended:
    counts = entry.get("statistics")
    return Ended(
        statistics=counts and Statistics.from_json(counts),
        given_up=tuple(entry.get("given_up", ())),
        unclaimed=entry.get("unclaimed", {}),
        **{name: entry.get(name, 0) for name in COUNTS},
    )


def _written(identity: Any) -> str:
    if not isinstance(identity, dict) or not identity:
        return "nothing"
    return ", ".join(f"{name} {value}" for name, value in identity.items())

"""What a campaign learns of one case, as a value that goes to JSON and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, NamedTuple, TypeAlias

from conformance.corpus.case import Check
from conformance.corpus.files import shipped_snippets
from conformance.program import Program
from conformance.program.script.wording import worded
from conformance.program.trace import Returned, Text
from conformance.verdict import Mismatch, Verdict

Source: TypeAlias = Literal["corpus", "own", "generated"]


@dataclass(frozen=True, slots=True)
class Failure:
    """The program to look at when a case differs.

    Attributes:
        program: the shortest that was found, or the case's own where none was sought.
        mismatches: what differs when that program runs, and counts; the first is the one that it
            stands for.
        script: that program as plain torch code, which ends by printing what differs.
        reduced: whether a shorter one than the case's own was sought.
    """

    program: Program
    mismatches: tuple[Mismatch, ...]
    script: str
    reduced: bool

    @property
    def mismatch(self) -> Mismatch:
        """The difference by which the failure is known."""
        return self.mismatches[0]


@dataclass(frozen=True, slots=True)
class Drift:
    """A cell of the tutorial that shows something else on the reference than was recorded."""

    id: str
    heading: str
    code: str
    recorded: str
    today: str


class Number(NamedTuple):
    """Which of a seed's programs a generated one is, as `sources.generated.drawn` numbers them."""

    seed: int
    number: int
    op: str = ""  # the only op that it calls, of a piece that is about one


@dataclass(frozen=True, slots=True)
class Result:
    """A case and its verdict.

    Attributes:
        id, op, check: as in `Case`.
        source: whether the case belongs to the frozen corpus, which alone makes the score, or is
            of a user's own op.
        failure: the program to look at, of a case that does not agree; there may be enough of its
            like.
        like: of one that goes without a program for that reason, the key of a case like it.
        drawn: which program it is, of a generated one.
    """

    id: str
    op: str
    check: Check
    source: Source
    verdict: Verdict
    failure: Failure | None = None
    like: str = ""
    drawn: Number | None = None

    @property
    def key(self) -> str:
        """What makes it the same piece of work in another run."""
        return f"{self.id} {self.verdict.program_hash}"

    def to_json(self) -> dict[str, Any]:
        """The result as JSON data."""
        data: dict[str, Any] = {
            "id": self.id,
            "op": self.op,
            "check": self.check,
            "source": self.source,
            "hash": self.verdict.program_hash,
            "shows": sorted(self.verdict.shows),
        }
        if self.verdict.outside:
            data["outside"] = self.verdict.outside
        if self.like:
            data["like"] = self.like
        if self.drawn is not None:
            data["drawn"] = [*self.drawn]
        if self.verdict.mismatches:
            data["mismatches"] = [*map(_to_json, self.verdict.mismatches)]
        if self.failure is not None:
            data["failure"] = {
                "program": self.failure.program.to_json(readable=False),
                "mismatches": [*map(_to_json, self.failure.mismatches)],
                "script": self.failure.script,
                "reduced": self.failure.reduced,
            }
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Result:
        """The result that `to_json` wrote.

        Raises:
            KeyError, TypeError, ProgramError: the data is not of that form.
        """
        found = _mismatches(data.get("mismatches", ()))
        shows = frozenset(data["shows"])
        verdict = Verdict(data["hash"], found, shows, data.get("outside", ""))
        failure = None
        if (shown := data.get("failure")) is not None:
            failure = Failure(
                Program.from_json(shown["program"], shipped_snippets()),
                _mismatches(shown["mismatches"]),
                shown["script"],
                shown["reduced"],
            )
        drawn = Number(*data["drawn"]) if "drawn" in data else None
        return cls(
            data["id"], data["op"], data["check"], data["source"], verdict, failure, drawn=drawn
        )


def lost_worker(name: str, op: str, check: Check, source: Source, key: str, cause: str) -> Result:
    """The result of a case that cannot be asked: the reference's process does not survive it.
    `cause`: what killed it."""
    what = "by the reference: its process died"
    mismatch = Mismatch("unsupported", 0, "", "an answer", cause, what)
    return Result(name, op, check, source, Verdict(key, (mismatch,)))


def written(mismatches: Iterable[Mismatch]) -> tuple[Mismatch, ...]:
    """The mismatches with words in place of what was compared, as they are after `from_json`: a
    result that is kept is small, and the same in a run that is gone on with."""
    return _mismatches(map(_to_json, mismatches))


_FIELDS = [field.name for field in fields(Mismatch) if field.name != "distance"]


def _to_json(mismatch: Mismatch) -> dict[str, Any]:
    return {name: getattr(mismatch, name) for name in _FIELDS} | worded(mismatch)._asdict()


def _mismatches(data: Iterable[Mapping[str, Any]]) -> tuple[Mismatch, ...]:
    return tuple([_mismatch(**entry) for entry in data])


def _mismatch(*, expected: str, evidence: Iterable[str], **others: Any) -> Mismatch:
    """That the reference returned something is read from the words: it decides a grade."""
    value = expected.removeprefix("returned ")
    side = expected if value == expected else Returned(Text(value))
    return Mismatch(expected=side, evidence=tuple(evidence), **others)

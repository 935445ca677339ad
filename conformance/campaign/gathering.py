"""The results of a campaign, kept in bounded memory and put in order."""

from __future__ import annotations

import re
from bisect import insort
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from conformance.campaign.examine import gravest
from conformance.campaign.plan import Piece, Settings, corpus_pieces
from conformance.campaign.result import Drift, Result
from conformance.campaign.workers.orders import COUNTS, Ended
from conformance.catalogue import CATALOGUE
from conformance.claims.known import matches
from conformance.corpus.case import is_frozen
from conformance.corpus.opinfo import Excluded
from conformance.generate.statistics import Statistics
from conformance.program.script.wording import worded
from conformance.program.words.own import OWN

KEPT = 8  # programs of each kind of failure: the shortest, from which one is shortened

_Key: TypeAlias = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that a campaign learned; a report is a function of it.

    Attributes:
        results: in the order of the plan, whichever worker was faster; of generated programs, only
            those that do not agree.
        agreeing: how many generated programs agree in everything.
        unclaimed: how many are outside of what the subject claims, by the reason.
        corpus: the id and program hash of each case of the frozen corpus that was asked.
        excluded: the samples that no program can hold.
        drift: where the reference itself has changed since the tutorial was recorded.
        given_up: the kinds of step that were asked no more, since they hung too often.
        unanswered: the cases over which the reference's own process died.
        idle_deaths: how often the subject's process died between two cases.
        notes: what else a reader should know: what the journal dropped.
        interrupted: whether it was stopped before the end.
        statistics: what the generated programs exercised, of the pieces that came to their end.
        pieces: how many pieces came to their end.
        rescued, unrescued: as in `Ended`.
    """

    settings: Settings
    versions: Mapping[str, str]
    results: tuple[Result, ...]
    agreeing: int = 0
    corpus: tuple[tuple[str, str], ...] = ()
    excluded: tuple[Excluded, ...] = ()
    drift: tuple[Drift, ...] = ()
    given_up: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    idle_deaths: int = 0
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    interrupted: bool = False
    statistics: Statistics = field(default_factory=Statistics)
    pieces: int = 0
    unclaimed: Mapping[str, int] = field(default_factory=dict)
    rescued: int = 0
    unrescued: int = 0

    @property
    def whole(self) -> bool:
        """Whether the whole frozen corpus was run, as a score needs it."""
        return self.settings.whole and not self.interrupted and not self.given_up


@dataclass(slots=True)
class _Part:
    """What is known of one piece."""

    results: list[Result] = field(default_factory=list)
    ended: Ended | None = None


class Gathered:
    """The events of a campaign, as they come."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._parts: dict[str, _Part] = {}
        self._order = {piece.name: n for n, piece in enumerate(corpus_pieces(settings))}
        self._ops = {name: n for n, name in enumerate((*CATALOGUE, *OWN))}
        self._places: dict[str, tuple[int, int]] = {}  # of the pieces that have something
        self._thinned = KEPT * 32  # failures from which on some may go without their programs
        self.statistics = Statistics()
        self.pieces = 0
        self.counts: dict[str, Any] = dict.fromkeys(COUNTS, 0)
        self.given_up: set[str] = set()
        self.unclaimed: Counter[str] = Counter()

    def asks(self, result: Result) -> bool:
        """Whether these settings ask for it: the journal may be of a run with other checks."""
        return result.check in self.settings.checks and not matches(self.settings.skips, result.id)

    def add(self, piece: Piece, result: Result) -> None:
        """A result of the piece."""
        self._part(piece).results.append(result)

    def forget(self, piece: Piece) -> None:
        """The piece is run again from its start."""
        self._parts.pop(piece.name, None)

    def end(self, piece: Piece, ended: Ended) -> None:
        """The piece is done. Its counts are added up now: there may be millions of pieces."""
        self.pieces += 1
        for name in COUNTS:
            self.counts[name] += getattr(ended, name)
        self.given_up.update(ended.given_up)
        self.unclaimed.update(ended.unclaimed)
        if ended.statistics is not None:
            self.statistics.merge(ended.statistics)
        if piece.source != "generated":
            self._part(piece).ended = ended
        elif piece.name in self._parts:
            self._thin()

    def _part(self, piece: Piece) -> _Part:
        self._places.setdefault(piece.name, self._place(piece))
        return self._parts.setdefault(piece.name, _Part())

    def parts(self) -> list[_Part]:
        """What is known of each piece, in the order of the plan."""
        return [self._parts[name] for name in sorted(self._parts, key=self._places.__getitem__)]

    def _place(self, piece: Piece) -> tuple[int, int]:
        """The place of a piece in the plan: the corpus comes first, then generated programs of each
        op alone, then those of all ops, by their seeds."""
        if piece.source != "generated":
            return self._order[piece.name], 0
        return len(self._order) + self._ops.get(piece.op, len(self._ops)), piece.seed

    def _thin(self) -> None:
        """Now and then, forget the programs of failures of which there are enough."""
        results = [result for part in self._parts.values() for result in part.results]
        if sum(result.failure is not None for result in results) < 2 * self._thinned:
            return
        thinned = thin(results)
        self._thinned = max(self._thinned, len(results) - len(thinned))
        for part in self._parts.values():
            part.results = [thinned.get(id(result), result) for result in part.results]


def gather(
    settings: Settings, versions: tuple[str, str], gathered: Gathered, interrupted: bool
) -> Run:
    """The run as far as it has come."""
    parts = gathered.parts()
    results = [result for part in parts for result in _ordered(part)]
    thinned = thin(results)
    results = [thinned.get(id(result), result) for result in results]
    ended = [part.ended for part in parts if part.ended is not None]
    return Run(
        settings,
        {"engine": versions[1], "reference": versions[0]},
        tuple(results),
        corpus=tuple(pair for entry in ended for pair in entry.corpus if is_frozen(pair[0])),
        excluded=tuple(sample for entry in ended for sample in entry.excluded),
        drift=tuple(cell for entry in ended for cell in entry.drift),
        given_up=tuple(sorted(gathered.given_up)),
        unanswered=tuple(result.id for result in results if _is_unanswered(result)),
        interrupted=interrupted,
        statistics=gathered.statistics,
        pieces=gathered.pieces,
        unclaimed=dict(sorted(gathered.unclaimed.items())),
        **gathered.counts,
    )


def _ordered(part: _Part) -> list[Result]:
    """The results of a piece in the corpus's order, without cases that it no longer has."""
    if part.ended is None or not part.ended.corpus:
        return part.results
    by_key = {result.key: result for result in part.results}
    found = (by_key.get(f"{name} {program}") for name, program in part.ended.corpus)
    return [result for result in found if result is not None]


def _is_unanswered(result: Result) -> bool:
    return any(
        m.kind == "unsupported" and m.detail.startswith("by the reference: its process")
        for m in result.verdict.mismatches
    )


def thin(results: list[Result]) -> dict[int, Result]:
    """The results that lose their program, by the identity of the result that each replaces: only
    the few shortest failures of each kind keep their programs."""
    kept: dict[tuple[str, ...], list[tuple[_Key, int]]] = {}
    for place, result in enumerate(results):
        if result.failure is not None:
            insort(kept.setdefault(_kind(result), []), (_length(result), place))
    return {
        id(results[place]): replace(results[place], failure=None, like=results[entries[0][1]].key)
        for entries in kept.values()
        for _, place in entries[KEPT:]
    }


def _kind(result: Result) -> tuple[str, ...]:
    if result.verdict.outcome != "differ":
        kinds = {m.kind: m.detail for m in reversed(result.verdict.mismatches)}
        return result.verdict.outcome, kinds.get("unsupported", "")
    mismatch = gravest(result.verdict.mismatches)
    place = re.sub(r"\d+", "", mismatch.where)
    said = re.sub(r"\d+", "", worded(mismatch).actual) if mismatch.kind == "raises" else ""
    return result.op, result.check, mismatch.kind, place, said


def _length(result: Result) -> _Key:
    """Few steps first, then few bytes of input."""
    assert result.failure is not None
    program = result.failure.program
    return len(program.steps), sum(len(entry.data) for entry in program.inputs), result.id

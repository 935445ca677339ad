"""What a campaign and its workers tell each other: orders one way, events the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from conformance.campaign.plan import Piece
from conformance.campaign.result import Drift, Result
from conformance.corpus.opinfo import Excluded
from conformance.generate.statistics import Statistics


@dataclass(frozen=True, slots=True)
class Order:
    """A piece to run.

    Attributes:
        done: of the corpus, the keys of the results that are there already.
        suspect: the case, by its place in the piece, at which the last worker died.
        deaths: how many workers in a row died at that case.
        lost: the cases at which too many workers died, with what killed the last; they are not run.
    """

    piece: Piece
    done: frozenset[str] = frozenset()
    suspect: int | None = None
    deaths: int = 0
    lost: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Shorten:
    """A failure to be made as short as it can be.

    Attributes:
        deaths: how many workers died over it.
    """

    result: Result
    deaths: int = 0


COUNTS = ("agreeing", "idle_deaths", "rescued", "unrescued")
"""What is counted of each piece, and added up in the end."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The piece is done.

    Attributes:
        corpus: the hashes of its cases, by id.
        excluded: what gave no case.
        drift: where the reference itself has moved on.
        agreeing: of generated programs, how many agree in everything; only the others are told.
        unclaimed: of generated programs, how many are outside of the claims, by the reason.
        statistics: of generated programs, what they exercised.
        given_up: the ops that were asked no more, since they hung too often.
        idle_deaths: how often the subject's process died between two cases.
        seconds: how long it took.
        rescued, unrescued: of the generated programs that need what the subject lacks, how many
            were run without it as well, and how many were not.
        hung: how often each kind of step hung so far in this worker, for one that takes its place.
    """

    corpus: tuple[tuple[str, str], ...] = ()
    excluded: tuple[Excluded, ...] = ()
    drift: tuple[Drift, ...] = ()
    agreeing: int = 0
    statistics: Statistics | None = None
    given_up: tuple[str, ...] = ()
    idle_deaths: int = 0
    seconds: float = 0.0
    unclaimed: Mapping[str, int] = field(default_factory=dict)
    rescued: int = 0
    unrescued: int = 0
    hung: Mapping[str, int] = field(default_factory=dict)

    def after(self, before: Ended | None) -> Ended:
        """With what was said of the piece when it ended before the run was resumed: of the corpus,
        a piece is gone through again without the cases that are done."""
        if before is None:
            return self
        return replace(
            self,
            given_up=tuple(sorted({*before.given_up, *self.given_up})),
            idle_deaths=before.idle_deaths + self.idle_deaths,
        )


@dataclass(frozen=True, slots=True)
class Shortened:
    """The failure with the shortest program that was found; `None` if a worker died over it.

    Attributes:
        hung: as in `Ended`.
    """

    key: str
    result: Result | None
    hung: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """The harness itself failed; the text is the traceback."""

    text: str


Task: TypeAlias = Order | Shorten
Event: TypeAlias = Result | Ended | Shortened

"""Runs every piece of a campaign and puts the results into their order."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.campaign.journal import NAME, Journal
from conformance.campaign.plan import Piece, Settings, pieces
from conformance.campaign.pool import Pool
from conformance.campaign.result import Drift, Result
from conformance.campaign.worker import Ended, Order
from conformance.engines import Engine
from conformance.known import matches
from conformance.sources.opinfo import Excluded
from conformance.sources.statistics import Statistics, merged


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that a campaign learned; a report is a function of it.

    Attributes:
        results: in the order of the plan, whichever worker was faster.
        corpus: the id and program hash of each case of the frozen corpus that was asked.
        excluded: the samples that no program can hold.
        drift: where the reference itself has changed since the tutorial was recorded.
        given_up: the pieces not run to their end, since the engine died or hung too often.
        interrupted: whether it was stopped before the end.
        statistics: what the generated programs exercised, of the pieces that came to their end.
    """

    settings: Settings
    versions: Mapping[str, str]
    results: tuple[Result, ...]
    corpus: tuple[tuple[str, str], ...] = ()
    excluded: tuple[Excluded, ...] = ()
    drift: tuple[Drift, ...] = ()
    given_up: tuple[str, ...] = ()
    seconds: float = 0.0
    interrupted: bool = False
    statistics: Statistics = field(default_factory=Statistics)

    @property
    def whole(self) -> bool:
        """Whether the whole frozen corpus was run, as a score needs it."""
        return self.settings.whole and not self.interrupted and not self.given_up


Watcher = Callable[[Piece, Result | Ended], None]
"""Told each result as it comes, for a progress display."""


@dataclass(slots=True)
class _Gathered:
    results: list[Result] = field(default_factory=list)
    ended: Ended | None = None

    def ordered(self) -> list[Result]:
        """A corpus's results in its own order, without those of cases that it no longer has."""
        if self.ended is None or not self.ended.corpus:
            return self.results
        by_key = {result.key: result for result in self.results}
        # One that was lost on the way has the hash of the part that ran, so its id finds it.
        by_id = {result.id: result for result in self.results}
        found = (by_key.get(f"{i} {h}") or by_id.get(i) for i, h in self.ended.corpus)
        return [result for result in found if result is not None]


def run_campaign(
    settings: Settings,
    reference: Engine,
    subject: Engine,
    *,
    jobs: int,
    output: Path,
    resume: bool = False,
    watch: Watcher = lambda piece, event: None,
) -> Run:
    """Run the campaign. Ctrl-C ends it early, with what was done.

    Args:
        reference, subject: only asked for their versions here; workers load their own.
        output: the folder in which the journal is kept.
        resume: whether to go on from the journal that is there.

    Raises:
        CampaignError: the harness failed, or an engine dies outside of any case.
        JournalError: the journal there is none of this campaign.
    """
    began = time.monotonic()
    plan = pieces(settings)
    identity = _identity(settings, reference, subject)
    gathered: dict[str, _Gathered] = {piece.name: _Gathered() for piece in plan}
    interrupted = False
    with Journal(output / NAME, identity, resume) as journal:
        orders = _orders(settings, journal, gathered)
        try:
            for piece, event in _events(settings, orders, jobs):
                _take(gathered[piece.name], journal, piece, event)
                watch(piece, event)
        except KeyboardInterrupt:
            interrupted = True
    ended = [entry.ended for entry in gathered.values() if entry.ended is not None]
    return Run(
        settings,
        {"engine": subject.version, "reference": reference.version},
        tuple(result for entry in gathered.values() for result in entry.ordered()),
        tuple(pair for entry in ended for pair in entry.corpus),
        tuple(sample for entry in ended for sample in entry.excluded),
        tuple(cell for entry in ended for cell in entry.drift),
        tuple(name for name, entry in gathered.items() if entry.ended and entry.ended.given_up),
        time.monotonic() - began,
        interrupted,
        merged([entry.statistics for entry in ended if entry.statistics is not None]),
    )


def _identity(settings: Settings, reference: Engine, subject: Engine) -> dict[str, Any]:
    return {
        "engine": f"{settings.engine} {subject.version}",
        "reference": f"{settings.reference} {reference.version}",
    }


def _orders(settings: Settings, journal: Journal, gathered: Mapping[str, _Gathered]) -> list[Order]:
    """What is left to do. Generated programs have no keys that are known beforehand, so a piece of
    them is done or is done again."""
    orders = []
    for piece in pieces(settings):
        if piece.source == "generated" and piece.name not in journal.ended:
            journal.begin_again(piece)
        results = [r for r in journal.results.get(piece.name, ()) if _asked(settings, r)]
        gathered[piece.name].results.extend(results)
        if piece.source == "generated" and piece.name in journal.ended:
            gathered[piece.name].ended = Ended(statistics=journal.ended[piece.name])
        else:
            orders.append(Order(piece, tuple(result.key for result in results)))
    return orders


def _asked(settings: Settings, result: Result) -> bool:
    """Whether these settings ask for it: the journal may be of a run with other checks."""
    if result.source == "generated":
        return True
    return result.check in settings.checks and not matches(settings.skips, result.id)


def _take(entry: _Gathered, journal: Journal, piece: Piece, event: Result | Ended) -> None:
    if isinstance(event, Ended):
        entry.ended = event
        journal.end(piece, given_up=event.given_up, statistics=event.statistics)
    else:
        entry.results.append(event)
        journal.add(piece, event)


@contextmanager
def _pool(settings: Settings, jobs: int) -> Iterator[Pool]:
    with (
        tempfile.TemporaryDirectory(prefix="conformance-") as folder,
        Pool(settings, jobs, Path(folder)) as pool,
    ):
        yield pool


def _events(
    settings: Settings, orders: Sequence[Order], jobs: int
) -> Iterator[tuple[Piece, Result | Ended]]:
    with _pool(settings, jobs) as pool:
        yield from pool.run(orders)

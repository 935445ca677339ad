"""Runs every piece of a campaign, has what differs shortened, and puts the results in order."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from conformance.campaign.gathering import Gathered, Run, gather
from conformance.campaign.journal import NAME, Journal, ops_in
from conformance.campaign.plan import Piece, Settings, pieces
from conformance.campaign.result import Result
from conformance.campaign.workers.interrupting import interruptible
from conformance.campaign.workers.lock import locked
from conformance.campaign.workers.orders import Ended, Event, Order, Shorten, Shortened, Task
from conformance.campaign.workers.pool import Again, Pool

SHOWN_EARLY = 5  # failures that are shortened in a run that was interrupted
ROUNDS = 3  # a shortened failure may turn out to have another cause than was guessed

Watcher = Callable[[Piece | None, Event], None]
"""Told each event as it comes, for a progress display; those of shortening have no piece."""

Choose: TypeAlias = Callable[[Sequence[Result], int], Sequence[Result]]
"""Of the results, and given how many more cases agree, those to be made as short as they can be,
the gravest first. It is asked again once they are."""


def run_campaign(
    settings: Settings,
    versions: tuple[str, str],
    *,
    jobs: int,
    output: Path,
    choose: Choose,
    resume: bool = False,
    watch: Watcher = lambda piece, event: None,
) -> Run:
    """Run the campaign. Ctrl-C, or SIGTERM, ends it early, with what was done; a second one ends
    the shortening, too.

    Args:
        versions: the reference's and the subject's.
        output: the folder in which the journal is kept; nobody else may write there meanwhile.
        choose: says which failures are shortened, once all is run.
        resume: whether to go on from the journal that is there, `as_begun`.

    Raises:
        CampaignError: the harness failed.
        JournalError: the journal there is none of this campaign.
        LockedError: another campaign writes to the folder.
    """
    began = time.monotonic()
    if resume:
        settings = as_begun(settings, output)
    identity = {
        "engine": f"{settings.engine} {versions[1]}",
        "reference": f"{settings.reference} {versions[0]}",
    }
    with (
        locked(output),
        interruptible() as interrupts,
        Journal(output / NAME, identity, resume, settings.has) as journal,
        tempfile.TemporaryDirectory(prefix="conformance-") as folder,
        Pool(settings, jobs, Path(folder), interrupts.take) as pool,
    ):
        gathered = Gathered(settings)
        interrupted = _run(settings, pool, journal, gathered, watch)
        run = gather(settings, versions, gathered, interrupted)
        results, stopped = _shortened(pool, journal, run, choose, watch)
        return replace(
            run,
            results=results,
            notes=(*run.notes, *journal.notes),
            interrupted=run.interrupted or stopped,
            seconds=time.monotonic() - began,
        )


def as_begun(settings: Settings, output: Path) -> Settings:
    """The settings with the ops that the engine had when the campaign in that folder began. If it
    crashes this time while its ops are looked for, others are found, and other programs would be
    drawn."""
    has = ops_in(output / NAME)
    return settings if has is None else replace(settings, has=has)


def _shortened(
    pool: Pool, journal: Journal, run: Run, choose: Choose, watch: Watcher
) -> tuple[tuple[Result, ...], bool]:
    """The run's results, of which the chosen are shortened; and whether that was interrupted."""
    results, tried = run.results, set[str]()
    for _ in range(1 if run.interrupted else ROUNDS):
        chosen = [result for result in choose(results, run.agreeing) if result.key not in tried]
        if run.interrupted:
            chosen = chosen[:SHOWN_EARLY]
        tried.update(result.key for result in chosen)
        shortened, stopped = _shorten(pool, journal, chosen, watch)
        results = tuple(shortened.get(result.key, result) for result in results)
        if stopped or not chosen:
            return results, stopped
    return results, False


def _run(
    settings: Settings, pool: Pool, journal: Journal, gathered: Gathered, watch: Watcher
) -> bool:
    """Run the pieces; gives whether it was interrupted."""
    try:
        for task, event in pool.run(_orders(settings, journal, gathered)):
            assert isinstance(task, Order)
            piece = task.piece
            if isinstance(event, Again):
                gathered.forget(piece)
                journal.begin_again(piece)
            elif isinstance(event, Ended):
                event = event.after(journal.ended.pop(piece.name, None))
                gathered.end(piece, event)
                journal.end(piece, event)
                watch(piece, event)
            elif isinstance(event, Result):
                gathered.add(piece, event)
                journal.add(piece, event)
                watch(piece, event)
    except KeyboardInterrupt:
        return True
    return False


def _orders(settings: Settings, journal: Journal, gathered: Gathered) -> Iterator[Order]:
    """The pieces that are left to do. A piece of generated programs is run again as a whole if it
    was not finished; of a piece of the corpus, only the cases without a result are run."""
    for piece in pieces(settings):
        found = journal.results.pop(piece.name, [])
        if piece.source == "generated":
            if piece.name in journal.ended:
                for result in found:
                    gathered.add(piece, result)
                gathered.end(piece, journal.ended.pop(piece.name))
                continue
            if found:
                journal.begin_again(piece)
            yield Order(piece)
        else:
            known = {result.key: result for result in found if gathered.asks(result)}
            for result in known.values():
                gathered.add(piece, result)
            yield Order(piece, frozenset(known))


def _shorten(
    pool: Pool, journal: Journal, chosen: Sequence[Result], watch: Watcher
) -> tuple[dict[str, Result], bool]:
    """The chosen failures by their keys, shortened; and whether that was interrupted."""
    done: dict[str, Result] = {}
    tasks: list[Task] = []
    for result in chosen:
        if (known := journal.shortened.get(result.key)) is not None:
            done[result.key] = known
        else:
            tasks.append(Shorten(result))
    try:
        for _, event in pool.run(tasks):
            if isinstance(event, Shortened):
                journal.shorten(event)
                watch(None, event)
                if event.result is not None:
                    done[event.key] = event.result
    except KeyboardInterrupt:
        return done, True
    return done, False

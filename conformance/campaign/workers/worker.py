"""A process that runs pieces of a campaign on the reference, has the subject run them in another
process, and judges it."""

from __future__ import annotations

import gc
import os
import signal
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from conformance.campaign.examine import Examiner, trimmed
from conformance.campaign.plan import Piece, Settings
from conformance.campaign.result import Drift, Result, Source, lost_worker
from conformance.campaign.workers.orders import (
    Ended,
    Event,
    Failed,
    Order,
    Shorten,
    Shortened,
    Task,
)
from conformance.campaign.workers.patience import Patient
from conformance.catalogue import CATALOGUE
from conformance.claims.known import matches
from conformance.corpus.case import Case
from conformance.corpus.found import cases_found
from conformance.corpus.opinfo import Excluded
from conformance.corpus.opinfo.own import own_corpus
from conformance.corpus.opinfo.stored import stored_corpus, stored_neighbours
from conformance.corpus.options import cases_of_area
from conformance.corpus.provocations import cases_about
from conformance.corpus.tutorial import cells, shown
from conformance.engines import Engine
from conformance.engines.execute import execute
from conformance.engines.isolation.parent import die_with_parent, keep_descendants, kill_descendants
from conformance.engines.isolation.remote import Limits
from conformance.engines.naming.own import add_ops
from conformance.engines.naming.reference import reference_of
from conformance.generate.statistics import Statistics


def serve(connection: Connection, settings: Settings, place: Path, hung: Mapping[str, int]) -> None:
    """Take tasks until the campaign hangs up, and answer each with its events.

    Args:
        place: a file in which the number of the case under way is kept.
        hung: how often each kind of step hung in the worker whose place this one takes.
    """
    die_with_parent(os.getppid())
    keep_descendants()
    # Ctrl-C, and the end of a terminal, are the campaign's, which ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    warnings.simplefilter("ignore")  # Thousands of programs that go to edges warn of each.
    try:
        worker = Worker(settings, place, hung)
        while True:
            task = connection.recv()
            for event in worker.take(task):
                connection.send(event)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except Exception:
        connection.send(Failed(traceback.format_exc()))
    finally:
        kill_descendants(os.getpid())


def _end(number: int, frame: object) -> None:
    """End at once, with every process that the subject has started."""
    kill_descendants(os.getpid())
    os._exit(128 + number)


class Worker:
    """Runs pieces on the engines that the settings name."""

    def __init__(self, settings: Settings, place: Path, hung: Mapping[str, int]) -> None:
        import torch

        torch.set_num_threads(1)  # One core a process; and sums come out the same everywhere.
        add_ops(settings.own)
        gc.freeze()  # What was imported stays: to search it for garbage takes long, and often.
        self.settings = settings
        limits = Limits(step=settings.hang_after, memory=settings.memory)
        self.reference: Engine = reference_of(settings.reference, limits)
        self.subject = Patient(
            settings.engine,
            limits,
            dict(settings.environment),
            hung=Counter(hung),
        )
        self.examiner = Examiner(self.reference, self.subject, settings.claims)
        self._place = os.open(place, os.O_RDWR | os.O_CREAT)

    def take(self, task: Task) -> Iterator[Event]:
        """The events of a task: for a piece, its results in order, then `Ended`."""
        if isinstance(task, Shorten):
            shortest = trimmed(self.examiner.shorten(task.result))
            yield Shortened(task.result.key, shortest, dict(self.subject.hung))
            return
        began, deaths = time.monotonic(), self.subject.idle_deaths
        given_up = set(self.subject.given_up)
        run = self._generated if task.piece.source == "generated" else self._corpus
        for event in run(task):
            if isinstance(event, Ended):
                event = replace(
                    event,
                    given_up=tuple(sorted(self.subject.given_up - given_up)),
                    idle_deaths=self.subject.idle_deaths - deaths,
                    seconds=time.monotonic() - began,
                    hung=dict(self.subject.hung),
                )
            yield event

    def _begin(self, number: int) -> None:
        """Write down which case is under way, in case it is the last."""
        os.pwrite(self._place, number.to_bytes(8, "little"), 0)

    def _corpus(self, order: Order) -> Iterator[Result | Ended]:
        cases, excluded = cases_of(order.piece)
        source = source_of(order.piece)
        asked, lost = [], dict(order.lost)
        for number, case in enumerate(cases):
            if case.check not in self.settings.checks or matches(self.settings.skips, case.id):
                continue
            asked.append((case.id, case.program.hash))
            if f"{case.id} {case.program.hash}" in order.done:
                continue
            self._begin(number)
            if number in lost:
                key, cause = case.program.hash, lost[number]
                yield lost_worker(case.id, case.op, case.check, source, key, cause)
            else:
                yield trimmed(self.examiner.examine(case, source))
        drift = drifted(self.reference) if order.piece.source == "tutorial" else ()
        yield Ended(tuple(asked), excluded, drift)

    def _generated(self, order: Order) -> Iterator[Result | Ended]:
        # imports Hypothesis, half a second
        from conformance.campaign.generated import Rescues, results

        statistics, agreeing, unclaimed = Statistics(), 0, Counter[str]()
        rescues = Rescues()
        for result in results(
            order.piece,
            self.settings,
            self.examiner,
            statistics,
            rescues=rescues,
            lost=order.lost,
            begin=self._begin,
        ):
            if result is None:
                agreeing += 1
            elif result.verdict.outside:
                unclaimed[result.verdict.outside] += 1
            elif not result.verdict.mismatches:
                agreeing += 1
            else:
                yield trimmed(result)
        yield Ended(
            agreeing=agreeing,
            statistics=statistics,
            unclaimed=dict(unclaimed),
            rescued=rescues.done,
            unrescued=rescues.left,
        )


def place_of(path: Path) -> int | None:
    """The number of the case that was under way, as the file tells; None if there was none."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    return int.from_bytes(data[:8], "little") if len(data) >= 8 else None


def cases_of(piece: Piece) -> tuple[tuple[Case, ...], tuple[Excluded, ...]]:
    """A piece's cases of the frozen corpus or of a user's own op, and what gave none."""
    if piece.source == "tutorial":
        named = ((f"tutorial/{cell.id}", cell.program) for cell in cells())
        return tuple(Case(name, "tutorial", "tutorial", program) for name, program in named), ()
    if piece.source == "provocations":
        return cases_about(piece.op), ()
    if piece.source == "options":
        return cases_of_area(piece.op), ()
    if piece.source == "found":
        return cases_found(piece.op), ()
    if piece.source == "own":
        corpus = own_corpus(piece.op)
    elif piece.source == "neighbours":
        corpus = stored_neighbours(piece.op, CATALOGUE[piece.op].opinfo)
    else:
        corpus = stored_corpus(piece.op, CATALOGUE[piece.op].opinfo)
    return corpus.cases, corpus.excluded


def source_of(piece: Piece) -> Source:
    """What the results of a piece's cases count for."""
    return piece.source if piece.source in ("own", "generated") else "corpus"


def drifted(reference: Engine) -> tuple[Drift, ...]:
    """The tutorial's cells that show something else on the reference than was recorded."""
    return tuple(
        Drift(f"tutorial/{cell.id}", cell.heading, cell.code, cell.recorded, shown(trace))
        for cell in cells()
        if cell.drifted(trace := execute(cell.program, reference))
    )

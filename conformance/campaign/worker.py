"""The process that runs pieces of a campaign; the engine under test lives and dies in it."""

from __future__ import annotations

import gc
import signal
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from conformance.campaign.examine import Examiner
from conformance.campaign.plan import Piece, Settings
from conformance.campaign.recorder import Recorded, Recorder
from conformance.campaign.result import Drift, Result
from conformance.catalogue import CATALOGUE
from conformance.engines import Engine, resolve_engine
from conformance.execute import execute
from conformance.known import matches
from conformance.sources.case import Case
from conformance.sources.found import cases_found
from conformance.sources.opinfo import Excluded, corpus_of
from conformance.sources.provocations import cases_about
from conformance.sources.statistics import Statistics
from conformance.sources.tutorial import cells, shown


@dataclass(frozen=True, slots=True)
class Order:
    """A piece to run, without what is already done, by the keys that `Result.key` gives; `lives`
    says how often a worker may still be lost over it."""

    piece: Piece
    done: tuple[str, ...] = ()
    lives: int = 20


@dataclass(frozen=True, slots=True)
class Ended:
    """The piece is done: the hashes of its cases, by id, what gave no case, and where the
    reference itself has moved on; of generated programs, what they exercised. `given_up`: the
    engine died or hung too often to go on."""

    corpus: tuple[tuple[str, str], ...] = ()
    excluded: tuple[Excluded, ...] = ()
    drift: tuple[Drift, ...] = ()
    given_up: bool = False
    statistics: Statistics | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The harness itself failed; the text is the traceback."""

    text: str


def serve(connection: Connection, settings: Settings, record: Path) -> None:
    """Take orders until the campaign hangs up, and answer each with its results and `Ended`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the campaign's, which ends us.
    warnings.simplefilter("ignore")  # Thousands of programs that go to edges warn of each.
    try:
        worker = Worker(settings, Recorder(record))
        while True:
            try:
                order = connection.recv()
            except EOFError:
                return
            for message in worker.take(order):
                connection.send(message)
    except Exception:
        connection.send(Failed(traceback.format_exc()))


class Worker:
    """Runs pieces on the engines that the settings name."""

    def __init__(self, settings: Settings, recorder: Recorder) -> None:
        import torch

        torch.set_num_threads(1)  # One core a process; and sums come out the same everywhere.
        gc.freeze()  # What was imported stays: to search it for garbage takes long, and often.
        self.settings = settings
        self.recorder = recorder
        self.reference: Engine = resolve_engine(settings.reference)
        self.subject: Engine = Recorded(resolve_engine(settings.engine), recorder)

    def take(self, order: Order) -> Iterator[Result | Ended]:
        """The results of a piece in its own order, then `Ended`."""
        if order.piece.source == "generated":
            yield from self._generated(order)
        else:
            yield from self._corpus(order)

    def _corpus(self, order: Order) -> Iterator[Result | Ended]:
        cases, excluded = cases_of(order.piece)
        examiner = Examiner(self.reference, self.subject)
        asked, done = [], frozenset(order.done)
        for case in cases:
            if case.check not in self.settings.checks or matches(self.settings.skips, case.id):
                continue
            asked.append((case.id, case.program.hash))
            if f"{case.id} {case.program.hash}" not in done:
                self.recorder.case = case.id
                yield examiner.examine(case, "corpus")
        drift = drifted(self.reference) if order.piece.source == "tutorial" else ()
        yield Ended(tuple(asked), excluded, drift)

    def _generated(self, order: Order) -> Iterator[Result | Ended]:
        from conformance.campaign.generated import results  # imports Hypothesis, half a second

        self.recorder.case = ""
        done = len(order.done)  # They are drawn in the same order again.
        statistics = Statistics()
        engines = self.reference, self.subject
        yield from results(order.piece, done, self.settings, *engines, statistics)
        yield Ended(statistics=statistics)


def cases_of(piece: Piece) -> tuple[tuple[Case, ...], tuple[Excluded, ...]]:
    """A piece's cases of the frozen corpus, and what gave none."""
    if piece.source == "tutorial":
        named = ((f"tutorial/{cell.id}", cell.program) for cell in cells())
        return tuple(Case(name, "tutorial", "tutorial", program) for name, program in named), ()
    if piece.source == "provocations":
        return cases_about(piece.op), ()
    if piece.source == "found":
        return cases_found(piece.op), ()
    corpus = corpus_of(piece.op, CATALOGUE[piece.op].opinfo)
    return corpus.cases, corpus.excluded


def drifted(reference: Engine) -> tuple[Drift, ...]:
    """The tutorial's cells that show something else on the reference than was recorded."""
    return tuple(
        Drift(f"tutorial/{cell.id}", cell.heading, cell.code, cell.recorded, shown(trace))
        for cell in cells()
        if cell.drifted(trace := execute(cell.program, reference))
    )

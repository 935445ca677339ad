"""Worker processes, each with one piece at a time; one that dies or hangs is replaced, and what it
was running becomes a verdict."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeAlias

from conformance.campaign.losses import lost
from conformance.campaign.plan import Piece, Settings
from conformance.campaign.recorder import read
from conformance.campaign.result import Result
from conformance.campaign.worker import Ended, Failed, Order, serve

POLL = 0.25  # seconds between looks at whether a worker hangs
LAST_BREATH = 2.0  # seconds that a process may take to die after its pipe is closed
HANG = 7  # lives of a piece that a hang costs, while a crash costs one: a hang takes so long

Event: TypeAlias = tuple[Piece, Result | Ended]


class CampaignError(Exception):
    """The campaign cannot go on: the harness failed, or an engine dies outside of any case."""


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection
    record: Path
    order: Order | None = None
    done: list[str] = field(default_factory=list)

    def assign(self, order: Order) -> None:
        self.order, self.done = order, [*order.done]
        # One that died already is found by its closed pipe, as one that dies later is.
        with suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send(order)


class Pool:
    """Runs pieces in `jobs` processes. Use it as a context manager: leaving ends the processes,
    whatever they are doing."""

    def __init__(self, settings: Settings, jobs: int, folder: Path) -> None:
        self.settings, self.jobs, self.folder = settings, jobs, folder
        self._context = _context()
        self._workers: list[_Worker] = []
        self._orders: deque[Order] = deque()
        self._started = 0

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *error: object) -> None:
        for worker in self._workers:
            _end(worker)
        self._workers.clear()

    def run(self, orders: Sequence[Order]) -> Iterator[Event]:
        """Every result as it comes, and one `Ended` for each piece.

        Raises:
            CampaignError: a worker failed for no fault of a case.
        """
        self._orders.extend(orders)
        for _ in range(min(self.jobs, len(orders))):
            self._workers.append(self._start())
        while self._workers:
            ready = set(wait([worker.connection for worker in self._workers], POLL))
            for worker in tuple(self._workers):
                if worker.connection in ready:
                    yield from self._heard(worker)
                elif self._hangs(worker):
                    yield from self._lost(worker, hung=True)

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        self._started += 1
        record = self.folder / f"worker-{self._started}"
        arguments = (theirs, self.settings, record)
        process = _process(self._context, arguments)
        process.start()
        theirs.close()  # Else the end of the process would not close the pipe.
        worker = _Worker(process, ours, record)
        self._next(worker)
        return worker

    def _next(self, worker: _Worker) -> None:
        if self._orders:
            worker.assign(self._orders.popleft())
        else:
            worker.order = None

    def _heard(self, worker: _Worker) -> Iterator[Event]:
        try:
            message = worker.connection.recv()
        except (EOFError, ConnectionResetError):
            yield from self._lost(worker, hung=False)
            return
        if isinstance(message, Failed):
            raise CampaignError(f"the harness failed:\n{message.text}")
        assert worker.order is not None
        yield worker.order.piece, message
        if isinstance(message, Result):
            worker.done.append(message.key)
            return
        self._next(worker)
        if worker.order is None:
            _end(worker)
            self._workers.remove(worker)

    def _hangs(self, worker: _Worker) -> bool:
        recording = read(worker.record)
        return recording is not None and recording.idle > self.settings.hang_after

    def _lost(self, worker: _Worker, *, hung: bool) -> Iterator[Event]:
        """The worker died or hangs: judge what it ran, and go on with the rest of its piece."""
        # It may close its pipe and live on; `_end` then kills it.
        worker.process.join(0 if hung else LAST_BREATH)
        code = worker.process.exitcode
        recording = read(worker.record)
        _end(worker)
        self._workers.remove(worker)
        order = worker.order
        if recording is None or order is None:
            raise CampaignError(f"a worker died outside of any case: {_cause(code)}")
        seconds = self.settings.hang_after if hung else None
        result = lost(recording, order.piece, seconds, _cause(code))
        yield order.piece, result
        lives = order.lives - (HANG if hung else 1)
        if lives > 0:
            done = (*worker.done, result.key)
            self._orders.appendleft(replace(order, done=done, lives=lives))
        else:
            yield order.piece, Ended(given_up=True)
        if self._orders:
            self._workers.append(self._start())


def _context() -> BaseContext:
    """Workers are forked from a process that has imported what they need, where there is such a
    thing: it has no threads, which a fork of this process would drag along."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["conformance.campaign.preload"])
    return context


def _process(context: BaseContext, arguments: tuple[Any, ...]) -> BaseProcess:
    process: BaseProcess = context.Process(  # type: ignore[attr-defined]
        target=serve, args=arguments, daemon=True
    )
    return process


def _end(worker: _Worker) -> None:
    worker.connection.close()
    worker.process.terminate()
    worker.process.join(1)
    if worker.process.exitcode is None:  # Deaf to SIGTERM, as a hung extension module can be.
        worker.process.kill()
        worker.process.join()
    worker.record.unlink(missing_ok=True)


def _cause(code: int | None) -> str:
    if code is None:
        return "it does not answer"
    if code >= 0:
        return f"the process exited with code {code}"
    return f"the process was killed by {signal.Signals(-code).name}"

"""Worker processes, each with one task at a time; one that dies is replaced, and its task given to
another, without a case at which several have died."""

from __future__ import annotations

import signal
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from conformance.campaign.plan import Settings
from conformance.campaign.result import Result
from conformance.campaign.workers.orders import (
    Ended,
    Event,
    Failed,
    Order,
    Shorten,
    Shortened,
    Task,
)
from conformance.campaign.workers.worker import place_of, serve
from conformance.engines.isolation.forking import context
from conformance.engines.isolation.memory import Growth, own_memory_of

POLL = 0.5  # seconds between looks at who still lives
LAST_BREATH = 2.0  # seconds that a process may take to die after its pipe is closed
DEATHS = 2  # of workers at one case, which is not run any more then
KILLS = 6  # likewise, where somebody killed them: that need not be the case's doing
MOST_DEATHS = 3  # of workers over one failure that is shortened
WARM = 250  # cases of a kind of work after which a worker's memory should grow no more
SHORTENING = 100  # cases that making one shorter is worth: it runs so many programs, or more
STILLBORN = 3  # workers in a row that may die before they do anything


class CampaignError(Exception):
    """The campaign cannot go on: the harness failed, or its processes die at once."""


@dataclass(slots=True, eq=False)
class _Worker:
    process: BaseProcess
    connection: Connection
    place: Path
    task: Task | None = None
    done: set[str] = field(default_factory=set)
    spoke: bool = False
    growth: Growth = field(default_factory=lambda: Growth(WARM))
    cases: Counter[str] = field(default_factory=Counter)  # by the kind of work, as each loads more
    hung: Mapping[str, int] = field(default_factory=dict)  # what it knows, for its successor

    def assign(self, task: Task) -> None:
        self.task = task
        self.done = set(task.done) if isinstance(task, Order) else set()
        # One that died already is found by its closed pipe, as one that dies later is.
        with suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send(task)

    def note(self, event: Event) -> None:
        """What it has done and knows, as its event tells."""
        assert self.task is not None
        if isinstance(event, Result):
            self.done.add(event.key)
            self.cases[_kind(self.task)] += 1
            return
        self.hung = event.hung
        if isinstance(event, Ended):
            self.cases[_kind(self.task)] += event.agreeing + sum(event.unclaimed.values())
        else:
            self.cases[_kind(self.task)] += SHORTENING

    @property
    def has_grown(self) -> bool:
        """Whether its memory has grown too much for the work that it has done."""
        assert self.task is not None
        number = self.process.pid or 0
        held = own_memory_of(number)
        return self.growth.is_too_much(number, held, self.cases[_kind(self.task)])


@dataclass(frozen=True, slots=True)
class Again:
    """The piece is run again from its start: what was said of it holds no more."""


class Pool:
    """Runs tasks in `jobs` processes. Use it as a context manager: leaving ends the processes,
    whatever they are doing.

    Attributes:
        stops: asked now and then, whether somebody wants an end; each yes counts once.
    """

    def __init__(
        self,
        settings: Settings,
        jobs: int,
        folder: Path,
        stops: Callable[[], bool] = lambda: False,
    ) -> None:
        self.settings, self.jobs, self.folder, self.stops = settings, jobs, folder, stops
        self._context = context()
        self._workers: list[_Worker] = []
        self._waiting: deque[Task] = deque()  # those whose worker died
        self._known: list[Mapping[str, int]] = []  # of hangs, by workers that are no more
        self._started = self._stillborn = 0

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *error: object) -> None:
        self._end_all(self._workers)

    def _end_all(self, workers: Sequence[_Worker]) -> None:
        for worker in workers:
            worker.process.terminate()  # All at once, and then wait for each.
        for worker in workers:
            _end(worker)
            self._known.append(worker.hung)
        self._workers = [worker for worker in self._workers if worker not in workers]

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Event | Again]]:
        """Every event as it comes, with its task; the last of each task is `Ended` or `Shortened`.

        Raises:
            CampaignError: the harness failed.
            KeyboardInterrupt: somebody wants an end. What is under way is given up.
        """
        self._end_all([worker for worker in self._workers if worker.task is not None])
        self._waiting.clear()
        left = iter(tasks)
        idle = [worker for worker in self._workers if worker.task is None]
        while True:
            while task := self._next(left, len(idle)):
                worker = idle.pop() if idle else self._start()
                worker.assign(task)
            if not (busy := [worker for worker in self._workers if worker.task is not None]):
                return
            if self.stops():
                raise KeyboardInterrupt
            ready = set(wait([worker.connection for worker in busy], POLL))
            for worker in busy:
                if worker.connection in ready:
                    yield from self._heard(worker)
            idle = [worker for worker in self._workers if worker.task is None]

    def _next(self, left: Iterator[Task], idle: int) -> Task | None:
        """A task, if there is one left and somebody to do it."""
        if not idle and len(self._workers) >= self.jobs:
            return None
        return self._waiting.popleft() if self._waiting else next(left, None)

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        self._started += 1
        place = self.folder / f"worker-{self._started}"
        hung = self._known.pop() if self._known else {}
        process: BaseProcess = self._context.Process(  # type: ignore[attr-defined]
            target=serve, args=(theirs, self.settings, place, hung), daemon=True
        )
        process.start()
        theirs.close()  # Else the end of the process would not close the pipe.
        worker = _Worker(process, ours, place, hung=hung)
        self._workers.append(worker)
        return worker

    def _heard(self, worker: _Worker) -> Iterator[tuple[Task, Event | Again]]:
        try:
            event = worker.connection.recv()
        except (EOFError, OSError):
            yield from self._lost(worker)
            return
        if isinstance(event, Failed):
            raise CampaignError(f"the harness failed:\n{event.text}")
        assert worker.task is not None
        worker.spoke, self._stillborn = True, 0
        yield worker.task, event
        worker.note(event)
        if isinstance(event, Result):
            return
        grown, worker.task = worker.has_grown, None
        if grown:
            self._end_all([worker])  # The next task is given to a fresh one.

    def _lost(self, worker: _Worker) -> Iterator[tuple[Task, Event | Again]]:
        """The worker died: give its task to another."""
        worker.process.join(LAST_BREATH)
        cause, number, task = _cause(worker.process.exitcode), place_of(worker.place), worker.task
        _end(worker)
        self._workers.remove(worker)
        self._known.append(worker.hung)
        assert task is not None
        if not worker.spoke and number is None:
            self._stillborn += 1
            if self._stillborn >= STILLBORN:
                raise CampaignError(f"workers die before they do anything: {cause}")
        if isinstance(task, Shorten):
            if task.deaths + 1 < MOST_DEATHS:
                self._waiting.append(replace(task, deaths=task.deaths + 1))
            else:
                yield task, Shortened(task.result.key, None)
            return
        deaths = task.deaths + 1 if number is not None and number == task.suspect else 1
        if number is not None and deaths >= (KILLS if cause == _KILLED else DEATHS):
            task = replace(task, suspect=None, deaths=0, lost=(*task.lost, (number, cause)))
        else:
            task = replace(task, suspect=number, deaths=deaths)
        if task.piece.source == "generated":
            yield task, Again()
        else:
            task = replace(task, done=frozenset(worker.done))
        self._waiting.append(task)


def _kind(task: Task) -> str:
    """The kind of work: a worker imports other modules for each, and its memory grows anew."""
    if isinstance(task, Shorten):
        return "shortening"
    return "generated" if task.piece.source == "generated" else "corpus"


def _end(worker: _Worker) -> None:
    worker.connection.close()
    worker.process.terminate()
    worker.process.join(LAST_BREATH)
    if worker.process.exitcode is None:  # Deaf to SIGTERM, as a hung extension module can be.
        worker.process.kill()
        worker.process.join()
    worker.place.unlink(missing_ok=True)


_KILLED = f"the process was killed by {signal.SIGKILL.name}"


def _cause(code: int | None) -> str:
    if code is None:
        return "it does not answer"
    if code >= 0:
        return f"the process exited with code {code}"
    return f"the process was killed by {signal.Signals(-code).name}"

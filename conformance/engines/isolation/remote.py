"""An engine in another process: programs go there, and traces come back whatever happens."""

from __future__ import annotations

import marshal
import os
import pickle
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from conformance.engines.isolation.channel import Record
from conformance.engines.isolation.memory import Growth, memory_of, own_memory_of
from conformance.engines.isolation.parent import how_it_ended
from conformance.engines.isolation.process import Process
from conformance.engines.isolation.wire import decode
from conformance.engines.protocol import EngineError, Session
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.trace import Lost, Trace

POLL = 0.2  # seconds between looks at a process that does not answer
WARM = 250  # programs after which a process should grow no more
TRIES = 3  # of a program whose process is killed: this machine's memory may run out, say
RELOAD = 60.0  # seconds that an engine which was loaded before may take to be loaded again
SUICIDES = 2  # programs that were tried so often: then it is the engine that kills
IDLE_DEATHS = 3  # processes that may die before they take up a program


@dataclass(frozen=True, slots=True)
class Limits:
    """What an engine may take: seconds for a step, seconds to be loaded, and bytes of memory."""

    step: float = 20.0
    load: float = 300.0
    memory: int = 4 << 30


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for a program: a trace in bytes, or how the process was lost."""

    data: bytes = b""
    lost: Lost | None = None


@dataclass(slots=True)
class RemoteEngine:
    """The engine of a name, loaded in a process of its own when it is first needed. It is an
    `Engine` for whoever runs whole programs; there is no stepping through one.

    Attributes:
        environment: variables that its process has beside those of this one.
        idle_deaths: how often its process died while it had nothing to do, or was replaced by
            a fresh one since it held too much memory.
        growth: of its process, which is replaced in silence where that has grown too much.
    """

    name: str
    limits: Limits = field(default_factory=Limits)
    environment: Mapping[str, str] = field(default_factory=dict)
    idle_deaths: int = 0
    growth: Growth = field(default_factory=lambda: Growth(WARM))
    _version: str | None = None
    _process: Process | None = None
    _number: int = 0
    _killed: int = 0  # programs over which each of their processes was killed
    _looked: float = 0.0  # when it was last seen how much memory the process holds
    _child: tuple[int, int] = 0, 0  # which process that was, and how many programs were before it

    @property
    def version(self) -> str:
        """Its version, or "unknown"; the engine is loaded for it.

        Raises:
            EngineError: it cannot be loaded.
        """
        if self._version is None:
            self._ready()
        assert self._version is not None
        return self._version

    def start(self, inputs: Sequence[Input]) -> Session:
        """There is no session on another process's engine."""
        raise TypeError(f"{self.name} runs whole programs in another process: call run()")

    def run(self, program: Program, watch: Callable[[int], None] | None = None) -> Trace:
        """Run the program there. A process that dies, hangs or takes too much memory is an
        outcome: the trace's `end`.

        Raises:
            EngineError: the engine cannot be loaded.
        """
        return self.trace_of(self.answer(program))

    def asks(self, program: Program) -> bool:
        """Whether the engine is asked what the program does; else the answer is given for it."""
        return True

    def answer(self, program: Program) -> Answer:
        """As `run`, with the trace still in bytes."""
        data = pickle.dumps(program, pickle.HIGHEST_PROTOCOL)
        tries = TRIES if self._killed < SUICIDES else 1
        for _ in range(tries):
            answer = self._asked(data)
            # Few engines raise SIGKILL themselves: most likely somebody outside did, so ask again.
            if answer.lost is None or answer.lost.detail != _KILLED:
                return answer
        self._killed += 1
        return answer

    def trace_of(self, answer: Answer) -> Trace:
        """The trace that an answer holds."""
        if answer.lost is None:
            try:
                return decode(answer.data, self.name)
            except ValueError as error:
                return Trace(self.name, (), {}, end=Lost("crash", None, str(error)))
        return Trace(self.name, (), {}, end=answer.lost)

    def restart(self) -> None:
        """Have the next program run in a fresh process, that has run none before."""
        if self._process is not None and not self._process.restart():
            self.close()

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            self._process.end()
            self._process = None

    def _ready(self) -> Process:
        if self._process is None:
            for left in reversed(range(TRIES)):
                process = Process(self.name, self.environment)
                try:
                    record = process.wait(self._patience)
                    if record is not None and record.event == "hello":
                        _, self._version = marshal.loads(process.shared.answer(record.size))
                        self._process = process
                        return process
                    if not left or record is None or not _is_killed(record):
                        _refuse(self.name, process, record)
                finally:
                    if self._process is None:
                        process.end()
        assert self._process is not None
        return self._process

    @property
    def _patience(self) -> float:
        """How long the engine may take to be loaded."""
        return self.limits.load if self._version is None else min(RELOAD, self.limits.load)

    def _asked(self, data: bytes) -> Answer:
        process = self._ready()
        self._number += 1
        number, died = self._number, 0
        process.ask(number, data)
        since, at = time.monotonic(), (0, 0)
        while True:
            record = process.wait(POLL)
            if record is not None and record.event == "died":
                begun, _, _ = process.shared.state()
                if begun == number:
                    detail = _BROKEN_INTO if process.broken_into else cause(record.size)
                    loss = process.loss(number, "crash", detail)
                    if process.is_gone:
                        self.close()
                    return Answer(lost=loss)
                self.idle_deaths, died = self.idle_deaths + 1, died + 1
                if died > IDLE_DEATHS:
                    return self._lost("crash", cause(record.size))
                if process.is_gone or died == IDLE_DEATHS - 1:  # Its very memory may be spoilt.
                    process = self._again(data, number)
            elif record is not None and record.number == number:
                answer = _answer(process, record)
                self._let_go_of_memory(process)
                return answer
            # Nothing came, or what an engine wrote there that is no answer to this.
            now, (begun, step, child) = time.monotonic(), process.shared.state()
            if at != (begun, step):
                since, at = now, (begun, step)
            if trouble := self._trouble(process, now - since, child):
                return self._lost(*trouble)

    def _again(self, data: bytes, number: int) -> Process:
        """The program asked for once more: the process was gone before it took it up."""
        self.close()
        process = self._ready()
        process.ask(number, data)
        return process

    def _trouble(self, process: Process, idle: float, child: int) -> tuple[str, str] | None:
        if idle > self.limits.step:
            return "hang", f"no answer within {self.limits.step:g} seconds"
        process.trim_output()
        if memory_of(child) > self.limits.memory:
            return "crash", f"it took more than {self.limits.memory / (1 << 30):g} GiB of memory"
        return None

    def _let_go_of_memory(self, process: Process) -> None:
        """Have a fresh process go on where the old one holds too much, of all that it has run."""
        now = time.monotonic()
        if now - self._looked < POLL:
            return
        self._looked = now
        process.trim_output()
        _, _, child = process.shared.state()
        if child != self._child[0]:
            self._child = child, self._number - 1
        if memory_of(child) > self.limits.memory:
            self.idle_deaths += 1
            self.restart()
        elif self.growth.is_too_much(child, own_memory_of(child), self._number - self._child[1]):
            self.restart()

    def _lost(self, kind: str, detail: str) -> Answer:
        assert self._process is not None
        loss = self._process.loss(self._number, "hang" if kind == "hang" else "crash", detail)
        if not self._process.end_runner():
            self.close()
        return Answer(lost=loss)


def _answer(process: Process, record: Record) -> Answer:
    data = process.shared.answer(record.size)
    if record.event == "answer":
        return Answer(data)
    if record.event == "lost":
        detail = data.decode("utf-8", "replace")
        return Answer(lost=process.loss(record.number, "crash", detail))
    text = data.decode("utf-8", "replace")
    return Answer(lost=Lost("crash", None, f"its final state cannot be read: {text}"))


def _refuse(name: str, process: Process, record: Record | None) -> NoReturn:
    if record is None:
        raise EngineError(f"cannot load the engine {name!r}: it does not end to be imported")
    if record.event == "failed":
        raise EngineError(process.shared.answer(record.size).decode("utf-8", "replace"))
    output = process.output()
    said = f"; it wrote: {output}" if output else ""
    raise EngineError(f"cannot load the engine {name!r}: {cause(record.size)}{said}")


def _is_killed(record: Record) -> bool:
    return record.event == "died" and cause(record.size) == _KILLED


def cause(status: int) -> str:
    """What ended a process, by the status that `os.waitpid` gives."""
    return how_it_ended(os.waitstatus_to_exitcode(status))


_KILLED = cause(signal.SIGKILL)
_BROKEN_INTO = "it wrote to every file of its process, the harness's own among them"

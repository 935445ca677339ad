"""The process that an engine lives and dies in. It loads the engine once and forks itself for the
programs, so that a crash costs a fork and not another import."""

from __future__ import annotations

import gc
import marshal
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from os import _exit  # by its own name, as an engine may replace that in `os`
from pickle import loads

from conformance.engines import Engine, EngineError, resolve_engine
from conformance.engines.execute import execute, takes_whole_programs
from conformance.engines.isolation.channel import (
    RESTART,
    Event,
    Record,
    Shared,
    is_abandoned,
    receive,
    send,
)
from conformance.engines.isolation.parent import (
    die_with_parent,
    keep_descendants,
    kill_descendants,
    wait_for_children,
)
from conformance.engines.isolation.wire import encode
from conformance.engines.naming.own import OwnOpsError, add_ops


def main(arguments: Sequence[str]) -> None:
    """Serve the process that started this one. The arguments are the engine's name, the numbers of
    the files that both share (requests, answers and memory), and the sources of own ops."""
    name, *numbers = arguments[:4]
    requests, answers, memory = map(int, numbers)
    shared = Shared(memory)
    die_with_parent(os.getppid())
    keep_descendants()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _Host(name, requests, answers, shared).serve(arguments[4:])


LARGEST = 1 << 28  # bytes of an answer: the judge has to hold it


class _Host:
    def __init__(self, name: str, requests: int, answers: int, shared: Shared) -> None:
        self.name, self.requests, self.answers, self.shared = name, requests, answers, shared
        self.runner = os.getpid()

    def serve(self, own: Sequence[str]) -> None:
        """Load the engine and say so, then run what is asked until nobody asks any more."""
        try:
            engine = resolve_engine(self.name)
            add_ops(own)
            hello = engine.name, _text(lambda: engine.version)
        except (EngineError, OwnOpsError) as error:
            self._say(0, "failed", str(error).encode("utf-8", "backslashreplace"))
            return
        self._say(0, "hello", marshal.dumps(hello))
        gc.collect()
        gc.freeze()  # What was imported stays; searched for garbage, its memory would be copied.
        if not _is_single() or takes_whole_programs(engine):
            # Threads do not survive a fork: a crash costs an import here. And an engine that has a
            # process of its own starts that anew.
            self._run(engine)
            return
        while not is_abandoned(self.requests):
            parent = os.getpid()
            child = os.fork()
            if not child:
                die_with_parent(parent)
                self._run(engine)
            _, status = os.waitpid(child, 0)
            kill_descendants(os.getpid())
            wait_for_children()
            with suppress(BrokenPipeError):
                send(self.answers, Record(0, "died", status))

    def _run(self, engine: Engine) -> None:
        """Answer requests; does not return."""
        code, self.runner = 0, os.getpid()
        try:
            while (record := receive(self.requests)) is not None and record.size != RESTART:
                self._answer(engine, record)
        except SystemExit as error:  # The engine means to exit, so it does.
            code = error.code if isinstance(error.code, int) else 1
        except BaseException:
            code = 1
        finally:
            kill_descendants(self.runner)
            _exit(code)

    def _answer(self, engine: Engine, record: Record) -> None:
        _forget_output()
        self.shared.begin(record.number, _process_of(engine))
        program = loads(self.shared.request(record.size))
        trace = execute(program, engine, self.shared.progress)
        if os.getpid() != self.runner:
            _exit(0)  # The engine forked itself: the original answers.
        if trace.end is not None:
            self._say(record.number, "lost", trace.end.detail.encode("utf-8", "backslashreplace"))
            return
        try:
            data = encode(trace)
            if len(data) > LARGEST:
                raise ValueError(f"it takes {len(data):,} bytes")
            self._say(record.number, "answer", data)
        except (TypeError, ValueError, RecursionError, MemoryError) as error:
            text = f"{type(error).__name__}: {error}"
            self._say(record.number, "unreadable", text.encode("utf-8", "backslashreplace"))

    def _say(self, number: int, event: Event, data: bytes) -> None:
        self.shared.put_answer(data)
        send(self.answers, Record(number, event, len(data)))


def _text(read: object) -> str:
    """What an engine says of itself, which may be anything, or fail."""
    try:
        return str(read()) if callable(read) else "unknown"
    except Exception:
        return "unknown"


def _process_of(engine: Engine) -> int:
    """The process that holds what the engine takes of memory."""
    process: Callable[[], int] = getattr(engine, "process", os.getpid)
    try:
        return process()
    except EngineError:  # It is said when it is to run something.
        return os.getpid()


def _is_single() -> bool:
    """Whether this process is known to have one thread, so that it can be forked."""
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


def _forget_output() -> None:
    """Drop what the engine wrote before this program, which is none of its doing."""
    try:
        if os.fstat(2).st_size:
            os.ftruncate(2, 0)
    except OSError:
        pass  # The engine closed it.

"""The flight recorder: writes down each step before the engine takes it, so that a case that
kills its process, or never ends, is known all the same."""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.engines import Engine, Session
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import Step
from conformance.trace import Outcome, TensorState, Trace

KEPT = 64  # steps, those of a few programs


@dataclass(frozen=True, slots=True)
class Recording:
    """What was going on: the case's id ("" for a generated program), the program as far as it
    had come, the last step being the one under way, and since when, in seconds ago."""

    case: str
    program: Program
    idle: float

    @property
    def step(self) -> int | None:
        """The number of the step under way; None while the inputs are made."""
        return len(self.program.steps) - 1 if self.program.steps else None


class Recorder:
    """A file that holds the program which an engine is running, and nothing between programs.
    A plain file, since what is written to it outlives the process at no cost."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.case = ""
        self._pickled: dict[int, tuple[Step, bytes]] = {}
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)

    def open(self, inputs: Sequence[Input]) -> None:
        """A program begins."""
        os.ftruncate(self._file, 0)
        os.write(self._file, pickle.dumps((self.case, tuple(inputs))))

    def note(self, step: Step) -> None:
        """A step begins."""
        os.write(self._file, self._dumped(step))

    def _dumped(self, step: Step) -> bytes:
        """The step as bytes, which are kept: programs of one structure share their steps."""
        known = self._pickled.get(id(step))
        if known is None or known[0] is not step:
            if len(self._pickled) > KEPT:
                self._pickled.clear()
            known = self._pickled[id(step)] = step, pickle.dumps(step)
        return known[1]

    def close(self) -> None:
        """The program ended."""
        os.ftruncate(self._file, 0)


def read(path: Path) -> Recording | None:
    """What the recorder's file holds: the program under way, or None between programs."""
    try:
        with path.open("rb") as file:
            idle = time.time() - os.fstat(file.fileno()).st_mtime
            entries = _entries(file)
    except OSError:
        return None
    if not entries:
        return None
    case, inputs = entries[0]
    return Recording(case, Program(inputs, tuple(entries[1:])), idle)


def _entries(file: Any) -> list[Any]:
    entries = []
    try:
        while True:
            entries.append(pickle.load(file))
    except (EOFError, pickle.UnpicklingError):  # The last one may be half written.
        return entries


class Recorded:
    """An engine whose every step is written down before it is taken."""

    def __init__(self, engine: Engine, recorder: Recorder) -> None:
        self.engine, self.recorder = engine, recorder

    @property
    def name(self) -> str:
        """The engine's own."""
        return self.engine.name

    @property
    def version(self) -> str:
        """The engine's own."""
        return self.engine.version

    def start(self, inputs: Sequence[Input]) -> Session:
        """Begin a program."""
        self.recorder.open(inputs)
        return _RecordedSession(self.engine.start(inputs), self.recorder)


class _RecordedSession:
    def __init__(self, session: Session, recorder: Recorder) -> None:
        self.session, self.recorder = session, recorder
        self.leaving = False

    def step(self, step: Step) -> Outcome:
        self.recorder.note(step)
        try:
            return self.session.step(step)
        except BaseException:
            self.leaving = True  # The engine ends the process: what it ran is to stay written.
            raise

    def value(self, name: str) -> Any:
        return self.session.value(name)

    def tensors(self) -> Mapping[str, TensorState]:
        return self.session.tensors()

    def finish(self) -> Trace:
        trace = self.session.finish()
        if not self.leaving:
            self.recorder.close()
        return trace

"""The engine that a command is: it takes whole programs, in a process of its own."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from contextlib import suppress
from os.path import isfile
from pathlib import Path
from typing import Any, NoReturn

from conformance.engines.isolation.process import tail_of
from conformance.engines.protocol import EngineError
from conformance.engines.spoken.child import PROTOCOL, Child, Lost
from conformance.engines.spoken.schema import invalid
from conformance.engines.spoken.traces import trace_from_json
from conformance.program import Program
from conformance.program import trace as traces
from conformance.program.inputs import Input
from conformance.program.trace import Trace
from conformance.program.values import brief

SCHEME = "exec:"
"""What the name of such an engine begins with; the rest is the command, as a shell writes it."""

STANDARD_ERROR = 2

NOT_READ = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What reading an answer raises that is none."""


def files_of(name: str) -> list[Path]:
    """The files that the command of an engine's name names."""
    with suppress(ValueError):  # a quote without its end
        return [Path(word) for word in shlex.split(name.removeprefix(SCHEME)) if isfile(word)]
    return []


class SpokenEngine:
    """The engine of a command. The process is started when it is first needed, and anew where it
    was lost, which costs the program under way and no other."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._child: Child | None = None
        self._hello: dict[str, Any] | None = None

    @property
    def version(self) -> str:
        """What the process says that it is: its name and version.

        Raises:
            EngineError: it cannot be started, or says nothing.
        """
        hello = self._greeted()
        return f"{hello['name']} {hello['version']}"

    @property
    def ops(self) -> tuple[str, ...] | None:
        """The ops that it says it has; None where it says nothing of them."""
        ops = self._greeted().get("ops")
        return None if ops is None else tuple(ops)

    def process(self) -> int:
        """The number of its process.

        Raises:
            EngineError: it cannot be started.
        """
        return self._ready().process

    def start(self, inputs: Sequence[Input]) -> NoReturn:
        """There is no session on another process's engine."""
        raise TypeError(f"{self.name} runs whole programs in another process: call run()")

    def run(self, program: Program, watch: Callable[[int], None] | None = None) -> Trace:
        """Run the program there. A process that dies, or says what is no answer, is an outcome:
        the trace's `end`.

        Args:
            watch: told the number of each step before it is taken, if the process tells.
        """
        at: int | None = None
        try:
            child = self._ready()
            for message in child.ask("run", program=program.to_json()):
                if "at" in message:
                    at = _step(child, message, at, len(program.steps))
                    if watch is not None:
                        watch(at)
                    continue
                return self._read(child, message, program, at)
        except Lost as lost:
            detail = str(lost)
        except EngineError as error:
            detail = f"the engine could not be loaded again: {error}"
        self._child = None
        return self._ended(detail, at)

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.stop()
            self._child = None

    def _read(
        self, child: Child, message: dict[str, Any], program: Program, at: int | None
    ) -> Trace:
        if "error" in message and "trace" not in message:
            return self._ended(f"the engine's adapter failed: {message['error']}", at)
        try:
            if message.keys() != {"seq", "trace"}:
                raise ValueError("an answer to run has the fields seq and trace")
            return trace_from_json(message["trace"], program, self.name)
        except NOT_READ as error:
            raise child.invalid("run", message, "ran", error) from error

    def _ended(self, detail: str, at: int | None) -> Trace:
        end = traces.Lost("crash", at, detail, tail_of(STANDARD_ERROR))
        return Trace(self.name, (), {}, end=end)

    def _greeted(self) -> dict[str, Any]:
        if self._hello is None:
            self._ready()
        assert self._hello is not None
        return self._hello

    def _ready(self) -> Child:
        if self._child is None:
            child = Child(self.name.removeprefix(SCHEME))
            try:
                message = next(child.ask("start", protocol=PROTOCOL))
                if "error" in message:
                    child.close()
                    raise Lost(str(message["error"]))
                if next(invalid(message, "hello"), None):
                    raise child.invalid("start", message, "hello", "")
            except Lost as lost:
                wrote = tail_of(STANDARD_ERROR)
                said = f"; it wrote: {wrote}" if wrote else ""
                raise EngineError(f"cannot load the engine {self.name!r}: {lost}{said}") from lost
            except BaseException:
                child.close()
                raise
            self._child, self._hello = child, message
        return self._child


def _step(child: Child, message: dict[str, Any], before: int | None, steps: int) -> int:
    """The step that is next; each is said once, so that what goes on for ever is seen to hang."""
    at = message["at"]
    least = 0 if before is None else before + 1
    if type(at) is not int or not least <= at <= steps or message.keys() != {"seq", "at"}:
        error = f"$.at: expected a step from {least} to {steps}, not {brief(at)}"
        raise child.invalid("run", message, "at", error)
    return at

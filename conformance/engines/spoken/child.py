"""The process that a command starts, and the lines that go to it and come from it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from conformance.engines.isolation.parent import dying_with, how_it_ended
from conformance.engines.protocol import EngineError
from conformance.engines.spoken.schema import invalid
from conformance.program.values import brief

PROTOCOL = 1
"""The version of the protocol, which both sides say."""

LARGEST = 1 << 28  # bytes of a line
LAST_BREATH = 1.0  # seconds that a process may take to end


class Lost(Exception):  # noqa: N818 - what became of the process
    """The process is gone, or has said what is no answer and was ended; the text tells."""


class Child:
    """A process that was started, and is asked one thing at a time."""

    def __init__(self, command: str) -> None:
        try:
            words = shlex.split(command)
            self._popen = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,  # its standard error is this process's
                preexec_fn=dying_with(os.getpid()),
            )
        except (OSError, ValueError, IndexError, subprocess.SubprocessError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise EngineError(f"cannot start {command!r}: {reason}") from error
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self._input, self._output = self._popen.stdin, self._popen.stdout
        self._seq = -1

    @property
    def process(self) -> int:
        """Its number."""
        return self._popen.pid

    def ask(self, request: str, **fields: Any) -> Iterator[dict[str, Any]]:
        """Send a request, and give what is answered, message by message, each with its number.

        Raises:
            Lost: the process ends, or a line is no message with that number.
        """
        self.tell(request, **fields)
        while True:
            yield self._message(request)

    def tell(self, request: str, **fields: Any) -> None:
        """Send a request.

        Raises:
            Lost: nobody reads it.
        """
        self._seq += 1
        self.write({"seq": self._seq, "cmd": request, **fields})

    def write(self, message: Any) -> None:
        """Send any message."""
        try:
            self._input.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")
            self._input.flush()
        except OSError:
            raise Lost(self._end()) from None

    def read(self) -> bytes:
        """The next line.

        Raises:
            Lost: there is none.
        """
        line = self._output.readline(LARGEST)
        if not line.endswith(b"\n"):
            raise Lost("a line of its answer has no end" if len(line) == LARGEST else self._end())
        return line

    def _message(self, request: str) -> dict[str, Any]:
        line = self.read()
        try:
            message = json.loads(line, parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise self.refused(request, f"a line that is no JSON: {_shown(line)}") from None
        if not isinstance(message, dict):
            raise self.refused(request, f"{brief(message)}, which is no object")
        if type(message.get("seq")) is not int or message["seq"] != self._seq:
            found = brief(message.get("seq"))
            raise self.refused(request, f"$.seq: expected {self._seq}, not {found}")
        return message

    def refused(self, request: str, what: str) -> Lost:
        """That an answer is none. What comes after it cannot be trusted, so the process ends."""
        self.close()
        return Lost(f"its answer to message {self._seq} ({request}) is not valid: {what}")

    def invalid(self, request: str, message: Any, kind: str, error: object) -> Lost:
        """Likewise, of an answer that does not stand up to being read: the schema says where, or
        the error what."""
        found = next(invalid(message, kind), None)
        return self.refused(request, str(found or error))

    def _end(self) -> str:
        """How the process ended that is not heard any more."""
        try:
            code = self._popen.wait(LAST_BREATH)
        except subprocess.TimeoutExpired:
            self.close()
            return "it closed its standard output"
        self.close()
        return how_it_ended(code)

    def close(self) -> None:
        """End the process, whatever it does."""
        with suppress(ProcessLookupError):
            self._popen.kill()
        self._popen.wait()
        for pipe in (self._input, self._output):
            with suppress(OSError):
                pipe.close()

    def stop(self) -> bool:
        """Ask the process to end; whether it does so in time."""
        with suppress(Lost):
            self.tell("stop")
        with suppress(OSError):
            self._input.close()
        until = time.monotonic() + LAST_BREATH
        while self._popen.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
        ended = self._popen.poll() is not None
        self.close()
        return ended


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number of JSON")


def _shown(line: bytes) -> str:
    return brief(line.decode("utf-8", "replace").rstrip("\n"))

"""The start, the questions and the end of an engine's process, from the judge's side."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

from conformance.engines.isolation.channel import RESTART, Record, Shared, is_ready, receive, send
from conformance.engines.isolation.parent import kill_children, kill_descendants
from conformance.engines.observing.texts import without_addresses
from conformance.program.trace import Lost
from conformance.program.words.own import sources

LAST_BREATH = 1.0  # seconds that a process may take to end once its pipe is closed
OUTPUT = 4000  # bytes of the end of what it wrote that are looked at
MOST_OUTPUT = 1 << 24  # bytes of it that are kept for a moment
LINES = 6  # of these, what is kept: the error and the innermost frames

# The engine's process finds modules where this one does, and the harness is this one's.
_BOOT = (
    "import sys; sys.path[:] = {path!r}\n"
    "from conformance.engines.isolation.host import main; main(sys.argv[1:])"
)

# One thread a process, as the reference has: sums come out the same on every machine. And sets in
# one order, so that an engine gives the same answer twice.
_DEFAULTS: Mapping[str, str] = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONFAULTHANDLER": "1",
}


class Process:
    """A host that was started, and what is shared with it."""

    def __init__(self, engine: str, environment: Mapping[str, str]) -> None:
        self.shared = Shared.make()
        self.broken_into = False  # whether the engine wrote to the harness's own pipe
        theirs, self._requests = os.pipe()
        self._answers, ours = os.pipe()
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        files = (theirs, ours, self.shared.file)
        path = [entry or os.getcwd() for entry in sys.path]
        if (here := os.getcwd()) not in path:
            path.append(here)
        self._popen = subprocess.Popen(
            [sys.executable, "-c", _BOOT.format(path=path), engine, *map(str, files), *sources()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._output,
            pass_fds=files,
            env={**_DEFAULTS, **os.environ, **environment},
            start_new_session=True,  # Ctrl-C is ours; and all that it starts ends with it.
        )
        os.close(theirs)
        os.close(ours)

    @property
    def is_gone(self) -> bool:
        """Whether the host itself has ended."""
        return self._popen.poll() is not None

    def ask(self, number: int, data: bytes) -> None:
        """Have a program run; one that died already is found when it is waited for."""
        self.shared.put_request(data)
        with suppress(BrokenPipeError):
            send(self._requests, Record(number, "answer", len(data)))

    def wait(self, seconds: float) -> Record | None:
        """What the host says within so many seconds: if it is gone, that it died."""
        if not is_ready(self._answers, seconds):
            return None
        try:
            record = receive(self._answers)
        except ValueError:
            self.broken_into = True
            self._kill()
            record = None
        if record is None:
            return Record(0, "died", self._status())
        return record

    def restart(self) -> bool:
        """Have a fresh process take what comes next; whether that could be done. (Not where the
        old one does not end, nor where the host itself ran the programs.)"""
        with suppress(BrokenPipeError):
            send(self._requests, Record(0, "answer", RESTART))
        record = self.wait(LAST_BREATH)
        return record is not None and record.event == "died" and not self.is_gone

    def trim_output(self) -> None:
        """Drop what the engine wrote, if that is so much that it would fill the disk."""
        with suppress(OSError):
            if os.fstat(self._output.fileno()).st_blocks * 512 > MOST_OUTPUT:
                os.ftruncate(self._output.fileno(), 0)

    def loss(self, number: int, kind: Literal["crash", "hang"], detail: str) -> Lost:
        """How the process was lost over a program."""
        begun, step, _ = self.shared.state()
        under_way = step if begun == number and step >= 0 else None
        return Lost(kind, under_way, detail, self.output())

    def output(self) -> str:
        """The end of what the engine wrote to its standard error."""
        return tail_of(self._output.fileno())

    def end_runner(self) -> bool:
        """End what runs the programs, so that a fresh one takes the next; whether the host says
        that it did, which it does not where it ran them itself."""
        if not self.is_gone:
            kill_children(self._popen.pid)
        until = time.monotonic() + LAST_BREATH
        while (left := until - time.monotonic()) > 0:
            record = self.wait(left)
            if record is None or record.event == "died":
                return record is not None and not self.is_gone
        return False

    def end(self) -> None:
        """End the process and all that it started, whatever they do."""
        os.close(self._requests)
        os.close(self._answers)
        if not self.is_gone:
            kill_children(self._popen.pid)  # The host ends what these have started, and itself.
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(LAST_BREATH)
        self._kill()
        self._output.close()
        self.shared.close()

    def _status(self) -> int:
        try:
            code = self._popen.wait(LAST_BREATH)
        except subprocess.TimeoutExpired:  # It closed its pipe and lives on.
            self._kill()
            code = self._popen.wait()
        return code << 8 if code >= 0 else -code

    def _kill(self) -> None:
        if not self.is_gone:
            kill_descendants(self._popen.pid)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(LAST_BREATH)


def tail_of(file: int) -> str:
    """The end of what stands in a file, as far as an engine wrote it; "" if it cannot be read."""
    with suppress(OSError):
        size = os.fstat(file).st_size
        data = os.pread(file, OUTPUT, max(0, size - OUTPUT))
        return _told(data.decode("utf-8", "replace").strip("\0\n "))
    return ""


def _told(output: str) -> str:
    """What the engine's own output says: without the frames of the harness that called it, which
    Python's fault handler prints innermost first, and its list of modules."""
    own = f'File "{Path(__file__).parents[2]}'
    said = without_addresses(output.partition("\nExtension modules:")[0])
    lines = said.splitlines()
    return "\n".join([line for line in lines if line.strip() and own not in line][:LINES])

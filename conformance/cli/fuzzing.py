"""Rounds of the suite's property tests under the `fuzz` profile, until the time is over.

Each round is a run of pytest, with twice the examples of the one before: so the first comes to
every property within a minute, and starting pytest soon costs nothing. What fails is kept in
Hypothesis's database as soon as it is found, and is tried first the next time, in the next round
as well as in a run on another day: a run that is interrupted loses nothing.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec

from rich.console import Console

FIRST = 25  # examples of a property in the first round
PATIENCE = 30.0  # seconds that pytest may take to end its run, once it is told
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(slots=True)
class Rounds:
    """The rounds of one run.

    Attributes:
        command: pytest's, without what changes from round to round.
        until: when the time is over, by the monotonic clock.
        failed: the tests that failed in any round.
    """

    command: Sequence[str]
    seed: int
    until: float
    console: Console
    failed: dict[str, None] = field(default_factory=dict)
    interrupted: bool = False
    broken: int = 0  # pytest's exit code, where it could not run the tests

    def run(self) -> int:
        """Run rounds until the time is over; gives the exit code."""
        number = 0
        while not (self.interrupted or self.broken) and self.left > 0:
            examples = FIRST << number
            self.console.print(
                f"round {number + 1}: {examples:,} examples of each property, "
                f"seed {self.seed + number}, {self.left / 60:.1f} minutes left",
                highlight=False,
            )
            self._round(examples, self.seed + number)
            number += 1
        return self._end(number)

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.until - time.monotonic()

    def _round(self, examples: int, seed: int) -> None:
        changing = ("--max-examples", str(examples), "--hypothesis-seed", str(seed))
        running = subprocess.Popen([*self.command, *changing], stdout=subprocess.PIPE)
        assert running.stdout is not None
        # Told by a clock of its own, since the output is waited for; and not to the group, whose
        # other processes pytest ends itself.
        watch = subprocess.Popen(
            [sys.executable, "-c", _WATCH, str(running.pid), str(max(self.left, 0))]
        )
        try:
            text = self._followed(running.stdout.fileno())
            code = running.wait(PATIENCE)
        except KeyboardInterrupt:
            self.interrupted = True
            text, code = "", _ended(running)
        finally:
            watch.kill()
            watch.wait()
        self.failed.update(dict.fromkeys(_FAILED.findall(text)))
        if code not in (0, 1, 2):
            self.broken = code

    def _followed(self, source: int) -> str:
        """What pytest prints, passed on as it comes."""
        parts = []
        while part := os.read(source, 4096):
            parts.append(part)
            sys.stdout.buffer.write(part)
            sys.stdout.flush()
        return b"".join(parts).decode(errors="replace")

    def _end(self, rounds: int) -> int:
        said = f"{rounds} round{'s' * (rounds != 1)}"
        if self.failed:
            self.console.print(f"\n{said}; {len(self.failed)} properties failed:", highlight=False)
            for name in self.failed:
                self.console.print(f"  {name}", highlight=False, markup=False)
            return 1
        if self.broken:
            return 2
        self.console.print(f"\n{said}; no property failed", highlight=False)
        return 130 if self.interrupted else 0


_WATCH = """
import os, signal, sys, time
time.sleep(float(sys.argv[2]))
os.kill(int(sys.argv[1]), signal.SIGINT)
"""


def _ended(running: subprocess.Popen[bytes]) -> int:
    try:
        return running.wait(PATIENCE)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        running.kill()
        return running.wait()


def fuzz(
    engine: str, *, minutes: float, jobs: int, seed: int, more: Sequence[str], console: Console
) -> int:
    """Fuzz an engine for so many minutes; gives the exit code: 1 where a property failed."""
    command = [
        *(sys.executable, "-m", "pytest", "--pyargs", "conformance", "--engine", engine),
        *("-m", "hypothesis", "--hypothesis-profile", "fuzz", "-q", "-rfE", "--no-header"),
        *(("-n", str(jobs)) if jobs > 1 and find_spec("xdist") else ()),
        *more,
    ]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return Rounds(command, seed, time.monotonic() + 60 * minutes, console).run()

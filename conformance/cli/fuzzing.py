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
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from random import SystemRandom
from threading import Thread
from typing import IO

from rich.console import Console

FIRST = 25  # examples of a property in the first round
SHORT = 30.0  # seconds: a round with failures that took no longer is repeated, not doubled
LEAST = 15.0  # seconds in which a round comes to anything; with less left none is begun
PATIENCE = 30.0  # seconds that pytest may take to end its run, once it is told
TOLD = 3  # times: Python swallows an interrupt that comes while it collects garbage
SEEDS = 1 << 32

_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
_COUNTED = re.compile(r"\b\d+ (passed|failed|xfailed|xpassed)\b")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(slots=True)
class Rounds:
    """The rounds of one run.

    Attributes:
        command: pytest's, without what changes from round to round.
        until: when the time is over, by the monotonic clock.
        failed: the tests that failed in any round.
        counted: what came of tests that were completed: "passed", "failed", …
        cut: whether the last round was ended before it was done.
        interrupted: whether the user ended the run.
        broken: pytest's exit code, where it could not run the tests.
    """

    command: Sequence[str]
    seed: int
    until: float
    console: Console
    failed: dict[str, None] = field(default_factory=dict)
    counted: set[str] = field(default_factory=set)
    cut: bool = False
    interrupted: bool = False
    broken: int = 0

    def run(self) -> int:
        """Run rounds until the time is over; gives the exit code."""
        number, examples = 0, FIRST
        while number == 0 or self.left > LEAST:
            self._say(
                f"round {number + 1}: {examples:,} examples of each property, "
                f"seed {self.seed + number}, {max(self.left, 0) / 60:.1f} minutes left"
            )
            began = time.monotonic()
            came_to = self._round(examples, self.seed + number)
            number += 1
            if self.interrupted or self.broken or self.cut or came_to == {"failed"}:
                break
            if "failed" not in came_to or time.monotonic() - began > SHORT:
                examples *= 2
        return self._end(number)

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.until - time.monotonic()

    def _round(self, examples: int, seed: int) -> set[str]:
        """What came of the round's tests."""
        changing = ("--max-examples", str(examples), "--hypothesis-seed", str(seed))
        # In a session of its own: an interrupt comes to it once, from here.
        running = subprocess.Popen(
            [*self.command, *changing], stdout=subprocess.PIPE, start_new_session=True
        )
        assert running.stdout is not None
        following = _Following(running.stdout)
        following.start()
        code = self._waited_for(running)
        following.join(PATIENCE)
        text = _COLOURS.sub("", following.text)
        failed = _FAILED.findall(text)
        self.failed.update(dict.fromkeys(failed))
        is_failure = code == 1 and not self.cut  # which an interrupt of Python's start gives, too
        came_to = {*_COUNTED.findall(text)} | ({"failed"} if failed or is_failure else set())
        self.counted |= came_to
        # pytest-xdist gives 2, too, where it stops at a failure as it was told.
        if not self.cut and code not in (0, 1) and not (code == 2 and failed):
            self.broken = code
        return came_to

    def _waited_for(self, running: subprocess.Popen[bytes]) -> int:
        try:
            return running.wait(max(self.left, 0))
        except subprocess.TimeoutExpired:
            self.cut = True
        except KeyboardInterrupt:
            self.cut = self.interrupted = True
        return _ended(running)

    def _end(self, rounds: int) -> int:
        said = f"{rounds} round{'s' * (rounds != 1)}"
        if self.cut:
            said += (
                ", the last cut short (what failed in it is in the database, and is tried first)"
            )
        if "failed" in self.counted:
            several = "" if len(self.failed) == 1 else "s"
            self._say(f"\n{said}; {len(self.failed) or 'some'} test{several} failed:")
            for name in self.failed:
                self._say(f"  {name}")
            return 1
        if self.broken:
            self._say(f"\n{said}; pytest could not run the tests (exit code {self.broken})")
            return 2
        if not self.counted:
            self._say(f"\n{said}; no test was completed")
            return 130 if self.interrupted else 2
        self._say(f"\n{said}; no property failed")
        return 130 if self.interrupted else 0

    def _say(self, text: str) -> None:
        self.console.print(text, highlight=False, markup=False)


class _Following(Thread):
    """Passes on what pytest prints as it comes, and keeps it."""

    def __init__(self, source: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self.source = source
        self.parts: list[bytes] = []

    def run(self) -> None:
        """Read to the end."""
        while part := os.read(self.source.fileno(), 4096):
            self.parts.append(part)
            sys.stdout.buffer.write(part)
            sys.stdout.flush()

    @property
    def text(self) -> str:
        """What was printed so far."""
        return b"".join(self.parts).decode(errors="replace")


def _ended(running: subprocess.Popen[bytes]) -> int:
    """End pytest as Ctrl-C does, which lets it say what came of the tests."""
    with suppress(KeyboardInterrupt):  # Who interrupts again does not want to wait.
        for _ in range(TOLD):
            running.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                return running.wait(PATIENCE)
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    return running.wait()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def fuzz(
    engine: str,
    *,
    minutes: float,
    jobs: int,
    seed: int | None,
    more: Sequence[str],
    console: Console,
) -> int:
    """Fuzz an engine for so many minutes; gives the exit code: 1 where a property failed, 2 where
    none could be asked. Without a seed the programs are others each time."""
    command = [
        *(sys.executable, "-m", "pytest", "--pyargs", "conformance", "--engine", engine),
        *("-m", "hypothesis", "--hypothesis-profile", "fuzz", "-q", "--no-header"),
        *(("-n", str(jobs)) if jobs > 1 and find_spec("xdist") else ()),
        *more,
        "-rfE",  # last: the names of what failed are read from it
    ]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    if seed is None:
        seed = SystemRandom().randrange(SEEDS)
    return Rounds(command, seed, time.monotonic() + 60 * minutes, console).run()

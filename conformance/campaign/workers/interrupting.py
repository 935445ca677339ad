"""SIGTERM and the end of a terminal mean what Ctrl-C means: stop, and say what was found."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@dataclass(slots=True)
class Interrupts:
    """The signals that came and were not yet heeded. None interrupts what is being done: half a
    message would be read, or half a line written."""

    waiting: int = 0

    def take(self) -> bool:
        """Whether there is one to heed; it is heeded once."""
        if not self.waiting:
            return False
        self.waiting -= 1
        return True

    def note(self, number: int, frame: Any) -> None:
        """The handler."""
        self.waiting += 1


@contextmanager
def interruptible() -> Iterator[Interrupts]:
    """Inside this block, those signals are noted."""
    interrupts = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return
    before = {number: signal.signal(number, interrupts.note) for number in SIGNALS}
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

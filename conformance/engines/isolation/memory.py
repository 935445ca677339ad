"""How much memory a process holds, and whether it goes on growing."""

from __future__ import annotations

import os
from dataclasses import dataclass

MOST_GROWTH = 64 << 20  # bytes that a process may grow by once it is warm: thousands of programs


def memory_of(process: int) -> int:
    """The bytes of memory that a process holds; 0 where nothing tells."""
    resident, _ = _pages_of(process)
    return resident * os.sysconf("SC_PAGESIZE")


def own_memory_of(process: int) -> int:
    """Likewise, without what it reads from files. A library that is used
    bit by bit comes into memory bit by bit, for as long as a process lives: that is no leak."""
    resident, shared = _pages_of(process)
    return (resident - shared) * os.sysconf("SC_PAGESIZE")


def _pages_of(process: int) -> tuple[int, int]:
    """The pages that are in memory, and how many of them are shared."""
    try:
        with open(f"/proc/{process}/statm", encoding="ascii") as file:
            _, resident, shared, *_ = file.read().split()
            return int(resident), int(shared)
    except (OSError, ValueError):
        return 0, 0


@dataclass(slots=True)
class Growth:
    """Whether a process, looked at now and then, has grown too much since it was warm.

    What an engine never frees is its users' affair (torch keeps a gradient whose graph holds its
    own tensor, as it documents of `create_graph=True`), but it must not end a campaign that lasts
    for days: so a process that has grown is replaced by a fresh one.

    Attributes:
        cases: after how many a process is warm: has imported and allocated what it needs. It is
            these that tell, and not seconds: a slow machine takes longer to become warm.
    """

    cases: int
    _process: int = 0
    _warm: int = 0

    def is_too_much(self, process: int, held: int, done: int) -> bool:
        """Note what the process holds of its own, after so many cases of the kind that it is at;
        another one than the last time begins anew."""
        if process != self._process:  # which may have done many cases before the first look
            self._process, self._warm = process, held
        if done <= self.cases:
            self._warm = max(self._warm, held)
        return held > self._warm + MOST_GROWTH

"""How much memory a process holds, and whether it goes on growing."""

from __future__ import annotations

import os
from dataclasses import dataclass

MOST_GROWTH = 64 << 20  # bytes that a process may grow by once it is warm: thousands of programs


def memory_of(process: int) -> int:
    """The bytes of memory that a process holds; 0 where nothing tells."""
    try:
        with open(f"/proc/{process}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    except (OSError, ValueError, IndexError):
        return 0


@dataclass(slots=True)
class Growth:
    """Whether a process, looked at now and then, has grown too much since it was warm.

    What an engine never frees is its users' affair (torch keeps a gradient whose graph holds its
    own tensor, as it documents of `create_graph=True`), but it must not end a campaign that lasts
    for days: so a process that has grown is replaced by a fresh one.

    Attributes:
        looks: after how many looks a process is warm: has imported and allocated what it needs.
    """

    looks: int
    _process: int = 0
    _looked: int = 0
    _warm: int = 0

    def is_too_much(self, process: int, held: int) -> bool:
        """Note what the process holds; another one than the last time begins anew."""
        if process != self._process:
            self._process, self._looked, self._warm = process, 0, 0
        self._looked += 1
        if self._looked <= self.looks:
            self._warm = max(self._warm, held)
        return held > self._warm + MOST_GROWTH

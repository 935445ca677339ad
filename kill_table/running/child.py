"""Work in a forked process that is watched: it may die, hang, or take too much memory."""

from __future__ import annotations

import io
import mmap
import os
import pickle
import select
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from conformance.engines.isolation.memory import own_memory_of
from conformance.engines.isolation.parent import die_with_parent, kill_descendants

POLL = 0.1  # seconds between looks at the child
MEMORY = 3 << 30  # bytes of its own that a child may take
NOTHING = -1  # the number under way before the first

Begin = Callable[[int], None]
Work = Callable[[Begin], Iterator[Any]]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended.

    Attributes:
        how: "late" where the time for all was over.
        values: what it gave until then.
        at: the number that was under way.
        detail: of one that did not return, why.
    """

    how: Literal["returned", "raised", "crash", "hang", "late"]
    values: tuple[Any, ...]
    at: int
    detail: str = ""


class Board:
    """Memory in which a child writes what it is at, and how often it began something."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 16)
        self.begin(NOTHING)

    def begin(self, number: int) -> None:
        """Write down what is under way now."""
        _, times = self.state()
        self._memory[:] = number.to_bytes(8, "little", signed=True) + (times + 1).to_bytes(
            8, "little"
        )

    def state(self) -> tuple[int, int]:
        """What is under way, and how often something was begun."""
        data = self._memory[:]
        return int.from_bytes(data[:8], "little", signed=True), int.from_bytes(data[8:], "little")


def in_child(work: Work, *, patience: float = 1e9, limit: float = 1e9) -> Ended:
    """Run the work in a fork of this process, and gather what it yields.

    Args:
        work: is given what it has to call with the number of each thing that it begins.
        patience: seconds that one thing may take.
        limit: seconds that all may take together.
    """
    board = Board()
    read, write = os.pipe()
    parent, child = os.getpid(), os.fork()
    if not child:
        os.close(read)
        _serve(work, board, write, parent)
    os.close(write)
    data, stopped = bytearray(), ""
    try:
        stopped = _watched(child, read, data, board, patience, limit)
    finally:
        os.close(read)
        kill_descendants(child)
        if stopped or not _is_over(data):
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    values, last = _unpacked(bytes(data))
    at, _ = board.state()
    if last is not None:
        return Ended(last[0], values, at, last[1])
    how: Any = stopped or "crash"
    return Ended(how, values, at, f"status {status}")


def _serve(work: Work, board: Board, write: int, parent: int) -> None:
    """Do it, send what it gives, and end the process."""
    try:
        die_with_parent(parent)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's.
        quiet = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(quiet, number)
        with open(write, "wb") as file:
            try:
                for value in work(board.begin):
                    pickle.dump(("value", value), file)
                    file.flush()
                pickle.dump(("returned", ""), file)
            except BaseException:
                pickle.dump(("raised", traceback.format_exc()), file)
    finally:
        os._exit(0)


def _watched(
    child: int, read: int, data: bytearray, board: Board, patience: float, limit: float
) -> str:
    """Read until the child closes its end; or why it is not waited for any more."""
    began = since = time.monotonic()
    state = board.state()
    while True:
        ready, _, _ = select.select([read], [], [], POLL)
        if ready:
            piece = os.read(read, 1 << 20)
            if not piece:
                return ""
            data += piece
            continue
        now = time.monotonic()
        if board.state() != state:
            state, since = board.state(), now
        if now - since > patience:
            return "hang"
        if now - began > limit:
            return "late"
        if own_memory_of(child) > MEMORY:
            return "crash"


def _is_over(data: bytearray) -> bool:
    return _unpacked(bytes(data))[1] is not None


def _unpacked(data: bytes) -> tuple[tuple[Any, ...], tuple[Any, str] | None]:
    """The values that came, and the child's last word if it came to that."""
    values, file = list[Any](), io.BytesIO(data)
    while True:
        try:
            word, value = pickle.load(file)
        except (EOFError, pickle.UnpicklingError):
            return tuple(values), None
        if word != "value":
            return tuple(values), (word, value)
        values.append(value)

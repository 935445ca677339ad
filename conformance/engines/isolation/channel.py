"""What the judge and an engine's process share: memory for what is long, pipes for short records.

A record is written whole or not at all (it is shorter than a pipe's atomic size), and what it
announces lies in the shared memory already: a process may die at any moment, and leaves no half of
a message behind.
"""

from __future__ import annotations

import mmap
import os
import select
import struct
import tempfile
from dataclasses import dataclass
from os import pread, pwrite, write  # by their own names, as an engine may replace them in `os`
from typing import Literal, TypeAlias, get_args

Event: TypeAlias = Literal["answer", "died", "failed", "hello", "lost", "unreadable"]
"""What the engine's side says: an answer; that the process which ran programs died; that the
engine could not be loaded; that it was; that the engine has lost a process of its own over the
program; that an answer could not be put into bytes."""

_EVENTS: tuple[Event, ...] = get_args(Event)
_RECORD = struct.Struct("<qqq")
_HEADER = struct.Struct("<qqq")
_PROGRESS = struct.Struct("<q")
_HEADER_SIZE = mmap.PAGESIZE
_REQUEST_AT = _HEADER_SIZE
_ANSWER_AT = 1 << 28  # the memory is sparse: what lies between costs nothing
RESTART = -1  # in place of a request's length: end, so that a fresh process takes the next


@dataclass(frozen=True, slots=True)
class Record:
    """A short message: of which request, what happened, and how long what it announces is; of a
    death, the status as `os.waitpid` gives it."""

    number: int
    event: Event
    size: int


class Shared:
    """The shared memory: a header that says how far a request has come, a request, an answer."""

    def __init__(self, file: int) -> None:
        self.file = file
        if os.fstat(file).st_size < _HEADER_SIZE:
            os.ftruncate(file, _HEADER_SIZE)
        self._header = mmap.mmap(file, _HEADER_SIZE)

    @classmethod
    def make(cls) -> Shared:
        """New memory, without a name that could be left behind."""
        if hasattr(os, "memfd_create"):
            return cls(os.memfd_create("conformance"))
        with tempfile.TemporaryFile() as file:
            return cls(os.dup(file.fileno()))

    def begin(self, number: int, process: int) -> None:
        """The process takes the request: from now on its death is the request's."""
        _HEADER.pack_into(self._header, 0, number, -1, process)

    def progress(self, step: int) -> None:
        """The step of that number is next."""
        _PROGRESS.pack_into(self._header, 8, step)

    def state(self) -> tuple[int, int, int]:
        """The request begun last, its step under way (-1 for its inputs), and whose process."""
        data = pread(self.file, _HEADER.size, 0)  # Mapped memory that the engine cut off kills us.
        if len(data) < _HEADER.size:
            return 0, -1, 0
        number, step, process = _HEADER.unpack(data)
        return number, step, process

    def put_request(self, data: bytes) -> None:
        """Lay a request down."""
        pwrite(self.file, data, _REQUEST_AT)

    def request(self, size: int) -> bytes:
        """The request that lies there."""
        return pread(self.file, size, _REQUEST_AT)

    def put_answer(self, data: bytes) -> None:
        """Lay an answer down."""
        pwrite(self.file, data, _ANSWER_AT)

    def answer(self, size: int) -> bytes:
        """The answer that lies there."""
        data = pread(self.file, size, _ANSWER_AT)
        if size > 1 << 20:
            os.ftruncate(self.file, _ANSWER_AT)  # A long one is not kept until the next.
        return data

    def close(self) -> None:
        """Give the memory back."""
        self._header.close()
        os.close(self.file)


def send(pipe: int, record: Record) -> None:
    """Write a record."""
    write(pipe, _RECORD.pack(record.number, _EVENTS.index(record.event), record.size))


def receive(pipe: int) -> Record | None:
    """The next record, once it is there; None when the other side is gone.

    Raises:
        ValueError: what came is no record.
    """
    data = os.read(pipe, _RECORD.size)
    if not data:
        return None
    if len(data) != _RECORD.size:
        raise ValueError("the other side wrote something else")
    number, event, size = _RECORD.unpack(data)
    if not 0 <= event < len(_EVENTS) or size < RESTART:
        raise ValueError("the other side wrote something else")
    return Record(number, _EVENTS[event], size)


def is_ready(pipe: int, seconds: float) -> bool:
    """Whether a record, or the end, comes within so many seconds."""
    poller = select.poll()
    poller.register(pipe, select.POLLIN | select.POLLHUP)
    return bool(poller.poll(seconds * 1000))


def is_abandoned(pipe: int) -> bool:
    """Whether nobody can write to the pipe any more."""
    poller = select.poll()
    poller.register(pipe, select.POLLHUP)
    return any(event & select.POLLHUP for _, event in poller.poll(0))

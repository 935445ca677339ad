"""One campaign at a time in an output folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = ".lock"


class LockedError(Exception):
    """Another campaign writes to the folder; the message says which process it is."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep others out of the folder inside this block. The lock is the system's, so it ends with
    this process however that ends.

    Raises:
        LockedError: somebody else is in it.
    """
    try:
        import fcntl
    except ImportError:  # No such thing here: nobody is kept out.
        yield
        return
    file = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.read(file, 20).decode("ascii", "replace").strip() or "unknown"
            raise LockedError(
                f"another run (process {owner}) writes to {folder}; "
                "wait for it, or name another folder by --output"
            ) from error
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        yield  # The file stays: removed, it could be locked by two under one name.
    finally:
        os.close(file)

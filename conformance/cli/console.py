"""The console that a long run prints to, whether or not anybody still reads."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import IO, Any, TextIO, cast

from rich.console import Console


def lasting_console() -> Console:
    """A console on the standard output. Once that cannot be written to any more (`head` ended, the
    terminal was closed), what is printed is dropped, and the run goes on."""
    return Console(file=cast(IO[str], _Lasting(sys.stdout)))


class _Lasting:
    """A file that can always be written to."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write the text, if anybody reads it."""
        try:
            return self._file.write(text)
        except OSError:
            self._let_go()
            return len(text)

    def flush(self) -> None:
        """Hand over what was written."""
        try:
            self._file.flush()
        except OSError:
            self._let_go()

    def _let_go(self) -> None:
        """Write to nowhere from now on; Python itself writes what is left at its end, too."""
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._file.fileno())
            os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

"""The text of a program's own code, compiled: of hooks, functions and snippets."""

from __future__ import annotations

import re
from functools import lru_cache
from types import CodeType

_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")
_FILE = "<program>"


@lru_cache(maxsize=4096)
def compiled(text: str, mode: str = "exec") -> CodeType:
    """The text's code; `mode` is that of Python's `compile`."""
    return compile(text, _FILE, mode)


def without_addresses(text: str) -> str:
    """The text with every object's address, another in each process, left out."""
    return _ADDRESS.sub("0x…", text) if "0x" in text else text


def raised_in_program(error: BaseException) -> bool:
    """Whether the program's own code raised it, and not what that code calls."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename == _FILE

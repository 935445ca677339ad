"""The text of a program's own code, compiled: of hooks, functions and snippets."""

from __future__ import annotations

from functools import lru_cache
from types import CodeType

_FILE = "<program>"


@lru_cache(maxsize=4096)
def compiled(text: str, mode: str = "exec") -> CodeType:
    """The text's code; `mode` is that of Python's `compile`."""
    return compile(text, _FILE, mode)


def raised_in_program(error: BaseException) -> bool:
    """Whether the program's own code raised it, and not what that code calls."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename == _FILE

"""Texts: a program's own code, compiled, and what an engine says, as it may stand in a trace."""

from __future__ import annotations

import re
from functools import lru_cache
from types import CodeType

# An object's address, and with it the name of a function that an engine makes inside itself.
_ADDRESS = re.compile(r"(<function) [\w.]+\.<locals>\.[\w.<>]+ at 0x[0-9a-f]+|\b0x[0-9a-f]{6,}\b")
_FILE = "<program>"

_STACK = "\nException raised from "
LIMIT = 100_000  # characters of a text that an engine gives: more than any that torch prints here


@lru_cache(maxsize=4096)
def compiled(text: str, mode: str = "exec") -> CodeType:
    """The text's code; `mode` is that of Python's `compile`."""
    return compile(text, _FILE, mode)


def text_of(text: str) -> str:
    """An engine's text as a plain string that can be written anywhere: half of a surrogate pair is
    escaped, and what is longer than `LIMIT` is cut."""
    if type(text) is str and len(text) <= LIMIT and text.isascii():
        return text
    size = str.__len__(text)
    plain = str.__getitem__(text, slice(LIMIT)).encode("utf-8", "backslashreplace").decode()
    return plain if size <= LIMIT else f"{plain}… ({size} characters)"


def without_addresses(text: str) -> str:
    """The text with every object's address, another in each process, left out, and without the
    stack of C++ that some of torch's errors end with."""
    return _ADDRESS.sub(_without, text.partition(_STACK)[0]) if "0x" in text else text


def said(error: BaseException) -> str:
    """The error's type and text, in a line."""
    try:
        text = without_addresses(str(error))
    except Exception as failure:  # An error class of an engine's own, with a broken __str__.
        text = f"<its message could not be read: {type(failure).__name__}>"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _without(found: re.Match[str]) -> str:
    return found.group(1) or "0x…"


def asked_by_program(error: AttributeError) -> bool:
    """Whether the attribute is one that the program's own code names, and not one that an
    engine's op lacks inside."""
    trace, asking = error.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _FILE:
            asking = trace.tb_frame.f_code
        trace = trace.tb_next
    return asking is not None and error.name in asking.co_names

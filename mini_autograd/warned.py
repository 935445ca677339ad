"""Warnings that torch gives once a process: said the first time, or always if that is switched on.

All others go through Python's own `warnings.warn`, which has its filters.
"""

from __future__ import annotations

import threading
import warnings
from typing import Final

from mini_autograd.errors import arguments as errors


class _Said:
    """What was warned of once, and whether that matters."""

    def __init__(self) -> None:
        self.always = False
        self.messages: set[str] = set()


_said = _Said()


def set_warn_always(b: bool, /) -> None:
    """Whether to warn each time of what is otherwise warned of once a process."""
    if not isinstance(b, bool):
        raise errors.warn_always_type(b)
    _said.always = b


def is_warn_always_enabled() -> bool:
    """What `set_warn_always` set."""
    return _said.always


def once(message: str, stacklevel: int = 2, same: str | None = None) -> None:
    """A UserWarning, unless there was the same before; `stacklevel` as in `warnings.warn`.

    `same` is what all messages of one kind have in common, if they differ.
    """
    same = same or message
    if _said.always or same not in _said.messages:
        warnings.warn(message, UserWarning, stacklevel=stacklevel + 1)
        if not _said.always:
            _said.messages.add(same)  # not if the warning was made an error


# What the walk of each thread has to say: torch's engine keeps it until that has ended.
awaited: Final[dict[int, list[tuple[str, str]]]] = {}


def after_walk(message: str, same: str | None = None) -> None:
    """Likewise, said when the walk has ended, in whatever way."""
    awaited.setdefault(threading.get_ident(), []).append((message, same or message))


def say_awaited(stacklevel: int = 2) -> None:
    """Says what a walk left to be said."""
    for message, same in awaited.pop(threading.get_ident(), ()):
        once(message, stacklevel + 1, same)

"""Warnings that torch gives once a process: said the first time, or always if that is switched on.

All others go through Python's own `warnings.warn`, which has its filters.
"""

from __future__ import annotations

import threading
import warnings
from typing import Final

from mini_autograd.messages import arguments as errors


class _Said:
    """What was warned of once, and whether that matters."""

    def __init__(self) -> None:
        self.always = False
        self.messages: set[str] = set()
        self.muted: set[int] = set()  # threads that only try what an op would raise


_said = _Said()


class unsaid:
    """What `once` would say in this thread is not, nor is it noted as said."""

    def __enter__(self) -> None:
        _said.muted.add(threading.get_ident())

    def __exit__(self, *_: object) -> None:
        _said.muted.discard(threading.get_ident())


def set_warn_always(b: bool, /) -> None:
    """Whether to warn each time of what is otherwise warned of once a process."""
    if not isinstance(b, bool):
        raise errors.warn_always_type(b)
    _said.always = b


def is_warn_always_enabled() -> bool:
    """What `set_warn_always` set."""
    return _said.always


def once(message: UserWarning, stacklevel: int = 2, same: str | None = None) -> None:
    """A UserWarning, unless there was the same before; `stacklevel` as in `warnings.warn`.

    `same` is what all messages of one kind have in common, if they differ.
    """
    if threading.get_ident() in _said.muted:
        return
    same = same or str(message)
    if _said.always or same not in _said.messages:
        warnings.warn(message, UserWarning, stacklevel=stacklevel + 1)
        if not _said.always:
            _said.messages.add(same)  # not if the warning was made an error


Awaited = list[tuple[UserWarning, str | None]]

# What the walk of each thread has to say: torch's engine keeps it until that has ended.
awaited: Final[dict[int, Awaited]] = {}


def after_walk(message: UserWarning, same: str | None = None) -> None:
    """A UserWarning, said when the walk has ended, in whatever way: each time, or with `same`
    as `once` has it."""
    awaited.setdefault(threading.get_ident(), []).append((message, same))


def set_aside() -> Awaited | None:
    """What the walk around the one that begins has to say, to be given to its `say_awaited`."""
    return awaited.pop(threading.get_ident(), None)


def say_awaited(outer: Awaited | None, stacklevel: int = 2) -> None:
    """Says what a walk left to be said, and no more than that of the one around it."""
    said = awaited.pop(threading.get_ident(), ())
    if outer is not None:
        awaited[threading.get_ident()] = outer
    for message, same in said:
        if same is None:
            warnings.warn(message, UserWarning, stacklevel=stacklevel + 1)
        else:
            once(message, stacklevel + 1, same)

"""Warnings that torch gives once a process: said the first time, or always if that is switched on.

All others go through Python's own `warnings.warn`, which has its filters.
"""

from __future__ import annotations

import warnings

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


def once(message: str, stacklevel: int = 2) -> None:
    """A UserWarning, unless there was the same before; `stacklevel` as in `warnings.warn`."""
    if _said.always or message not in _said.messages:
        warnings.warn(message, UserWarning, stacklevel=stacklevel + 1)
        if not _said.always:
            _said.messages.add(message)  # not if the warning was made an error

"""Warnings that torch gives once per process, and warnings deferred to the end of a backward call.

All others go directly through Python's `warnings.warn`, or come from an op that may be refused.
"""

from __future__ import annotations

import threading
import warnings
from typing import Final

from mini_autograd.messages import arguments as errors


class _State:
    """Which warnings were given, and whether they are given again."""

    def __init__(self) -> None:
        self.always = False
        self.given: set[str] = set()
        self.suppressing_threads: set[int] = set()  # see `suppressed`


_state = _State()


class suppressed:
    """Inside, `once` and `each_time` give no warning in this thread and remember none.

    For calls that only find out which error an op would raise.
    """

    def __enter__(self) -> None:
        thread = threading.get_ident()
        self.is_outer = thread not in _state.suppressing_threads
        _state.suppressing_threads.add(thread)

    def __exit__(self, *_: object) -> None:
        if self.is_outer:
            _state.suppressing_threads.discard(threading.get_ident())


def set_warn_always(b: bool, /) -> None:
    """Whether warnings that come once per process come every time instead."""
    if not isinstance(b, bool):
        raise errors.warn_always_type(b)
    _state.always = b


def is_warn_always_enabled() -> bool:
    """The flag that `set_warn_always` set."""
    return _state.always


def each_time(message: UserWarning, stacklevel: int = 2) -> None:
    """Give a UserWarning; `stacklevel` as in `warnings.warn`."""
    if threading.get_ident() not in _state.suppressing_threads:
        warnings.warn(message, UserWarning, stacklevel=stacklevel + 1)


def once(message: UserWarning, stacklevel: int = 2, same: str | None = None) -> None:
    """Give a UserWarning unless it was given before; `stacklevel` as in `warnings.warn`.

    `same` is the text that identifies the warning, for messages that vary in details.
    """
    if threading.get_ident() in _state.suppressing_threads:
        return
    same = same or str(message)
    if _state.always or same not in _state.given:
        warnings.warn(message, UserWarning, stacklevel=stacklevel + 1)
        if not _state.always:
            _state.given.add(same)  # not reached if a filter raised


class _Held(threading.local):
    """What the running op warns of, which is given once it is recorded: torch saves an op's
    operands before it computes, and a hook may raise then."""

    messages: list[UserWarning] | None = None

    def forget(self) -> None:
        """As an op begins."""
        self.messages = None

    def add(self, message: UserWarning) -> None:
        """For later."""
        self.messages = [*(self.messages or ()), message]

    def give(self) -> None:
        """As it ends."""
        messages, self.messages = self.messages, None
        for message in messages or ():
            warnings.warn(message, UserWarning, stacklevel=3)


held: Final = _Held()

Deferred = list[tuple[UserWarning, str | None]]

# By thread, the warnings of the running backward call: torch gives them when it has ended.
deferred: Final[dict[int, Deferred]] = {}


def after_walk(message: UserWarning, same: str | None = None) -> None:
    """Defer a UserWarning to the end of the backward call, even if that fails.

    With `same` it is then given by `once`.
    """
    deferred.setdefault(threading.get_ident(), []).append((message, same))


def take_deferred() -> Deferred | None:
    """Take over the warnings that the enclosing backward call has deferred."""
    return deferred.pop(threading.get_ident(), None)


def flush_deferred(outer: Deferred | None, stacklevel: int = 2) -> None:
    """Give the warnings that a backward call deferred, and put the enclosing call's back."""
    said = deferred.pop(threading.get_ident(), ())
    if outer is not None:
        deferred[threading.get_ident()] = outer
    for message, same in said:
        if same is None:
            warnings.warn(message, UserWarning, stacklevel=stacklevel + 1)
        else:
            once(message, stacklevel + 1, same)

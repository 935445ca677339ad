"""The transforms of `func` that run in this thread: ops that they forbid check it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Generator
from contextlib import contextmanager

from mini_autograd.core.modes.creation_observers import observing_threads


class _State(threading.local):
    depth = 0  # how many transforms are nested
    level = 0  # a number unique to the innermost transform; 0 outside
    forward = 0  # how many of them use forward mode in torch


state = _State()
_next_level = itertools.count(1).__next__


@contextmanager
def running(*, forward: bool) -> Generator[None, None, None]:
    """Inside, a transform runs the user's function; `forward`: in torch it uses forward mode."""
    before = state.depth, state.level, state.forward
    state.depth += 1
    state.level = _next_level()
    state.forward += forward
    observer = threading.get_ident(), state.level
    observing_threads.add(observer)
    try:
        yield
    finally:
        state.depth, state.level, state.forward = before
        observing_threads.discard(observer)

"""Whether one of `func`'s transforms runs on this thread: what they forbid asks here."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Generator
from contextlib import contextmanager

from mini_autograd.core.modes.creation_observers import marking_threads


class _State(threading.local):
    depth = 0
    level = 0  # the innermost transform, by a number of its own; 0 outside
    forward = 0  # how many have a forward mode in torch


state = _State()
_next_level = itertools.count(1).__next__


@contextmanager
def running(*, forward: bool) -> Generator[None, None, None]:
    """A transform's function runs inside; `forward`: which torch goes through in forward mode."""
    before = state.depth, state.level, state.forward
    state.depth += 1
    state.level = _next_level()
    state.forward += forward
    mark = threading.get_ident(), state.level
    marking_threads.add(mark)
    try:
        yield
    finally:
        state.depth, state.level, state.forward = before
        marking_threads.discard(mark)

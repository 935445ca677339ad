"""Whether one of `func`'s transforms runs on this thread: what they forbid asks here."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager


class _State(threading.local):
    depth = 0


state = _State()


@contextmanager
def running() -> Generator[None, None, None]:
    """A transform's function runs inside."""
    state.depth += 1
    try:
        yield
    finally:
        state.depth -= 1

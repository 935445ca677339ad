"""The process that workers are forked from, and what else may be loaded while one waits."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing import forkserver
from multiprocessing.context import BaseContext

PRELOADED = "conformance.campaign.preload"


def context() -> BaseContext:
    """Workers are forked from a process that has imported what they need, where there is such a
    thing: it has no threads, which a fork of this process would drag along."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload([PRELOADED])
    return found


@contextmanager
def loading(module: str, *, workers: bool = False) -> Iterator[None]:
    """Import a module that takes seconds while the block runs, which waits for something else; a
    failure is left to whoever imports it for its use.

    Args:
        workers: whether the process that workers are forked from is to start as well.
    """
    if workers and context().get_start_method() == "forkserver":
        # Ctrl-C is ours: the new process is to be deaf to it from its start.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    thread = threading.Thread(target=_imported, args=(module,))
    thread.start()
    try:
        yield
    finally:
        thread.join()  # An end of Python in the middle of an import may be a crash.


def _imported(module: str) -> None:
    with suppress(Exception):
        import_module(module)

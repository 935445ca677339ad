"""The process that workers are forked from, and what else may be loaded while one waits."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing import forkserver
from multiprocessing.context import BaseContext

PRELOADED = "conformance.campaign.workers.forkserver_imports"


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
    started = workers and _started_server()
    thread = threading.Thread(target=_imported, args=(module,))
    thread.start()
    try:
        yield
    except BaseException:
        if started:
            _end_server()
        raise
    finally:
        thread.join()  # An end of Python in the middle of an import may be a crash.


def _started_server() -> bool:
    """Have the process that workers are forked from run; whether it was started for that."""
    if context().get_start_method() != "forkserver":
        return False
    before, running = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}), _server()
    try:  # Ctrl-C is ours: the new process is to be deaf to it from its start.
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return _server() != running


def _server() -> int | None:
    """The number of that process; Python has no public name for it."""
    number = getattr(getattr(forkserver, "_forkserver", None), "_forkserver_pid", None)
    return number if isinstance(number, int) else None


def _end_server() -> None:
    """End that process, of which nothing is wanted any more: it hears that only once it has
    imported all, and holds our output until then. The next that is wanted is started anew."""
    if (number := _server()) is not None:
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(number, signal.SIGKILL)
            if hasattr(os, "waitid"):  # not on every system
                os.waitid(os.P_PID, number, os.WEXITED | os.WNOWAIT)  # Python asks once more.


def _imported(module: str) -> None:
    with suppress(Exception):
        import_module(module)

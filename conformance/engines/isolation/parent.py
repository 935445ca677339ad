"""What a process has to do with those above and below it: it ends with the one that started it,
and ends what was started by it, however far down."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from os import kill  # by its own name, as an engine may replace that in `os`

_PR_SET_PDEATHSIG = 1  # of Linux's prctl(2)
_PR_SET_CHILD_SUBREAPER = 36

ROUNDS = 100  # in which new processes may appear while the old ones are ended


def die_with_parent(parent: int) -> None:
    """Be killed when the parent, a process's number, dies: what hangs in an extension module hears
    of nothing else. Where a system has no such thing, a closed pipe has to do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # It died before it could be said.
        os._exit(1)


def dying_with(parent: int) -> Callable[[], None] | None:
    """What a process that is about to become another program calls to die with its parent, the
    one of that number. All that takes a lock is done here, before there are two processes."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def die() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return die


def how_it_ended(code: int) -> str:
    """What ended a process, by the exit code that `subprocess` gives."""
    if code >= 0:
        return f"the process exited with code {code}"
    try:
        return f"the process was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"the process was killed by signal {-code}"


def keep_descendants() -> None:
    """Be the parent of every process below whose own parent dies, so that none gets out of
    reach. Where a system has no such thing, those that leave the process group do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def kill_descendants(process: int) -> None:
    """Kill every process below, until there is none or only dead ones are left to be waited for."""
    killed: set[int] = set()
    for _ in range(ROUNDS):
        found = set(_descendants(process)) - killed
        if not found:
            return
        for each in found:
            with suppress(ProcessLookupError, PermissionError):
                kill(each, signal.SIGKILL)
        killed |= found


def kill_children(process: int) -> None:
    """Kill those that the process has started itself, once."""
    for each in _children(process):
        with suppress(ProcessLookupError, PermissionError):
            kill(each, signal.SIGKILL)


def wait_for_children() -> None:
    """Wait for every child that is dead, or about to be."""
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def _descendants(process: int) -> list[int]:
    found, left = list[int](), [process]
    while left:
        children = _children(left.pop())
        found += children
        left += children
    return found


def _children(process: int) -> list[int]:
    """The numbers of the process's children; none where nothing tells."""
    found = list[int]()
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{process}/task"):
            with suppress(OSError), open(f"/proc/{process}/task/{thread}/children", "rb") as file:
                found += map(int, file.read().split())
    return found

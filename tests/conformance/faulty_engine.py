"""A torch-like module with one fault of each sort: torch, but for the functions below.

Worker processes import it by name, so the faults cannot be put in by a test's own monkeypatch.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from itertools import count
from typing import Any

import torch

__version__ = "1.2.3"


def __getattr__(name: str) -> Any:
    if name in ("cos", "erf", "cat"):
        raise AttributeError(name)
    return getattr(torch, name)


def exp(*args: Any, **kwargs: Any) -> Any:
    """Kills its process."""
    os.kill(os.getpid(), signal.SIGSEGV)


def sin(*args: Any, **kwargs: Any) -> Any:
    """Never ends."""
    time.sleep(3600)


def expm1(*args: Any, **kwargs: Any) -> Any:
    """Ends its process as a Python program does."""
    raise SystemExit(3)


def sqrt(*args: Any, **kwargs: Any) -> Any:
    """Is wrong by one."""
    return torch.sqrt(*args, **kwargs) + 1


def neg(*args: Any, **kwargs: Any) -> Any:
    """Says something else when it refuses."""
    try:
        return torch.neg(*args, **kwargs)
    except RuntimeError as error:
        raise RuntimeError("no") from error


def tan(*args: Any, **kwargs: Any) -> Any:
    """Closes every file of its process, and never ends."""
    os.closerange(3, 1024)
    time.sleep(3600)


_CALLS = count()


def square(*args: Any, **kwargs: Any) -> Any:
    """Is wrong every other time."""
    result = torch.square(*args, **kwargs)
    return result + 1 if next(_CALLS) % 2 else result


def _exit_when_idle() -> None:
    main = threading.main_thread().ident
    while sys._current_frames()[main].f_code.co_name != "receive":
        time.sleep(0.0005)
    os._exit(4)


def tanh(*args: Any, **kwargs: Any) -> Any:
    """Ends its process as soon as that waits for the next program."""
    threading.Thread(target=_exit_when_idle, daemon=True).start()
    return torch.tanh(*args, **kwargs)


def sigmoid(*args: Any, **kwargs: Any) -> Any:
    """Makes torch wrong, and itself with it."""
    torch.sigmoid = torch.tanh
    return torch.tanh(*args, **kwargs)

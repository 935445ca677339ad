"""Engines that change what is not theirs: their process's files, functions, settings and output."""

from __future__ import annotations

import builtins
import gc
import itertools
import json
import marshal
import os
import pickle
import signal
import sys
import threading
import time
import warnings
from typing import Any

import numpy as np
from hostile_kinds import after, before, hostile


@hostile()
def prints(m: Any) -> None:
    """writes a megabyte to the standard output, and one to the standard error, at each exp"""

    def act(*_: Any) -> None:
        for number in (1, 2):
            os.write(number, b"x" * (1 << 20))

    before(m, "exp", act)


@hostile()
def prints_much(m: Any) -> None:
    """writes 100 MB to each of the two at its first exp"""
    calls = itertools.count()

    def act(*_: Any) -> None:
        if not next(calls):
            for _ in range(100):
                os.write(1, b"x" * (1 << 20))
                os.write(2, b"x" * (1 << 20))

    before(m, "exp", act)


@hostile("crash", "hang", "agree")
def prints_for_ever(m: Any) -> None:
    """starts a thread at its first exp that writes to the standard error for ever"""
    calls = itertools.count()

    def write() -> None:
        while True:
            os.write(2, b"y" * (1 << 16))

    before(m, "exp", lambda *_: next(calls) or threading.Thread(target=write, daemon=True).start())


@hostile("crash", "hang")
def closes_files(m: Any) -> None:
    """closes every file of its process in exp"""
    before(m, "exp", lambda *_: os.closerange(0, 1024))


@hostile()
def closes_standard_files(m: Any) -> None:
    """closes the standard input, output and error in exp"""
    before(m, "exp", lambda *_: os.closerange(0, 3))


@hostile("crash", "hang")
def writes_to_every_file(m: Any) -> None:
    """writes rubbish to every file of its process in exp"""

    def act(*_: Any) -> None:
        for number in range(3, 64):
            try:
                os.write(number, b"rubbish" * 100)
            except OSError:
                continue

    before(m, "exp", act)


@hostile("crash")
def truncates_every_file(m: Any) -> None:
    """makes every file of its process empty in exp"""

    def act(*_: Any) -> None:
        for number in range(3, 64):
            try:
                os.ftruncate(number, 0)
            except OSError:
                continue

    before(m, "exp", act)


@hostile()
def changes_folder(m: Any) -> None:
    """goes to another folder when it is imported, and in exp"""
    os.chdir("/")
    before(m, "exp", lambda *_: os.chdir("/proc"))


@hostile("value", "differ")
def replaces_torch(m: Any) -> None:
    """doubles torch.exp, and calls it"""
    import torch

    original = torch.exp
    torch.exp = lambda *args, **options: original(*args, **options) * 2
    after(m, "exp", lambda y: y * 2)


@hostile("crash", "hang", "differ", "agree")
def replaces_numpy(m: Any) -> None:
    """replaces numpy.asarray and numpy.array in exp"""

    def act(*_: Any) -> None:
        np.asarray = np.array = lambda *args, **options: None

    before(m, "exp", act)


@hostile("agree")
def replaces_writers(m: Any) -> None:
    """replaces json.dumps, pickle.dumps and pickle.loads in exp"""

    def act(*_: Any) -> None:
        json.dumps = pickle.dumps = pickle.loads = lambda *args, **options: b"nothing"

    before(m, "exp", act)


@hostile("crash", "agree")
def replaces_marshal(m: Any) -> None:
    """replaces marshal.dumps and os.write in exp"""

    def act(*_: Any) -> None:
        marshal.dumps = lambda *args: b"nothing"
        os.write = lambda *args: 0

    before(m, "exp", act)


@hostile("crash", "hang", "differ")
def replaces_builtins(m: Any) -> None:
    """replaces isinstance, len and tuple in exp"""

    def act(*_: Any) -> None:
        builtins.isinstance = lambda *args: False
        builtins.len = lambda *args: 0

    before(m, "exp", act)


@hostile()
def replaces_sleep_and_kill(m: Any) -> None:
    """replaces time.sleep, os.kill and os._exit when it is imported"""
    time.sleep = os.kill = os._exit = lambda *args: None


@hostile()
def handles_signals(m: Any) -> None:
    """sets a handler for every signal when it is imported"""
    for number in signal.valid_signals():
        try:
            signal.signal(number, lambda *_: None)
        except (OSError, ValueError):
            continue


@hostile("raises", "crash", "agree")
def little_recursion(m: Any) -> None:
    """sets the recursion limit to 60 in exp"""

    def act(*_: Any) -> None:
        try:
            sys.setrecursionlimit(60)
        except RecursionError:
            sys.setrecursionlimit(100)

    before(m, "exp", act)


@hostile("raises", "crash")
def deep_recursion(m: Any) -> None:
    """recurses for ever in exp, with a limit that the stack does not bear"""

    def deeper(n: int) -> int:
        return max(map(deeper, [n + 1]))

    def act(*_: Any) -> None:
        sys.setrecursionlimit(10**8)
        deeper(0)

    before(m, "exp", act)


@hostile("agree", "raises")
def warns_as_errors(m: Any) -> None:
    """turns warnings into errors in exp"""
    before(m, "exp", lambda *_: warnings.simplefilter("error"))


@hostile("agree", "differ")
def leaves_dtype(m: Any) -> None:
    """sets the default dtype to float64 in exp, and leaves it so"""
    before(m, "exp", lambda *_: m.set_default_dtype(m.float64))


@hostile("agree", "differ")
def leaves_grad_mode(m: Any) -> None:
    """turns grad mode off in exp, and leaves it so"""
    after(m, "exp", lambda y: (m.set_grad_enabled(False), y)[1])


@hostile("differ")
def writes_to_inputs(m: Any) -> None:
    """writes to the memory of its input in exp"""

    def act(x: Any, *_: Any) -> None:
        array = x.detach().numpy()
        array[...] = 7

    before(m, "exp", act)


@hostile()
def no_garbage(m: Any) -> None:
    """turns garbage collection off, and makes cycles"""
    gc.disable()

    def act(*_: Any) -> None:
        cycle: list[Any] = [bytearray(1 << 16)]
        cycle.append(cycle)

    before(m, "exp", act)


@hostile("agree", "differ")
def traces(m: Any) -> None:
    """sets a trace function and a profile function in exp"""

    def act(*_: Any) -> None:
        sys.settrace(lambda *args: None)
        sys.setprofile(lambda *args: None)

    before(m, "exp", act)


@hostile("crash", "agree", "differ")
def loses_modules(m: Any) -> None:
    """empties sys.modules and sys.path in exp"""

    def act(*_: Any) -> None:
        sys.path.clear()
        for name in [name for name in sys.modules if name.startswith(("numpy", "conformance"))]:
            del sys.modules[name]

    before(m, "exp", act)


@hostile("raises", "crash", "agree")
def few_files(m: Any) -> None:
    """allows itself no more open files and no more memory in exp"""

    def act(*_: Any) -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (1 << 20, 1 << 20))

    before(m, "exp", act)

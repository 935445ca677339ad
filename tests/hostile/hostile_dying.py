"""Engines whose process dies, hangs, or takes more than it may."""

from __future__ import annotations

import ctypes
import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from typing import Any

from hostile_kinds import after, before, hostile


@hostile("crash")
def segfault(m: Any) -> None:
    """reads address 0 in exp"""
    before(m, "exp", lambda *_: ctypes.string_at(0))


@hostile("crash")
def abort(m: Any) -> None:
    """calls abort() in exp"""
    before(m, "exp", lambda *_: os.abort())


@hostile("crash")
def exit_now(m: Any) -> None:
    """calls os._exit(0) in exp"""
    before(m, "exp", lambda *_: os._exit(0))


@hostile("crash")
def exits(m: Any) -> None:
    """calls sys.exit() in exp"""
    before(m, "exp", lambda *_: sys.exit())


def _raise(error: BaseException) -> None:
    raise error


@hostile("crash")
def interrupts(m: Any) -> None:
    """raises KeyboardInterrupt in exp"""
    before(m, "exp", lambda *_: _raise(KeyboardInterrupt()))


@hostile("crash")
def generator_exit(m: Any) -> None:
    """raises GeneratorExit in exp"""
    before(m, "exp", lambda *_: _raise(GeneratorExit()))


@hostile("crash")
def base_exception(m: Any) -> None:
    """raises a BaseException of its own, whose str raises, in exp"""

    class Odd(BaseException):
        def __str__(self) -> str:
            raise RuntimeError("no text")

    before(m, "exp", lambda *_: _raise(Odd()))


@hostile("hang")
def hang(m: Any) -> None:
    """sleeps for an hour in exp"""
    before(m, "exp", lambda *_: time.sleep(3600))


@hostile("hang")
def busy_hang(m: Any) -> None:
    """computes for an hour in C, holding the interpreter's lock, in exp"""
    before(m, "exp", lambda *_: pow(3, 10**10))


@hostile("hang")
def deaf_hang(m: Any) -> None:
    """ignores every signal that can be ignored, and sleeps"""

    def act(*_: Any) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        while True:
            time.sleep(3600)

    before(m, "exp", act)


@hostile("hang")
def stops_itself(m: Any) -> None:
    """sends itself SIGSTOP in exp"""
    before(m, "exp", lambda *_: os.kill(os.getpid(), signal.SIGSTOP))


@hostile("crash")
def crash_on_one(m: Any) -> None:
    """aborts on shape (1,), and is wrong by one elsewhere: dies only while shortened"""

    def act(x: Any, *_: Any) -> None:
        if tuple(x.shape) == (1,):
            os.abort()

    after(m, "exp", lambda y: y + 1)
    before(m, "exp", act)


@hostile()
def late_exit(m: Any) -> None:
    """a timer thread ends the process 1 ms after exp, between two cases most often"""
    before(m, "exp", lambda *_: threading.Timer(0.001, os._exit, (4,)).start())


@hostile("crash")
def crash_when_read(m: Any) -> None:
    """reads address 0 in numpy() of what exp gave, when the final state is observed"""
    original = m.Tensor.numpy

    def numpy(self: Any, *args: Any, **options: Any) -> Any:
        if getattr(self, "shape", None) and self.shape[0] == 3:
            ctypes.string_at(0)
        return original(self, *args, **options)

    m.Tensor.numpy = numpy


@hostile("refused", exit=2)
def crash_at_import(m: Any) -> None:
    """reads address 0 when it is imported"""
    ctypes.string_at(0)


@hostile("refused", exit=2)
def hang_at_import(m: Any) -> None:
    """sleeps for an hour when it is imported"""
    time.sleep(3600)


@hostile("refused", exit=2)
def exit_at_import(m: Any) -> None:
    """calls sys.exit(0) when it is imported"""
    sys.exit(0)


@hostile("crash")
def memory(m: Any) -> None:
    """takes 20 GB in exp, and writes to them"""

    def act(*_: Any) -> None:
        held = [bytearray(1 << 28) for _ in range(80)]
        time.sleep(len(held) * 0.1)

    before(m, "exp", act)


@hostile("crash")
def memory_in_calls(m: Any) -> None:
    """keeps 64 MB more at each call of add"""
    held: list[bytearray] = []
    before(m, "add", lambda *_: held.append(bytearray(b"x" * (1 << 26))))


@hostile()
def keeps_everything(m: Any) -> None:
    """keeps a reference to every tensor that exp gives"""
    held: list[Any] = []
    before(m, "exp", lambda *args: held.extend(args))


@hostile()
def children_that_stay(m: Any) -> None:
    """starts a process in a session of its own at each exp, which sleeps for an hour"""
    before(
        m,
        "exp",
        lambda *_: subprocess.Popen(["sleep", "3600"], start_new_session=True),
    )


@hostile("crash")
def children_of_a_crash(m: Any) -> None:
    """starts a detached process at each exp, and aborts"""

    def act(*_: Any) -> None:
        subprocess.Popen(["sleep", "3600"], start_new_session=True)
        os.abort()

    before(m, "exp", act)


@hostile("crash", "hang")
def kills_its_parent(m: Any) -> None:
    """kills its parent in exp"""
    before(m, "exp", lambda *_: os.kill(os.getppid(), signal.SIGKILL))


@hostile("crash", "hang")
def kills_its_group(m: Any) -> None:
    """kills its process group in exp"""
    before(m, "exp", lambda *_: os.killpg(0, signal.SIGKILL))


@hostile("crash", "hang")
def threads_at_import(m: Any) -> None:
    """starts a thread when it is imported, and aborts in exp"""
    threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
    before(m, "exp", lambda *_: os.abort())


@hostile()
def threads_that_hold_on(m: Any) -> None:
    """starts a thread at its first exp that keeps the interpreter's lock from the next call on"""
    calls = itertools.count()

    def hold() -> None:
        time.sleep(0.3)
        pow(3, 10**10)

    before(m, "exp", lambda *_: next(calls) or threading.Thread(target=hold, daemon=True).start())


@hostile("crash")
def random_crash(m: Any) -> None:
    """aborts at one call of exp in ten"""
    before(m, "exp", lambda *_: os.abort() if random.random() < 0.1 else None)


@hostile("hang")
def hang_when_told_to_end(m: Any) -> None:
    """hangs in each new process but the first, in add"""
    first = os.getpid()
    calls = itertools.count()

    def act(*_: Any) -> None:
        if next(calls) > 40 and os.getpid() != first:
            time.sleep(3600)

    before(m, "add", act)


@hostile("crash")
def fork_in_op(m: Any) -> None:
    """forks in exp, and both sides go on"""

    def act(*_: Any) -> None:
        os.fork()

    before(m, "exp", act)


@hostile("crash", "hang")
def alarm(m: Any) -> None:
    """sets an alarm with the default handler in exp"""
    before(m, "exp", lambda *_: signal.setitimer(signal.ITIMER_REAL, 0.01))

"""Switches for behaviour of old torch versions that is an error today; all off by default.

Before torch 1.3 a `gradient` larger than its output was summed to the output's shape (pytorch
issue 17893; an error since pull request 25349). Old tutorials rely on it.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager


class Switches(threading.local):
    sum_oversized_gradients = False


switches = Switches()


@contextmanager
def sum_oversized_gradients() -> Generator[None, None, None]:
    """Inside, `backward(gradient=g)` sums a `g` larger than its output, as torch before 1.3.

    The output must broadcast to the shape of `g`; any other shape still raises today's error.
    """
    previous = switches.sum_oversized_gradients
    switches.sum_oversized_gradients = True
    try:
        yield
    finally:
        switches.sum_oversized_gradients = previous

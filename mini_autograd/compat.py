"""Switches that bring back what torch once did and has since forbidden; all off by default.

Before torch 1.3 a `gradient` larger than its output was summed to the output's shape (pytorch
issue 17893, forbidden by pull request 25349). A reader of an old tutorial expects it.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

from mini_autograd.core.backward.arithmetic import RAW
from mini_autograd.core.tensor.tensor import Tensor, make


class _Switches(threading.local):
    sum_oversized_gradients = False


_switches = _Switches()


@contextmanager
def sum_oversized_gradients() -> Generator[None, None, None]:
    """Inside, `backward(gradient=g)` sums a `g` larger than its output, as torch before 1.3.

    Each dimension of `g` that differs from the output's must be a broadcast of it; any other
    shape still raises today's error.
    """
    previous = _switches.sum_oversized_gradients
    _switches.sum_oversized_gradients = True
    try:
        yield
    finally:
        _switches.sum_oversized_gradients = previous


def summed_seed(gradient: Tensor, shape: tuple[int, ...]) -> Tensor | None:
    """The gradient summed to its output's shape, if the switch is on and it can be."""
    if not _switches.sum_oversized_gradients:
        return None
    summed = RAW.sum_to(gradient._array, shape)
    return None if summed is None else make(summed)

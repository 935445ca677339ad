"""How long the engine takes to be imported, in processor time and beside NumPy, which it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import NamedTuple

STARTS = 7  # of each a fresh process; the best counts
WANTED = 2.0  # times NumPy's own import
WANTED_BACKWARD = 0.05  # seconds

_CODE = """
import time
began = time.process_time()
import numpy
numpy_is_there = time.process_time()
import mini_autograd as torch
engine_is_there = time.process_time()
x = torch.tensor([1.0, 2.0], requires_grad=True)
(2 * x + x**2).sum().backward()
print(numpy_is_there - began, engine_is_there - began, time.process_time() - engine_is_there)
"""


class Startup(NamedTuple):
    """Seconds of one core's time."""

    numpy: float
    engine: float  # NumPy included
    first_backward: float  # after the import: the code of what is first called is written then

    @property
    def ratio(self) -> float:
        """How many times as long as NumPy alone."""
        return self.engine / self.numpy


def measured() -> Startup:
    """Of several starts the best time of each; the first ones write the files of bytecode."""
    starts = [_start() for _ in range(STARTS)]
    return Startup(*(min(each) for each in zip(*starts, strict=True)))


def _start() -> tuple[float, ...]:
    command = [sys.executable, "-c", _CODE]
    given = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    run = subprocess.run(command, check=True, capture_output=True, text=True, env=given)
    return tuple(map(float, run.stdout.split()))

"""What several files ask of: programs drawn once a process, and what was counted in them."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence

import pytest
import torch

from conformance import TorchLike
from conformance.generate.generated import drawn
from conformance.generate.statistics import Statistics
from conformance.generate.statistics.counting import Counting
from conformance.strategies import Drawn


@pytest.fixture(autouse=True, scope="module")
def frozen() -> Iterator[None]:
    """What was imported is not searched for garbage, each time that a program asks who is alive."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope="session")
def sample() -> Sequence[Drawn]:
    """2,500 programs as a campaign draws them."""
    return list(drawn(TorchLike(torch), count=2500, seed=11))


@pytest.fixture(scope="session")
def statistics(sample: Sequence[Drawn]) -> Statistics:
    """What is in them."""
    counting = Counting(Statistics())
    for program, trace in sample:
        counting.add(program, trace)
    return counting.statistics

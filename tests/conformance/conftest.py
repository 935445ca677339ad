"""What several files ask of: programs drawn once a process, and what was counted in them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch

from conformance import TorchLike
from conformance.generate.generated import drawn
from conformance.generate.statistics import Statistics
from conformance.generate.statistics.counting import Counting
from conformance.strategies import Drawn


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

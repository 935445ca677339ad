"""Faults planted in torch itself, so in an engine that the harness was not built beside: the
generator must find each, and show it in a few steps."""

from __future__ import annotations

import pytest
import torch
from faults_of_torch import FAULTS
from faulty import FaultyTorch
from planting import every_twelfth

from conformance import TorchLike
from conformance.generate.generated import examined
from conformance.judge.referee import judge
from conformance.shrink.reduction import reduce

REFERENCE = TorchLike(torch)

PROGRAMS = 4000  # the most that are drawn to find one fault
STEPS = 4  # the most that its shortest program may have


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize("name", every_twelfth(FAULTS, but="a message changed"))
def test_a_planted_fault_is_found_and_shown_in_a_few_steps(name):
    kind, ops, faults = FAULTS[name]
    engine = FaultyTorch(faults)

    def shows(verdict):
        return any(m.counts and m.kind == kind for m in verdict.mismatches)

    drawn = examined(engine, REFERENCE, count=PROGRAMS, seed=0, ops=ops.split() if ops else None)
    found = next((program for program, _, verdict in drawn if shows(verdict)), None)
    assert found is not None
    shortest = reduce(found, lambda p: shows(judge(p, REFERENCE, engine)), REFERENCE)
    assert len(shortest.steps) <= STEPS, shortest.script()

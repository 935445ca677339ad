"""Each kind of step finds a fault that is planted in what it does, and shows it in a few steps."""

from __future__ import annotations

from random import Random

import pytest
import torch
from faults_of_steps import FAULTS
from faulty import FaultyTorch
from planting import every_twelfth

from conformance import TorchLike, execute
from conformance.generate.drawing.interpretation import interpret
from conformance.generate.drawing.ops import entries_of
from conformance.judge.referee import adjudicate, judge
from conformance.shrink.reduction import reduce

REFERENCE = TorchLike(torch)
PROGRAMS = 1500  # the most that are drawn to find one fault
STEPS = 5  # the most that its shortest program may have

pytestmark = pytest.mark.usefixtures("one_thread")


class Faulty(FaultyTorch):
    """Torch with a fault, which remembers nothing of one program in the next."""

    def __init__(self, fault):
        super().__init__(fault.places)
        self.memory = fault.memory

    def start(self, inputs):
        for each in self.memory:
            each.clear()
        return super().start(inputs)


def programs(feature):
    """Programs that use the feature, and what the reference did."""
    entries = entries_of(None)
    for number in range(PROGRAMS):
        yield interpret(
            REFERENCE, entries, Random(f"0/{number}").randbytes, features=frozenset({feature})
        )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", every_twelfth(FAULTS))
def test_a_fault_of_a_step_is_found_and_shown_in_a_few(name, record_property):
    fault = FAULTS[name]
    engine = Faulty(fault)

    def shows(verdict):
        return any(m.counts and m.kind in fault.kinds.split() for m in verdict.mismatches)

    found = (
        (number, program)
        for number, (program, trace) in enumerate(programs(fault.feature), 1)
        if shows(adjudicate(program, trace, execute(program, engine), REFERENCE, engine))
    )
    number, program = next(found)
    shortest = reduce(program, lambda p: shows(judge(p, REFERENCE, engine)), REFERENCE)
    steps = len(program.steps), len(shortest.steps)
    record_property("fault", [name, fault.feature, fault.kinds, number, *steps])
    assert steps[1] <= STEPS, shortest.script()

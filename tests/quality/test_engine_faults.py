"""Does the generator find a bug in mini_autograd? Each fault must be found, and shown shortly."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from faults_behind_others import FAULTS_BEHIND_OTHERS
from faults_of_holes import FAULTS_OF_HOLES
from faults_of_hooks import FAULTS_OF_HOOKS
from faults_of_ops import FAULTS_OF_OPS
from faults_of_the_walk import FAULTS_OF_THE_WALK
from faults_of_writes import FAULTS_OF_WRITES
from known_entries import hiding
from planting import Fault, every_twelfth, planted

from conformance import Program, execute, resolve_engine
from conformance.claims.known import shipped_known
from conformance.corpus.found import found
from conformance.generate.generated import drawn
from conformance.generate.planning.history import interactions
from conformance.judge.referee import adjudicate, judge
from conformance.program.trace import Trace
from conformance.shrink.reduction import reduce
from conformance.strategies import Drawn
from conformance.verdict import GRADE_OF, Verdict

REFERENCE = resolve_engine("torch")
SUBJECT = resolve_engine("mini_autograd")
ENTRIES = shipped_known("mini_autograd")

FAULTS_OF_STATE = FAULTS_OF_WRITES | FAULTS_OF_HOOKS
FAULTS_OF_LOOKING = FAULTS_OF_HOLES | FAULTS_BEHIND_OTHERS
FAULTS = FAULTS_OF_THE_WALK | FAULTS_OF_OPS | FAULTS_OF_STATE | FAULTS_OF_LOOKING

SEED = 0
PROGRAMS = 5000  # the most that are drawn to find one fault
STEPS = {name: 6 if name in FAULTS_OF_STATE else 4 for name in FAULTS}  # of the shortest program


def kinds(verdict: Verdict) -> set[str]:
    return {mismatch.kind for mismatch in verdict.mismatches if mismatch.counts}


def shown(fault: Fault, program: Program, expected: Trace) -> set[str]:
    """The kinds that a program shows with the fault and that are due to it: without it the engine
    agrees with the reference at their grade. (It has differences of its own.)"""
    with planted(fault.plant):
        found = fault.kinds & kinds(
            adjudicate(program, expected, execute(program, SUBJECT), REFERENCE, SUBJECT)
        )
    if not found:
        return found
    whole = adjudicate(program, expected, execute(program, SUBJECT), REFERENCE, SUBJECT)
    return {kind for kind in found if whole.grade(GRADE_OF[kind]) == "agree"}


class Programs:
    """The programs that call some ops, drawn when they are first asked for: they are the same
    for each fault, and drawing them takes longer than to run them on the subject."""

    def __init__(self, ops: tuple[str, ...] | None) -> None:
        self._more = drawn(REFERENCE, count=PROGRAMS, seed=SEED, ops=ops)
        self._drawn: list[Drawn] = []

    def __iter__(self) -> Iterator[Drawn]:
        yield from self._drawn
        for pair in self._more:
            self._drawn.append(pair)
            yield pair


programs = cache(Programs)


def kept() -> Iterator[Drawn]:
    """The programs of the corpus that are kept from what was found."""
    for row in found():
        trace = execute(row.program, REFERENCE)
        yield Drawn(row.program, trace, interactions(row.program, trace))


def first_found(fault: Fault) -> tuple[int, Program, str]:
    """How many programs were drawn until one showed the fault; that program, and the kind."""
    for number, (program, expected) in enumerate(kept() if fault.kept else programs(fault.ops), 1):
        if found := shown(fault, program, expected):
            return number, program, min(found)
    raise AssertionError(f"not found by {number} programs")


@pytest.mark.filterwarnings("ignore")  # what an engine warns of is no part of an outcome
@pytest.mark.parametrize("name", every_twelfth(FAULTS, but="a tie for the first alone"))
def test_a_fault_is_found_and_shown_in_a_few_steps(name, record_property):
    fault = FAULTS[name]
    number, program, kind = first_found(fault)
    short = reduce(program, lambda p: kind in shown(fault, p, execute(p, REFERENCE)), REFERENCE)

    ops = "corpus" if fault.kept else " ".join(fault.ops or ["all"])
    record_property("fault", [name, ops, kind, number, len(program.steps), len(short.steps)])
    assert len(short.steps) <= STEPS[name], short.script()
    with planted(fault.plant):
        verdict = judge(short, REFERENCE, SUBJECT)
    assert kind in kinds(verdict)
    assert not hiding(ENTRIES, short, verdict, {kind})
    assert judge(short, REFERENCE, SUBJECT).grade(GRADE_OF[kind]) == "agree", short.script()

"""Properties of each op alone: calls of it, their gradients, and programs of nothing else."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.catalogue import CATALOGUE, OpEntry
from conformance.corpus.opinfo.own import entry_of
from conformance.generate.drawing.single import Question
from conformance.program.words.own import OWN
from conformance.strategies import Drawn, op_calls, programs
from conformance.suite.support.properties import hold, require

OPS = [
    *(name for name, entry in CATALOGUE.items() if entry.signatures),
    *(name for name in OWN if entry_of(name).drawable),
]


def _checks(entry: OpEntry) -> tuple[Question, ...]:
    if entry.differentiable:
        return ("value", "gradient", "second_order", "errors")
    return ("value", "errors")


@cache
def _calls(op: str, check: Question) -> st.SearchStrategy[Drawn]:
    return op_calls(op, check=check)


@cache
def _programs(op: str) -> st.SearchStrategy[Drawn]:
    return programs(ops=[op])


@pytest.mark.parametrize(
    ("op", "check"),
    [pytest.param(op, check, id=f"{op}-{check}") for op in OPS for check in _checks(entry_of(op))],
)
@given(data=st.data())
def test_call(op: str, check: Question, data: st.DataObject) -> None:
    """A call gives what it gives on torch: its value, gradient, double gradient or error."""
    require(op)
    hold(data.draw(_calls(op, check)))


@pytest.mark.parametrize("op", OPS)
@given(data=st.data())
def test_programs_of(op: str, data: st.DataObject) -> None:
    """Programs that call no other op do what they do on torch."""
    require(op)
    hold(data.draw(_programs(op)))

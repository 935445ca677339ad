"""Every message of torch about the graph's state: type and text, as `provocations` provoke them."""

from __future__ import annotations

import pytest

from conformance import execute, resolve_engine
from conformance.corpus.provocations import provocations
from conformance.judge.comparing.compare import compare

TORCH, ENGINE = resolve_engine("torch"), resolve_engine("mini_autograd")


@pytest.mark.parametrize("row", provocations(), ids=lambda row: row.case.id)
def test_a_message_is_torchs(row):
    expected, actual = execute(row.program, TORCH), execute(row.program, ENGINE)
    assert compare(expected, actual, row.program) == ()

"""The shipped known differences are few, are of no value or error, and hide no planted fault.

That none is hidden is asked of each fault where it is found, in `test_engine_faults`; here, whether
the question is asked rightly.
"""

from __future__ import annotations

import pytest
from known_entries import hiding

from conformance import Call, Mismatch, Program
from conformance.claims.known import KINDS, Known, shipped_known
from conformance.verdict import GRADE_OF, Verdict

ENTRIES = shipped_known("mini_autograd")

MOST = 10


def test_they_are_at_most_ten_and_none_is_of_a_value_or_an_error():
    assert len(ENTRIES) <= MOST
    for entry in ENTRIES:
        assert {GRADE_OF[kind] for kind in entry.kinds} == {5}, entry.where


def test_each_names_one_op_and_a_place():
    for entry in ENTRIES:
        assert not entry.too_wide, entry.where


STRIDE = Mismatch("stride", 0, "t0.stride()", "(1,)", "(2,)")
PROGRAM = Program((), (Call("exp", (), result="t0"),))


@pytest.mark.parametrize(
    ("pattern", "place", "hides"),
    [
        ("exp/programs", "t0.stride()", True),
        ("exp/*", "*.stride()", True),
        ("exp/found", "t*", True),
        ("autograd/*", "t*", False),
        ("exp/value", "t*", False),
        ("exp/programs", "*.grad.stride()", False),
    ],
)
def test_an_entry_that_would_cover_a_fault_is_seen(pattern: str, place: str, hides: bool):
    entry = Known(pattern, KINDS, "because", "f:1", place)
    verdict = Verdict(PROGRAM.hash, (STRIDE,))
    assert bool(hiding((entry,), PROGRAM, verdict, {"stride"})) == hides
    assert not hiding((entry,), PROGRAM, verdict, {"value"})

"""One reading of choices, whoever makes them: a plain generator's choices give Hypothesis's reading
the same program, and a change of a row is a change of a step."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import TorchLike
from conformance.generate.drawing.interpretation import (
    HEADER,
    MOST_STEPS,
    ROW,
    STEPS,
    interpret,
    replayed,
)
from conformance.generate.drawing.ops import entries_of
from conformance.generate.generated import choices_of, drawn

REFERENCE = TorchLike(torch)
EVERY = entries_of(None)
QUICK = settings(max_examples=50, deadline=None, database=None)


pytestmark = pytest.mark.usefixtures("one_thread")


def program_of(choices, ops=EVERY):
    return interpret(REFERENCE, ops, replayed(choices)).program


@pytest.mark.parametrize("ops", [None, ["mul"], ["cat", "sum", "__setitem__", "view"]])
def test_the_choices_of_a_number_give_the_program_of_that_number(ops):
    programs = drawn(REFERENCE, count=9, seed=7, ops=ops)
    for number, (program, _) in enumerate(programs):
        choices = choices_of(REFERENCE, number, seed=7, ops=ops)
        assert program_of(choices, entries_of(ops)) == program


def test_the_choices_give_the_same_outcomes_and_what_met():
    for number, one in enumerate(drawn(REFERENCE, count=6, seed=3)):
        choices = choices_of(REFERENCE, number, seed=3)
        other = interpret(REFERENCE, EVERY, replayed(choices))
        assert repr(other.trace.outcomes) == repr(one.trace.outcomes)
        assert other.met == one.met


def test_the_choices_of_fewer_steps_are_those_of_fewer_steps():
    programs = drawn(REFERENCE, count=6, seed=5, max_steps=2)
    for number, (program, _) in enumerate(programs):
        choices = choices_of(REFERENCE, number, seed=5, max_steps=2)
        again = interpret(REFERENCE, EVERY, replayed(choices), max_steps=2)
        assert again.program == program


def test_choices_are_a_header_and_a_row_for_each_step():
    header, *rows = choices_of(REFERENCE, 0, seed=1)
    assert len(header) == HEADER
    assert {len(row) for row in rows} == {ROW}
    assert len(rows) in STEPS


HEADERS = st.binary(min_size=HEADER, max_size=HEADER).map(
    lambda header: header[:-1] + bytes([STEPS.index(MOST_STEPS)])
)
"""Those of as many steps as there may be."""


@QUICK
@given(HEADERS, st.integers(0), st.lists(st.booleans(), max_size=MOST_STEPS))
def test_rows_of_zeros_among_the_others_are_no_steps(header, number, rowed):
    rng = Random(number)
    rows = [rng.randbytes(ROW) if is_one else bytes(ROW) for is_one in rowed]
    assert program_of([header, *rows]) == program_of([header, *filter(any, rows)])


@QUICK
@given(HEADERS, st.integers(0), st.integers(0, 5))
def test_a_row_taken_out_leaves_the_steps_before_it(header, number, place):
    rng = Random(number)
    rows = [rng.randbytes(ROW) for _ in range(6)]
    whole = program_of([header, *rows])
    rows[place] = bytes(ROW)
    assert program_of([header, *rows]).steps[:place] == whole.steps[:place]


def test_a_row_taken_out_is_a_step_less_for_the_most_part():
    """Or two, where a last pass was for that step's sake."""
    less = Counter()
    for number in range(60):
        header, *rows = choices_of(REFERENCE, number, seed=2)
        whole = len(program_of([header, *rows]).steps)
        for place in range(len(rows)):
            rest = [*rows[:place], bytes(ROW), *rows[place + 1 :]]
            less[whole - len(program_of([header, *rest]).steps)] += 1
    assert less[1] + less[2] > 0.7 * less.total()
    assert less[2] < 0.15 * less.total()


def changed(change, place):
    """In what share of programs the row at that place matters, changed so."""
    others = []
    for number in range(100):
        header, *rows = choices_of(REFERENCE, number, seed=4)
        whole = program_of([header, *rows])
        rows[place] = change(rows[place])
        others.append(program_of([header, *rows]) != whole)
    return sum(others) / len(others)


def more_by(amount):
    """The row as one number, as Hypothesis takes it where it climbs toward a target."""
    return lambda row: ((int.from_bytes(row) + amount) % 256**ROW).to_bytes(ROW)


@pytest.mark.parametrize(
    "amount", [1, *(pytest.param(each, marks=pytest.mark.slow) for each in (2, -1, 64))]
)
def test_a_row_that_is_a_little_more_is_another_step(amount):
    assert changed(more_by(amount), 0) > 0.95
    assert changed(more_by(amount), -1) > 0.7  # of some last steps, as of a backward, all is alike


def test_the_first_bytes_of_a_row_hardly_matter():
    assert changed(lambda row: bytes([row[0] ^ 255]) + row[1:], -1) < 0.1

"""Every provocation provokes torch, each to another message, and none names this machine."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from conformance import execute, resolve_engine
from conformance.campaign.plan import Settings, pieces
from conformance.campaign.worker import cases_of
from conformance.sources.provocations import FEATURES, provocations
from conformance.sources.provocations.unreachable import UNREACHABLE
from conformance.trace import Raised, Returned, Text

TORCH = resolve_engine("torch")
ROWS = provocations()


def said(row):
    """What torch says: the error's type and message, or the warnings."""
    outcome = execute(row.program, TORCH).outcomes[0]
    if row.warns:
        assert isinstance(outcome, Returned), outcome
        assert isinstance(outcome.value, Text)
        return "", outcome.value.text
    assert isinstance(outcome, Raised), outcome
    return outcome.error, outcome.message


def normalised(message):
    """A message without the numbers and names that a program gives it."""
    return re.sub(r"\d+|'\w+'", "_", message)


@pytest.fixture(scope="module")
def messages():
    return {row.case.id: said(row) for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.case.id)
def test_torch_says_something_and_says_it_again(row):
    error, message = said(row)
    assert error or re.match(r"\w*Warning: .", message)
    assert said(row) == (error, message)


def test_each_message_has_one_row_and_other_ways_to_it_are_marked(messages):
    rows = {row.case.id: row for row in ROWS}
    told = {name: (error, normalised(text)) for name, (error, text) in messages.items()}
    count = Counter(message for name, message in told.items() if not rows[name].again)
    assert [message for message, times in count.items() if times > 1] == []
    assert [name for name, row in rows.items() if row.again and told[name] not in count] == []


def test_no_message_names_an_address_or_a_place(messages):
    for name, (_, message) in messages.items():
        assert not re.search(r"0x[0-9a-f]{4,}|(?:^|[\s(])/\w+/", message), name


def test_names_are_unique_and_no_feature_is_empty():
    assert len({row.case.id for row in ROWS}) == len(ROWS)
    assert {row.feature for row in ROWS} == {*FEATURES}


def test_the_corpus_of_a_run_holds_them_all():
    asked = [
        case
        for piece in pieces(Settings("torch", checks=("messages",)))
        for case in cases_of(piece)[0]
    ]
    assert asked == [row.case for row in ROWS]


def test_a_message_that_is_said_to_be_out_of_reach_is_not_provoked(messages):
    apart = [part.strip(" .") for key in UNREACHABLE for part in key.split(", ")]
    said_by = [text for _, text in messages.values()]
    assert [
        part for part in apart if len(part) > 30 and any(part in text for text in said_by)
    ] == []

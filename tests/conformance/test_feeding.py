"""What a campaign found goes into Hypothesis's database, if it is the same program there."""

from __future__ import annotations

import json

import pytest
import torch
from hypothesis.database import InMemoryExampleDatabase, choices_from_bytes

from conformance import TorchLike
from conformance.campaign.journal import NAME
from conformance.campaign.result import Number
from conformance.generate.drawing.interpretation import interpret, replayed
from conformance.generate.drawing.ops import entries_of
from conformance.generate.generated import drawn
from conformance.suite.support import feeding
from conformance.suite.support.feeding import FeedError, feed

REFERENCE = TorchLike(torch)
pytestmark = pytest.mark.usefixtures("one_thread")


def fed(folder, monkeypatch, has, found):
    """What a journal of a run on an engine with these ops gives, in which these were found."""
    database = InMemoryExampleDatabase()
    (folder / NAME).write_text(json.dumps({"has": has}) + "\n")
    monkeypatch.setattr(feeding, "ops_in", lambda path: tuple(has))
    monkeypatch.setattr(feeding, "_failing", lambda journal: iter(found))
    result = feed(folder, database, REFERENCE)
    return result, [choices for each in database.data.values() for choices in each]


def test_a_program_of_a_campaign_is_that_program_under_hypothesis(tmp_path, monkeypatch):
    has = ["add", "mul", "sin", "sum", "cumsum", "clone"]
    programs = [each.program for each in drawn(REFERENCE, count=6, seed=5, ops=has)]
    found = [(Number(5, number), each.hash) for number, each in enumerate(programs)]
    result, kept = fed(tmp_path, monkeypatch, has, found)
    assert result == (6, 0, 0)
    again = {
        interpret(REFERENCE, entries_of(has), replayed(choices_from_bytes(each))).program.hash
        for each in kept
    }
    assert again == {each.hash for each in programs}


def test_what_is_another_program_there_is_left(tmp_path, monkeypatch):
    programs = [each.program for each in drawn(REFERENCE, count=2, seed=5, ops=["sin", "add"])]
    found = [(Number(5, number), each.hash) for number, each in enumerate(programs)]
    found.append((Number(5, 0, "sin"), "of one op alone"))
    result, kept = fed(tmp_path, monkeypatch, ["mul", "sum", "cumsum"], found)
    assert result == (0, 1, 2)
    assert not kept


def test_a_folder_without_a_journal_is_refused(tmp_path):
    with pytest.raises(FeedError, match="no campaign was run there"):
        feed(tmp_path, InMemoryExampleDatabase(), REFERENCE)

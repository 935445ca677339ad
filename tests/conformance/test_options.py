"""Sections with alternatives: every choice is asked once, and torch answers."""

from __future__ import annotations

from collections import Counter

import pytest
import torch

from conformance import TorchLike, execute
from conformance.corpus.case import op_and_check
from conformance.corpus.files import shipped_snippets
from conformance.corpus.options import AREAS, PRELUDE, all_cases, cases_of_area, expanded
from conformance.program.trace import Raised

pytestmark = pytest.mark.usefixtures("one_thread")

TORCH = TorchLike(torch)


def test_each_choice_of_each_alternative_is_made():
    assert [*expanded("f(<<1 | 2>>, <<a>>, <<x |  | y>>)")] == [
        *("f(1, a, x)", "f(1, a, )", "f(1, a, y)"),
        *("f(2, a, x)", "f(2, a, )", "f(2, a, y)"),
    ]


def test_a_text_without_alternatives_is_itself():
    assert [*expanded("a | b\n")] == ["a | b\n"]


def test_no_two_cases_ask_the_same():
    cases = all_cases()
    assert len({case.id for case in cases}) == len(cases)
    asked = Counter(case.program.hash for case in cases)
    assert [case.id for case in cases if asked[case.program.hash] > 1] == []


def test_a_case_is_of_its_area():
    assert {op_and_check(case.id) for case in all_cases()} == {(each, "options") for each in AREAS}


def test_a_report_s_reader_may_replay_their_code():
    codes = {case.program.steps[0].code for case in all_cases()}
    assert codes <= shipped_snippets()


@pytest.mark.parametrize("area", AREAS)
def test_torch_answers_and_each_section_works_with_some_choice(area):
    works = Counter[str]()
    for case in cases_of_area(area):
        (outcome,) = execute(case.program, TORCH).outcomes
        raised = isinstance(outcome, Raised)
        assert not (raised and outcome.error in ("SyntaxError", "NameError", "IndentationError"))
        works[case.id.split("/")[2]] += not raised
    if area != "corners":  # of which some are a single error
        assert [name for name, count in works.items() if not count] == []


def test_they_start_from_torch_alone():
    compile(PRELUDE, "prelude", "exec")
    assert "import torch" not in PRELUDE

"""The score of a pytest run, in the words of the report: each test says what its cases came to, by
a property of its report, which pytest-xdist carries to the process that prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from conformance.campaign.result import Result
from conformance.claims.known import Known
from conformance.report.scoring.counting import Score

PROPERTY = "conformance"
"""The property of a test's report, and the name under which a JUnit file has it."""

_SCORE = pytest.StashKey[Score]()


class Scored:
    """What the cases of the tests came to, in the process that runs them."""

    def __init__(self) -> None:
        self._score = Score()

    def count(self, results: Sequence[Result], known: Sequence[Known], aim: int) -> None:
        """The results of a test, or of a part of it; `aim` is the grade that is claimed."""
        for result in results:
            self._score.count(result, known, aim)

    def taken(self) -> Score:
        """What was counted since this was last asked."""
        score, self._score = self._score, Score()
        return score


def attach_score(item: pytest.Item, scored: Scored) -> None:
    """Give the test's report what its cases came to."""
    score = scored.taken()
    if not score.is_empty:
        item.user_properties.append((PROPERTY, score.to_json()))


def add_score(config: pytest.Config, properties: Sequence[tuple[str, Any]]) -> None:
    """Add what a test's report says to the run's score."""
    score = config.stash.setdefault(_SCORE, Score())
    for name, value in properties:
        if name == PROPERTY:
            score.merge(Score.from_json(value))


def lines(config: pytest.Config) -> list[str]:
    """What is printed at the end; nothing where no case was run."""
    score = config.stash.get(_SCORE, Score())
    return [] if score.is_empty else score.lines()

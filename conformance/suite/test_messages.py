"""One test for each message that torch has for misuse of the graph's state."""

from __future__ import annotations

import pytest

from conformance.sources.case import Case
from conformance.sources.provocations import provocations
from conformance.suite.session import conclude, suite_of


@pytest.mark.parametrize("case", [pytest.param(row.case, id=row.case.id) for row in provocations()])
def test_message(case: Case, pytestconfig: pytest.Config) -> None:
    """The engine refuses, or warns of, what torch does, and in its words."""
    suite = suite_of(pytestconfig)
    conclude([suite.examiner.examine(case, "corpus")], suite)

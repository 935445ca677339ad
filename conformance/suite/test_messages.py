"""One test for each message that torch has for misuse of the graph's state."""

from __future__ import annotations

import pytest

from conformance.corpus.case import Case
from conformance.corpus.provocations import provocations
from conformance.suite.support.corpus import check_case


@pytest.mark.parametrize("case", [pytest.param(row.case, id=row.case.id) for row in provocations()])
def test_message(case: Case) -> None:
    """The engine refuses, or warns of, what torch does, and in its words."""
    check_case(case)

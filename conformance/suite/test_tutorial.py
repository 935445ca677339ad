"""One test for each cell of the tutorial."""

from __future__ import annotations

import pytest

from conformance.campaign.plan import Piece
from conformance.campaign.worker import cases_of
from conformance.sources.case import Case
from conformance.suite.session import conclude, suite_of


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.id) for case in cases_of(Piece("tutorial", "tutorial"))[0]]
)
def test_cell(case: Case, pytestconfig: pytest.Config) -> None:
    """The cell prints what it prints on torch."""
    suite = suite_of(pytestconfig)
    conclude([suite.examiner.examine(case, "corpus")], suite)

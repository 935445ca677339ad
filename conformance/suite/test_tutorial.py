"""One test for each cell of the tutorial."""

from __future__ import annotations

import pytest

from conformance.campaign.plan import Piece
from conformance.campaign.workers.worker import cases_of
from conformance.corpus.case import Case
from conformance.suite.support.corpus import check_case


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.id) for case in cases_of(Piece("tutorial", "tutorial"))[0]]
)
def test_cell(case: Case) -> None:
    """The cell prints what it prints on torch."""
    check_case(case)

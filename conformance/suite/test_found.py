"""One test for each program that fuzzing found."""

from __future__ import annotations

import pytest

from conformance.corpus.case import Case
from conformance.corpus.found import found
from conformance.suite.support.corpus import check_case


@pytest.mark.parametrize("case", [pytest.param(row.case, id=row.case.id) for row in found()])
def test_found(case: Case) -> None:
    """The program does what it does on torch."""
    check_case(case)

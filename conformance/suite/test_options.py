"""One test for each section of what has many options, with every choice of them."""

from __future__ import annotations

from collections import defaultdict

import pytest

from conformance.corpus.case import Case
from conformance.corpus.options import all_cases
from conformance.suite.support.corpus import check_cases


def _sections() -> dict[str, list[Case]]:
    found = defaultdict[str, list[Case]](list)
    for case in all_cases():
        found[case.id.rpartition("/")[0]].append(case)
    return found


@pytest.mark.parametrize(
    "cases", [pytest.param(cases, id=name) for name, cases in _sections().items()]
)
def test_options(cases: list[Case]) -> None:
    """The engine does with every choice what torch does."""
    check_cases(cases)

"""One test for each op of the catalogue and each check, on torch's own samples."""

from __future__ import annotations

import pytest

from conformance.catalogue import CATALOGUE, OpEntry
from conformance.corpus.case import Check
from conformance.suite.support.corpus import check_samples


def _checks(entry: OpEntry) -> tuple[Check, ...]:
    if not entry.opinfo:
        return ()
    if not entry.differentiable:
        return ("value", "errors")
    return ("value", "gradient", "second_order", "errors")


@pytest.mark.parametrize(
    ("op", "check"),
    [
        pytest.param(entry.name, check, id=f"{entry.name}-{check}")
        for entry in CATALOGUE.values()
        for check in _checks(entry)
    ],
)
def test_op(op: str, check: Check) -> None:
    """The engine does with torch's samples of the op what torch does."""
    check_samples(op, check)

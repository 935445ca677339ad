"""One test for each op of the catalogue and each check."""

from __future__ import annotations

import pytest

from conformance.catalogue import CATALOGUE, OpEntry
from conformance.sources.case import Check
from conformance.suite.session import run_test, suite_of


def _checks(entry: OpEntry) -> tuple[Check, ...]:
    of_samples: tuple[Check, ...] = ("value", "gradient", "second_order", "errors")
    if not entry.differentiable:
        of_samples = ("value", "errors")
    of_programs: tuple[Check, ...] = ("programs",) if entry.signatures else ()
    return (*(of_samples if entry.opinfo else ()), *of_programs)


@pytest.mark.parametrize(
    ("op", "check"),
    [
        pytest.param(entry.name, check, id=f"{entry.name}-{check}")
        for entry in CATALOGUE.values()
        for check in _checks(entry)
    ],
)
def test_op(op: str, check: Check, pytestconfig: pytest.Config) -> None:
    """The engine does with the op what torch does."""
    run_test(suite_of(pytestconfig), op, check)

"""One test for each op of the catalogue and each check, on torch's own samples; and for each of a
user's own ops, on theirs."""

from __future__ import annotations

import pytest

from conformance.catalogue import CATALOGUE, OpEntry
from conformance.corpus.case import Check
from conformance.corpus.opinfo.own import entry_of
from conformance.program.words.own import OWN
from conformance.suite.support.corpus import check_samples


def _checks(entry: OpEntry) -> tuple[Check, ...]:
    if not entry.opinfo and entry.name not in OWN:
        return ()
    more: tuple[Check, ...] = ("gradient", "second_order") if entry.differentiable else ()
    beside: tuple[Check, ...] = () if entry.name in OWN else ("neighbours",)
    return ("value", *more, "errors", *beside)


@pytest.mark.parametrize(
    ("op", "check"),
    [
        pytest.param(entry.name, check, id=f"{entry.name}-{check}")
        for entry in (*CATALOGUE.values(), *map(entry_of, OWN))
        for check in _checks(entry)
    ],
)
def test_op(op: str, check: Check) -> None:
    """The engine does with the op's samples what torch does."""
    check_samples(op, check)

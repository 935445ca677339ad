"""What the harness knows of torch's ops: one entry an op, data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from conformance.catalogue.conversion import CONVERSION
from conformance.catalogue.derived import DERIVED
from conformance.catalogue.entry import CONVENTIONS, Arg, Form, OpEntry, Operand, Param, Signature
from conformance.catalogue.indexing import INDEXING
from conformance.catalogue.linalg import LINALG
from conformance.catalogue.losses import LOSSES
from conformance.catalogue.pointwise import POINTWISE
from conformance.catalogue.reductions import REDUCTIONS
from conformance.catalogue.views import JOINING, VIEWS
from conformance.program.steps import Call, Step

__all__ = [
    "BY_HAND",
    "CATALOGUE",
    "CONVENTIONS",
    "Arg",
    "Form",
    "OpEntry",
    "Operand",
    "Param",
    "Signature",
    "op_of",
]

BY_HAND: dict[str, OpEntry] = {
    entry.name: entry
    for family in (
        *(POINTWISE, REDUCTIONS, LINALG, VIEWS, JOINING),
        *(INDEXING, LOSSES, CONVERSION),
    )
    for entry in family
}


def _joined(derived: OpEntry) -> OpEntry:
    """A derived entry, or that by hand with the samples of both."""
    entry = BY_HAND.get(derived.name)
    return replace(entry, opinfo=entry.opinfo + derived.opinfo) if entry else derived


CATALOGUE: Mapping[str, OpEntry] = BY_HAND | {each.name: _joined(each) for each in DERIVED}
"""Every op by its name, family by family; last, those that have no row by hand."""

_BY_FORM: Mapping[tuple[str, str], str] = {
    (form.kind, form.op): entry.name
    for entry in CATALOGUE.values()
    for form in (*entry.forms, *entry.inplace)
}


def op_of(step: Step) -> str | None:
    """The catalogue's name of the op that a step calls, if it calls one that is there; or the name
    of a user's own op, which is in no catalogue."""
    if not isinstance(step, Call):
        return None
    return step.op if step.form == "own" else _BY_FORM.get((step.form, step.op))

"""Which ops an engine has: as it says, or by looking for their names; nothing is called."""

from __future__ import annotations

from typing import Any

from conformance.catalogue import CATALOGUE, Form
from conformance.engines.torchlike import TorchLike
from conformance.engines.torchlike.names import Absent, Names, offers
from conformance.engines.torchlike.own import function_of
from conformance.program.words.operators import OPERATORS
from conformance.program.words.own import OWN


def ops_of(engine: object) -> tuple[str, ...]:
    """The catalogue's ops that the engine has in some form, in the catalogue's order, and a user's
    own; all of them where nothing can be looked for, or where looking fails. An engine that says
    itself which it has, as `ops`, is believed."""
    if (said := getattr(engine, "ops", None)) is not None:
        return tuple(name for name in (*CATALOGUE, *OWN) if name in said)
    kind = getattr(engine.module, "Tensor", None) if isinstance(engine, TorchLike) else None
    if not isinstance(engine, TorchLike) or not isinstance(kind, type):
        return (*CATALOGUE, *OWN)
    names = Names(engine.module)
    return (
        *(
            name
            for name, entry in CATALOGUE.items()
            if any(_may_have(form, names, kind) for form in (*entry.forms, *entry.inplace))
        ),
        *(name for name in OWN if _has_own(name, engine.name, names)),
    )


def _has_own(name: str, engine: str, names: Names) -> bool:
    try:
        return function_of(name, engine, names) is not None
    except Absent:
        return False


def _may_have(form: Form, names: Names, kind: type[Any]) -> bool:
    try:
        return _has(form, names, kind)
    except Exception:  # A property of the engine's own that fails when it is looked at.
        return True


def _has(form: Form, names: Names, kind: type[Any]) -> bool:
    if form.kind == "function":
        try:
            return names.lookup(form.op) is not None
        except Absent:
            return False
    if hasattr(kind, "__getattr__"):  # It may answer to any name.
        return True
    if form.kind == "operator":
        return offers(kind, OPERATORS[form.op].methods)
    return hasattr(kind, form.op)

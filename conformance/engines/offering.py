"""Which ops a torch-like module has, by looking for their names; nothing is called."""

from __future__ import annotations

from typing import Any

from conformance.catalogue import CATALOGUE, Form
from conformance.engines.names import Absent, Names, offers
from conformance.engines.torchlike import TorchLike
from conformance.program.operators import OPERATORS


def ops_of(engine: object) -> tuple[str, ...]:
    """The catalogue's ops that the engine has in some form, in the catalogue's order; all of them
    where nothing can be looked for."""
    if not isinstance(engine, TorchLike):
        return tuple(CATALOGUE)
    names, kind = Names(engine.module), engine.module.Tensor
    return tuple(
        name
        for name, entry in CATALOGUE.items()
        if any(_has(form, names, kind) for form in (*entry.forms, *entry.inplace))
    )


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

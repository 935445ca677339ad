"""What a torch-like module has for an op of a user's own."""

from __future__ import annotations

import importlib
from functools import cache
from operator import attrgetter
from typing import Any

from conformance.engines.observing.texts import said
from conformance.engines.torchlike.names import Absent, Names
from conformance.program.trace import Unsupported
from conformance.program.words.own import OWN


def function_of(name: str, engine: str, names: Names) -> Any:
    """What is called for the op on the engine of that name: what its `on` says of the engine, or
    of the module that the engine runs otherwise; or what the module has under the op's own name.

    Raises:
        Absent: there is none.
    """
    op = OWN[name].op
    given = op.on.get(engine, op.on.get(engine.partition("@")[0]))
    if given is None:
        return names.lookup(op.path)
    if not isinstance(given, str):
        return given
    try:
        return imported(given)
    except Exception as error:  # of the engine's own code, which may raise anything
        raise Absent(Unsupported(f"{op.name} as {given}", said(error))) from error


@cache
def imported(path: str) -> Any:
    """The attribute of a module that "module:attribute" names."""
    module, _, attribute = path.partition(":")
    return attrgetter(attribute)(importlib.import_module(module))

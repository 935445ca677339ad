"""Engines: the reference and the subjects, behind one protocol, found by name."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from conformance.engines.protocol import Engine, EngineError, Session
from conformance.engines.torchlike import TorchLike

__all__ = ["Engine", "EngineError", "Session", "TorchLike", "resolve_engine"]


def resolve_engine(name: str) -> Engine:
    """The engine of that name.

    Args:
        name: the dotted name of a module that looks like torch ("torch" itself is the reference),
            or `package.module:attribute`, where the attribute is such a module, an `Engine`, or
            a callable without arguments that gives one.

    Raises:
        EngineError: it cannot be imported, or it is neither; the message says the cause.
    """
    module_name, colon, attribute = name.partition(":")
    try:
        found: Any = importlib.import_module(module_name)
        if colon:
            found = getattr(found, attribute)
            if callable(found) and not isinstance(found, Engine | ModuleType):
                found = found()
    # Importing runs the engine's own code, which may raise anything, or exit as a script does.
    except (Exception, SystemExit) as error:
        raise EngineError(
            f"cannot load the engine {name!r}: {type(error).__name__}: {error}"
        ) from error
    if isinstance(found, Engine):
        return found
    lacking = [part for part in ("Tensor", "tensor") if not hasattr(found, part)]
    if lacking:
        raise EngineError(
            f"{name!r} does not look like torch: it has no {' and no '.join(lacking)}"
        )
    return TorchLike(found, name)

"""From an engine's name to the engine."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from types import ModuleType
from typing import Any

from conformance.engines.naming.announced import announced_as, to_install
from conformance.engines.naming.foreign import own_names
from conformance.engines.observing.texts import said
from conformance.engines.protocol import Engine, EngineError
from conformance.engines.spoken.engine import SCHEME, SpokenEngine
from conformance.engines.torchlike import TorchLike


def importable_from_here() -> None:
    """Let modules of the current folder be imported, as `python -m` does and a command does not."""
    here = os.getcwd()
    if "" not in sys.path and here not in sys.path:
        sys.path.insert(0, here)


def resolve_engine(name: str) -> Engine:
    """The engine of that name.

    Args:
        name: one that an installed package announces, which goes before a module of that name;
            or the dotted name of a module that looks like torch ("torch" itself is the reference),
            or `package.module:attribute`, where the attribute is such a module, an `Engine`, or
            a callable without arguments that gives one; or `torch@VARIANT`, as in
            `engines/variants/table.py`; or `exec:COMMAND`, where the process of the command speaks
            the protocol (`spoken/protocol.schema.json`).

    Raises:
        EngineError: it cannot be imported, or it is neither; the message says the cause.
    """
    if name.startswith(SCHEME):
        return SpokenEngine(name)
    if "@" in name:
        from conformance.engines.variants.table import variant_engine

        return variant_engine(name)
    module_name, colon, attribute = announced_as(name).partition(":")
    _refuse_no_name(name, module_name)
    try:
        found: Any = importlib.import_module(module_name)
        if colon:
            found = _attribute(found, attribute)
            if callable(found) and not isinstance(found, Engine | ModuleType):
                found = found()
    except EngineError:
        raise
    # Importing runs the engine's own code, which may raise anything, or exit as a script does.
    except (Exception, SystemExit) as error:
        text = f"cannot load the engine {name!r}: {said(error)}{_hint(error, name, module_name)}"
        raise EngineError(text) from error
    if isinstance(found, Engine) and not isinstance(found, ModuleType):
        return found  # (A module may have any name, as some give one for whatever is asked.)
    lacking = [part for part in ("Tensor", "tensor") if not hasattr(found, part)]
    if lacking:
        raise EngineError(
            f"{name!r} does not look like torch: it has no {' and no '.join(lacking)}"
        )
    return TorchLike(own_names(found), name)


def _refuse_no_name(name: str, module: str) -> None:
    if all(part.isidentifier() for part in module.split(".")) and not module.endswith(".py"):
        return
    if os.sep in module or module.endswith(".py"):
        folder, file = os.path.split(module)
        stem = file.removesuffix(".py")
        where = f", from the folder {folder}" if folder not in ("", ".") else ""
        raise EngineError(f"{name!r} is a path; an engine is a module: name it {stem!r}{where}")
    raise EngineError(
        f"{name!r} is no name of a module; write `package.module`, or `package.module:attribute`"
    )


def _attribute(found: Any, path: str) -> Any:
    for part in path.split("."):
        try:
            found = getattr(found, part)
        except AttributeError as error:
            close = difflib.get_close_matches(part, dir(found), n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise AttributeError(f"{error}{hint}") from error
    return found


def _hint(error: BaseException, name: str, module: str) -> str:
    """What to do about it, where it is that a module was not found."""
    if isinstance(error, ImportError) and (missing := to_install(name)):
        return f"; pip install {missing}"
    if isinstance(error, ModuleNotFoundError) and error.name == module.partition(".")[0]:
        return f" (looked for in the installed packages and in {os.getcwd()})"
    return ""

"""Where a user's own ops come from.

A source is a Python file, a module, or `module:attribute`, that has a list `OPS` of `Op`, or of
torch's `OpInfo`. A process that is started by one which knows such ops is given the same sources.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import entry_points
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any

from conformance.catalogue import CATALOGUE
from conformance.engines.observing.texts import said
from conformance.engines.torchlike.own import imported
from conformance.program.values import HELD
from conformance.program.words.own import NAME, OWN, SEPARATOR, Op, OwnOp, Sample

GROUP = "conformance.ops"
"""The entry point group by which an installed package adds its ops."""

ATTRIBUTE = "OPS"
_TORCHS = frozenset({"aten", "prim", "prims"})
"""The libraries of torch's own ops."""


class OwnOpsError(Exception):
    """Ops of a user's own cannot be used; the message says which and why."""


def announced() -> tuple[str, ...]:
    """The sources that installed packages announce."""
    return tuple(sorted(point.value for point in entry_points(group=GROUP)))


@contextmanager
def own_ops(given: Sequence[str]) -> Iterator[None]:
    """Know the ops of these sources while the block runs.

    Raises:
        OwnOpsError: as `add_ops`.
    """
    before = dict(OWN)
    try:
        add_ops(given)
        yield
    finally:
        OWN.clear()
        OWN.update(before)


def add_ops(given: Sequence[str]) -> None:
    """Add the ops of these sources to those that this process knows: all of them, or none.

    Raises:
        OwnOpsError: a source cannot be imported or has no ops, or an op is none or has a name that
            is taken.
    """
    found: dict[str, OwnOp] = {}
    for source in dict.fromkeys(given):
        for own in _ops_of(source):
            name = own.op.name
            if (there := found.get(name) or OWN.get(name)) and there.source != source:
                raise OwnOpsError(f"{source}: {name!r} is an op of {there.source} already")
            if name in found:
                raise OwnOpsError(f"{source}: there are two ops of the name {name!r}")
            found[name] = own
    OWN.update(found)


def _ops_of(source: str) -> list[OwnOp]:
    module, attribute, lines = _module_of(source)
    found = getattr(module, attribute, None)
    if not isinstance(found, list | tuple) or not found:
        raise OwnOpsError(
            f"{source} has no ops: it is to have a list {attribute} = [conformance.Op(...), ...]"
        )
    return [_own(source, module, lines, each) for each in found]


def _module_of(source: str) -> tuple[ModuleType, str, tuple[str, ...]]:
    """The module, the name of its list, and the lines by which a script imports it."""
    if source.endswith(".py"):
        return _module_of_file(source)
    name, _, attribute = source.partition(":")
    return _import(source, name), attribute or ATTRIBUTE, (f"import {name}",)


def _module_of_file(source: str) -> tuple[ModuleType, str, tuple[str, ...]]:
    path = Path(source)
    if not path.is_file():
        raise OwnOpsError(f"there is no file {source}")
    if not path.stem.isidentifier():
        raise OwnOpsError(f"{source}: a script could not import it: {path.stem!r} is no name")
    folder, there = str(path.parent.absolute()), sys.modules.get(path.stem)
    sys.path.insert(0, folder)
    try:
        module = _import(source, path.stem)
    finally:
        sys.path.remove(folder)
    if not os.path.samefile(getattr(module, "__file__", None) or os.devnull, path):
        where = "imported already" if there else "found first"
        raise OwnOpsError(f"{source}: another module {path.stem!r} is {where}; rename the file")
    if folder not in sys.path:
        sys.path.append(folder)  # as the script that is printed does: its neighbours may be engines
    lines: tuple[str, ...] = (f"import {path.stem}",)
    if path.parent != Path():
        lines = ("import sys", "", f"sys.path.append({path.parent.as_posix()!r})", *lines)
    return module, ATTRIBUTE, lines


def _import(source: str, name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:  # of the user's own code, which may raise anything
        raise OwnOpsError(f"cannot load the ops of {source}: {said(error)}") from error


def _own(source: str, module: ModuleType, lines: tuple[str, ...], given: Any) -> OwnOp:
    """An op of a list, checked as far as can be without calling it."""
    if not isinstance(given, Op):
        if not hasattr(given, "sample_inputs_func"):
            raise OwnOpsError(f"{source}: {given!r} is neither a conformance.Op nor an OpInfo")
        given = Op(given.name, on={"torch": given.op}, opinfo=given)
    if trouble := _trouble(given):
        raise OwnOpsError(f"{source}: {given.name!r} {trouble}")
    text, more = _written(source, given, module)
    return OwnOp(given, source, text, (*lines, *(line for line in more if line not in lines)))


def _trouble(op: Op) -> str:
    """What is wrong with it; "" if nothing is."""
    library = op.name.partition(SEPARATOR)[0] if SEPARATOR in op.name else ""
    if not NAME.fullmatch(op.name):
        return "is no name of an op: write 'library::op' or 'package.function'"
    if op.name in CATALOGUE or library in _TORCHS or (not library and _under_torch(op.path)):
        return "is a name of torch's own"
    if op.opinfo is not None:
        return ""
    if not op.dtypes or {*op.dtypes} - {*HELD}:
        return f"has the dtypes {list(op.dtypes)!r}, and may have {', '.join(HELD)}"
    if not op.samples:
        return "has no samples"
    for each in (*op.samples, *op.errors):
        if not isinstance(each, Sample) or not each.args:
            return f"has the sample {each!r}: write conformance.Sample(x, ...), a tensor first"
    return ""


def _under_torch(path: str) -> Any:
    import torch

    try:
        return attrgetter(path)(torch)
    except AttributeError:
        return None


def _written(source: str, op: Op, module: ModuleType) -> tuple[str, tuple[str, ...]]:
    """How a script writes what torch is asked, and what it imports for that."""
    function = op.on.get("torch")
    if isinstance(function, str):
        name, _, attribute = function.partition(":")
        try:
            imported(function)
        except Exception as error:
            raise OwnOpsError(
                f"{source}: {op.name!r} on torch: cannot load {function!r}: {said(error)}"
            ) from error
        return f"{name}.{attribute}", (f"import {name}",)
    for home in (module.__name__, getattr(function, "__module__", None)):
        name = getattr(function, "__qualname__", "")
        if isinstance(home, str) and _is_at(function, home, name):
            return f"{home}.{name}", (f"import {home}",)
    if _under_torch(op.path) is not None:
        return f"torch.{op.path}", ()
    if function is None:
        raise OwnOpsError(
            f"{source}: torch has no torch.{op.path}; register it there when {source} is imported, "
            f'or say what is called on torch: Op({op.name!r}, on={{"torch": function}})'
        )
    raise OwnOpsError(
        f"{source}: {op.name!r} on torch is {function!r}, which no script could import: give it a "
        "name in a module"
    )


def _is_at(function: Any, module: str, name: str) -> bool:
    try:
        return name != "" and attrgetter(name)(sys.modules.get(module)) is function
    except AttributeError:
        return False

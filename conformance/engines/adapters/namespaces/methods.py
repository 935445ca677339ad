"""Torch's ops on a class whose methods are named and called as torch's are."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from conformance.catalogue import CATALOGUE
from conformance.engines.adapters.namespaces.rows import Ops

_RENAMED = {"dim": "axis", "input": "self"}
_LISTED = frozenset({"cat", "stack", "meshgrid"})
"""The ops whose first argument is a list, of which such methods take the items."""


def method_ops(kind: type[Any], apart: str = "") -> Ops:
    """The ops that the class has a method for, but for those of the patterns in `apart`."""
    own = {name: name.rpartition(".")[2] for name in CATALOGUE}
    return {
        name: _method(kind, method)
        for name, method in own.items()
        if hasattr(kind, method) and not any(fnmatchcase(name, each) for each in apart.split())
    }


def _method(kind: type[Any], name: str) -> Callable[..., Any]:
    method = getattr(kind, name)
    code = getattr(method, "__code__", None)
    taken = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if code else ()
    renamed = {dim: axis for dim, axis in _RENAMED.items() if axis in taken}

    def op(*args: Any, **options: Any) -> Any:
        given = {renamed.get(key, key): value for key, value in options.items()}
        if name in _LISTED:
            args = (*args[0], *args[1:])
        if not isinstance(args[0], kind):
            raise NotImplementedError(f"{name} of a number")
        return method(*args, **given)

    return op

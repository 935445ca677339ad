"""Puts a mutated text in the place of one file, in a process that has not imported the engine."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType
from typing import Any


def plant(file: str, data: bytes) -> str:
    """Have the module of that file, when it is imported, be made of the text; gives its name.

    Args:
        file: the path from the folder that holds the package.
    """
    parts = file.removesuffix(".py").split("/")
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    if any(each == name or each.startswith(f"{parts[0]}.") for each in sys.modules):
        raise RuntimeError(f"{parts[0]} is imported already")
    sys.meta_path.insert(0, _Finder(name, data))
    return name


class _Finder(MetaPathFinder):
    def __init__(self, name: str, data: bytes) -> None:
        self.name, self.data = name, data

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name != self.name:
            return None
        spec = PathFinder.find_spec(name, path, target)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = _MutatedLoader(name, spec.origin, self.data)
        return spec


class _MutatedLoader(SourceFileLoader):
    def __init__(self, name: str, path: str, data: bytes) -> None:
        super().__init__(name, path)
        self.mutated = data

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.mutated, self.path, "exec", dont_inherit=True)

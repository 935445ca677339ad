"""Which names of an engine's module are its own, and which it has merely imported for itself.

An adapter that says `import autograd`, a package of its own, has not got torch's `autograd`; nor
is the `exp` of `from math import exp` an op on tensors.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

_DO_FOR_TENSORS = frozenset({"operator", "_operator", "builtins"})
"""Modules of Python's whose functions work on tensors: they call the tensor's own methods."""


class OwnNames(ModuleType):
    """A module as the harness sees it: without the names that it has merely imported."""

    def __init__(self, module: ModuleType, foreign: Mapping[str, str]) -> None:
        super().__init__(module.__name__, module.__doc__)
        self._module, self._foreign = module, foreign

    def __getattr__(self, name: str) -> Any:
        if name not in self._foreign:
            return getattr(self._module, name)
        text = (
            f"{self._module.__name__}.{name} is {self._foreign[name]}, which is imported there "
            f"and is not torch's; if it is meant as torch.{name}, name it in __all__"
        )
        raise AttributeError(text, name=name, obj=self)


def own_names(module: Any) -> Any:
    """The module, without names that it has merely imported; anything else as it is."""
    foreign = foreign_names(module) if isinstance(module, ModuleType) else {}
    return OwnNames(module, foreign) if foreign else module


def foreign_names(module: ModuleType) -> dict[str, str]:
    """The names of the module that torch has too, but that are modules of another package under
    their own name, or functions of Python's own library; and what each is. What stands in the
    module's `__all__` is meant, and so is what torch itself has under that name."""
    meant = frozenset(vars(module).get("__all__", ()))  # by no `__getattr__`
    found = {
        name: what
        for name, value in vars(module).items()
        if name not in meant and (what := _elsewhere(module, name, value))
    }
    if not found:
        return {}
    import torch  # which takes seconds, so only if there is something to ask

    values = vars(module)
    return {
        name: what
        for name, what in found.items()
        if getattr(torch, name, values[name]) is not values[name]
    }


def _elsewhere(module: ModuleType, name: str, value: Any) -> str:
    top = module.__name__.partition(".")[0]
    if isinstance(value, ModuleType):
        home = value.__name__
        own = home.partition(".")[0] == top or home.rpartition(".")[2] != name
        return "" if own else f"the module {home}"
    if isinstance(value, FunctionType | BuiltinFunctionType) and value.__name__ == name:
        home = value.__module__ or ""
        stdlib = home.partition(".")[0] in sys.stdlib_module_names
        if stdlib and home not in _DO_FOR_TENSORS and home.partition(".")[0] != top:
            return f"{home}.{name}"
    return ""

"""How far does an autograd engine behave like torch's, where does it differ, and what is the
shortest program that shows it?

The names of `conformance.api` are here, too, imported when they are first asked for: the pytest
plugin is loaded in every project of an environment, and is not to cost those that do not use it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.api import *  # noqa: F403

_FUNCTIONS = ("execute", "judge")


class _Package(ModuleType):
    """This package, of which two functions have the names of rooms: importing a room does not
    hide the function."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in _FUNCTIONS or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


def __getattr__(name: str) -> Any:
    if name.startswith("__") and name != "__all__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    value = globals()[name] = getattr(import_module("conformance.api"), name)
    return value


sys.modules[__name__].__class__ = _Package

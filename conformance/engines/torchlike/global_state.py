"""The state of a module that outlives a program, and is put back at its end."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

# Global state that a program may change by calling a function: how to read it, how to set it.
_GLOBALS = tuple(
    (attrgetter(getter), attrgetter(setter))
    for getter, setter in (
        ("is_grad_enabled", "set_grad_enabled"),
        ("get_default_dtype", "set_default_dtype"),
        ("is_anomaly_enabled", "autograd.set_detect_anomaly"),
        ("is_warn_always_enabled", "set_warn_always"),
    )
)


def globals_of(module: Any) -> list[tuple[Any, Any, Any]]:
    """Of each piece of global state that the module has: what reads it, what sets it, its value."""
    found = []
    for getter, setter in _GLOBALS:
        try:
            read, write = getter(module), setter(module)
        except AttributeError:
            continue
        found.append((read, write, read()))
    return found

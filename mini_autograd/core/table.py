"""The ops by name, as derivative rules and other rooms call them: `ops.sum`, looked up when called.

Derivative rules are mutually recursive (the gradient of `expand` is a `sum`, that of `sum` an
`expand`), so no order of imports serves them all. Each op enters itself here at its definition.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])


class _Ops:
    """One attribute for each op, and for each other function that rules share."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"no op is called {name!r}, or its family is not imported yet")


ops: Final = _Ops()


def shared(function: _Function, name: str | None = None) -> _Function:
    """Enters a function under its name, unless that is private, or inside another function.

    Raises:
        ValueError: another one has that name.
    """
    name = name or function.__qualname__
    named = not name.startswith("_") and "<" not in name
    if named and vars(ops).setdefault(name, function) is not function:
        raise ValueError(f"two ops are called {name!r}")
    return function

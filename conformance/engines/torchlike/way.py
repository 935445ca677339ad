"""How a module's programs are run otherwise than by calling the module as it is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Way:
    """Three places at which a run may be another than the plain one.

    Attributes:
        opened: what is open from the first input to the last look at a tensor.
        made: an input's memory as it is made, before views of it are taken and it may require
            grad; what it gives takes its place.
        carried: a function, method or operator that a program calls; what it gives is called in
            its place.
    """

    opened: Callable[[], AbstractContextManager[Any]] = nullcontext
    made: Callable[[Any], Any] = _same
    carried: Callable[[Callable[..., Any]], Callable[..., Any]] = _same


PLAIN = Way()
"""The module as it is."""


def unbound(
    function: Callable[..., Any], args: tuple[Any, ...], kind: type
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """What is called, and its arguments; of a method of a tensor's (one of that kind) the function
    of its class, so that the tensor is an argument as any other."""
    owner = getattr(function, "__self__", None)
    if isinstance(owner, kind):
        return getattr(type(owner), function.__name__), (owner, *args)
    return function, args

"""Tables of calls that are made on torch and on the engine: functions of the module, which give
what each of many calls did, as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

import mini_autograd

Table = Callable[[Any], Iterator[str]]


def outcome(call: Callable[[], Any]) -> str:
    """What a call gave, or the error that it raised."""
    try:
        return str(call())
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def differences(table: Table) -> list[tuple[str, str]]:
    """The first lines that differ, torch's beside the engine's; what is warned of once a process
    is warned of each time."""
    found = []
    for module in (torch, mini_autograd):
        module.set_warn_always(True)
        try:
            found.append(list(table(module)))
        finally:
            module.set_warn_always(False)
    assert len(found[0]) > 1
    return [pair for pair in zip(*found, strict=True) if pair[0] != pair[1]][:5]

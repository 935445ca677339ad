"""The ladder of bring-up, and what to add to an engine that stops on it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from conformance.contact.rungs.programs import PROGRAMS
from conformance.contact.rungs.rung import Climbed, Rung

_ROWS = tomllib.loads(Path(__file__).with_name("ladder.toml").read_text(encoding="utf-8"))

LADDER: tuple[Rung, ...] = tuple(
    Rung(name, row["asks"], PROGRAMS[name], tuple(row["needs"]), row["add"], tuple(row["shows"]))
    for name, row in _ROWS.items()
)
"""In the order of bring-up; `import`, which is no program, comes before."""

IMPORT_ADD = "a module that can be imported by this name, with a class `Tensor` and `tensor()`"

_ARGUMENT = re.compile(r"([\w.]+)\((\w+=|argument \d+)\)")
_MEMBER = re.compile(r"(\w+)\.(\w+)( \(.+\))?")
_NAME = re.compile(r"[\w.]+")


def advice(unsupported: str, rung: Rung) -> str:
    """The line to add to an engine that lacks this."""
    if found := _ARGUMENT.fullmatch(unsupported):
        owner = "Tensor.backward" if found[1] == "backward" else found[1]
        return f"let `{owner}` take `{found[2]}`"
    if (found := _MEMBER.fullmatch(unsupported)) and found[1][:1].isupper():
        return f"give the class `{found[1]}` a `{found[2]}`"
    if _NAME.fullmatch(unsupported):
        return f"add `{unsupported}` to the module"
    return f"add {rung.add}"


def blocked(rung: Rung, climbed: Mapping[str, Climbed]) -> Climbed | None:
    """The rung as not tried, if one that it stands on was not reached."""
    waiting = next((name for name in rung.needs if climbed[name].state != "passed"), None)
    return Climbed(rung.name, rung.asks, "blocked", waiting=waiting) if waiting else None

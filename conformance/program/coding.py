"""Steps as JSON data, and back: the kind, and the fields that differ from their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from conformance.program.steps import KINDS, Step, kind_of
from conformance.program.values import ProgramError, Ref, Value, brief, decode, encode, plain


def encode_step(step: Step) -> dict[str, Any]:
    """A step as JSON: its kind, and the fields that differ from their defaults."""
    data: dict[str, Any] = {"kind": kind_of(step)}
    for name, default in _DEFAULTS[type(step)]:
        value = getattr(step, name)
        # `repr`, since 0 == False and nan != nan: what is left out must read back as it was.
        if default is not None and repr(value) == default:
            continue
        if name == "args":
            data["args"] = [encode(item) for item in value]
        elif name == "kwargs":
            if value:
                data["kwargs"] = {key: encode(item) for key, item in value.items()}
        else:
            data[name] = encode(value)
    return data


_DEFAULTS: Mapping[type[Step], tuple[tuple[str, str | None], ...]] = {
    kind: tuple(
        (entry.name, None if entry.default is MISSING else repr(entry.default))
        for entry in fields(kind)
    )
    for kind in KINDS.values()
}
"""The fields of each kind, and how their defaults are written: every program is hashed, and
asking each class anew for its fields would be a third of that."""


def decode_step(data: Any) -> Step:
    """The step that `encode_step` wrote.

    Raises:
        ProgramError: an unknown kind, an unknown or missing field, or a value that is none.
    """
    if not isinstance(data, dict):
        raise ProgramError(f"expected an object, not {brief(data)}")
    word = data.get("kind")
    kind = KINDS.get(word) if isinstance(word, str) else None
    if kind is None:
        raise ProgramError(f"kind={brief(word)} is none of {', '.join(KINDS)}")
    entries = {entry.name: entry for entry in fields(kind)}
    if unknown := data.keys() - entries.keys() - {"kind"}:
        raise ProgramError(f"{word} has no field {plain(min(unknown, key=str))}")
    given = {}
    for name, entry in entries.items():
        accepted, what = _TYPES.get(str(entry.type), (object, "given"))
        needed = entry.default is MISSING and entry.default_factory is MISSING
        if name in data:
            given[name] = _decode_field(name, data[name])
        if (name in given or needed) and not isinstance(given.get(name), accepted):
            raise ProgramError(f"{word}.{name} must be {what}, not {brief(given.get(name))}")
        if needed and name not in given:
            raise ProgramError(f"{word}.{name} must be given")
    return kind(**given)


_TYPES: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "Ref": (Ref, "a ref"),
    "str": (str, "a string"),
    "str | None": ((str, type(None)), "a string or null"),
    "tuple[Value, ...]": ((tuple, list), "a list"),
}
"""What a field of each type may hold, and how that is said; any other may hold any value."""


def _decode_field(name: str, data: Any) -> Value:
    if name == "args":
        if not isinstance(data, list):
            raise ProgramError(f"args must be a list, not {brief(data)}")
        return tuple(decode(item) for item in data)
    if name == "kwargs":
        if not isinstance(data, dict):
            raise ProgramError(f"kwargs must be an object, not {brief(data)}")
        return {key: decode(item) for key, item in data.items()}
    return decode(data)

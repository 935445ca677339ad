"""The JSON Schemas of the protocol, and what in a message is not as they say.

Only the part of JSON Schema that these three files use is understood; a test holds it against a
whole validator.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from conformance.program.values import brief

FILES = ("protocol", "program", "trace")


@dataclass(frozen=True, slots=True)
class Invalid:
    """What is wrong at a place of a message: `$.trace.tensors.x0.shape[1]`."""

    path: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, not {self.found}"


@cache
def schema_of(name: str) -> Mapping[str, Any]:
    """The schema of a file of `FILES`."""
    file = files("conformance.engines.spoken").joinpath(f"{name}.schema.json")
    schema: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return schema


def invalid(data: Any, definition: str, file: str = "protocol") -> Iterator[Invalid]:
    """What in the data is not as a definition of a schema says, in reading order."""
    yield from _errors(data, {"$ref": f"#/$defs/{definition}"}, file, "$")


def _errors(data: Any, schema: Mapping[str, Any], file: str, path: str) -> Iterator[Invalid]:
    if (reference := schema.get("$ref")) is not None:
        name, _, place = reference.partition("#")
        file = name.partition(".")[0] or file
        schema = schema_of(file)
        for part in filter(None, place.split("/")):
            schema = schema[part]
        yield from _errors(data, schema, file, path)
        return
    if "anyOf" in schema:
        yield from _any_of(data, schema, file, path)
        return
    if "const" in schema and (data != schema["const"] or type(data) is not type(schema["const"])):
        yield Invalid(path, json.dumps(schema["const"]), brief(data))
        return
    if "enum" in schema and data not in schema["enum"]:
        yield Invalid(path, f"one of {', '.join(schema['enum'])}", brief(data))
        return
    if (kind := schema.get("type")) is not None and not _is(data, kind):
        yield Invalid(path, _called(schema), brief(data))
        return
    if isinstance(data, dict):
        yield from _in_object(data, schema, file, path)
    elif isinstance(data, list):
        yield from _in_list(data, schema, file, path)
    elif isinstance(data, str) and not re.search(schema.get("pattern", ""), data):
        yield Invalid(path, _called(schema), brief(data))
    elif isinstance(data, int) and data < schema.get("minimum", data):
        yield Invalid(path, f"no less than {schema['minimum']}", brief(data))


def _any_of(data: Any, schema: Mapping[str, Any], file: str, path: str) -> Iterator[Invalid]:
    """Of several forms the one that the data comes nearest to: what is wrong there lies deepest."""
    found = [[*_errors(data, each, file, path)] for each in schema["anyOf"]]
    if not all(found):
        return
    deepest = max(found, key=lambda errors: len(errors[0].path))
    if len(deepest[0].path) > len(path):
        yield from deepest
    else:
        yield Invalid(path, _called(schema), brief(data))


def _in_object(
    data: Mapping[str, Any], schema: Mapping[str, Any], file: str, path: str
) -> Iterator[Invalid]:
    for name in schema.get("required", ()):
        if name not in data:
            yield Invalid(path, f"a field {name!r}", f"an object without it: {brief(data)}")
    known, rest = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name, value in data.items():
        below = f"{path}.{name}" if name.isidentifier() else f"{path}[{json.dumps(name)}]"
        if name in known:
            yield from _errors(value, known[name], file, below)
        elif rest is False:
            names = ", ".join(known)
            yield Invalid(below, f"no such field, but {names}" if names else "none", brief(value))
        elif isinstance(rest, dict):
            yield from _errors(value, rest, file, below)
    if len(data) < schema.get("minProperties", 0):
        yield Invalid(path, _called(schema), brief(data))


def _in_list(data: list[Any], schema: Mapping[str, Any], file: str, path: str) -> Iterator[Invalid]:
    first = schema.get("prefixItems", ())
    if len(data) < schema.get("minItems", 0) or len(data) > schema.get("maxItems", len(data)):
        yield Invalid(path, _called(schema), brief(data))
        return
    for number, item in enumerate(data):
        below = first[number] if number < len(first) else schema.get("items", {})
        yield from _errors(item, below, file, f"{path}[{number}]")


_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda data: isinstance(data, dict),
    "array": lambda data: isinstance(data, list),
    "string": lambda data: isinstance(data, str),
    "boolean": lambda data: isinstance(data, bool),
    "null": lambda data: data is None,
    "integer": lambda data: type(data) is int,
    "number": lambda data: type(data) in (int, float),
}

_NAMES: Mapping[str, str] = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "boolean": "true or false",
    "null": "null",
    "integer": "an integer",
    "number": "a number",
}


def _is(data: Any, kind: str | list[str]) -> bool:
    return any(_TYPES[each](data) for each in _listed(kind))


def _called(schema: Mapping[str, Any]) -> str:
    """What a schema asks for, in words: its title, or its type's name."""
    if "title" in schema:
        return str(schema["title"])
    kinds = _listed(schema.get("type", "something else"))
    return " or ".join(_NAMES.get(each, each) for each in kinds)


def _listed(kind: str | list[str]) -> list[str]:
    return [kind] if isinstance(kind, str) else kind

"""The file in which an engine's claims stand: TOML, as `claims.schema.json` says."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from conformance.claims.claims import ALL_FEATURES, DTYPES, EVERYTHING, FIELDS, OPS, Claims
from conformance.engines.naming.shipped import shipped_file
from conformance.verdict import GRADES

SHIPPED = "conformance_claims.toml"
"""The file in which an engine's own package may say what it claims."""


class ClaimsError(ValueError):
    """A file of claims is broken; the message says the file, the key and what is allowed."""


def claims_of(engine: str, file: Path | None = None) -> Claims:
    """The claims of the file; without one, those that the engine's package ships, if any.

    Raises:
        ClaimsError: the file is broken.
    """
    if file is not None:
        try:
            return parse_claims(file.read_text(encoding="utf-8"), str(file))
        except (OSError, UnicodeDecodeError) as error:
            raise ClaimsError(f"cannot read {file}: {error}") from error
    shipped = shipped_file(engine, SHIPPED)
    return EVERYTHING if shipped is None else claims_of(engine, shipped)


_NAMED: Mapping[str, Sequence[str]] = {
    "ops": OPS,
    "dtypes": DTYPES,
    "features": ALL_FEATURES,
    "fields": tuple(FIELDS),
}
_KEYS = (*_NAMED, "grade", "note")


def parse_claims(text: str, where: str) -> Claims:
    """The claims of a file's text, which is TOML as `claims.schema.json` says.

    Raises:
        ClaimsError: it is broken.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ClaimsError(f"{where}: not TOML: {error}") from error
    for key in data:
        if key not in _KEYS:
            raise ClaimsError(f"{where}: there is no key {key!r}; {_closest(key, _KEYS)}")
    parts: dict[str, Any] = {
        key: _part(f"{where}: {key}", data[key], known)
        for key, known in _NAMED.items()
        if key in data
    }
    grade, note = data.get("grade", max(GRADES)), data.get("note", "")
    if type(grade) is not int or grade not in GRADES:
        raise ClaimsError(f"{where}: grade: {grade!r} is none of {', '.join(map(str, GRADES))}")
    if not isinstance(note, str):
        raise ClaimsError(f"{where}: note: {note!r} is no text")
    return Claims(**parts, grade=grade, note=note, where=where)


def _part(where: str, given: Any, known: Sequence[str]) -> frozenset[str]:
    """The names that a list claims, or a table of what to include and to exclude."""
    table = given if isinstance(given, dict) else {"include": given}
    for key in table:
        if key not in ("include", "exclude"):
            raise ClaimsError(
                f"{where}: there is no key {key!r}; write include, exclude, or a list"
            )
    include = _matching(f"{where}.include", table.get("include", ["*"]), known)
    exclude = _matching(f"{where}.exclude", table.get("exclude", []), known)
    if not include - exclude:
        raise ClaimsError(f"{where}: nothing is left, so that nothing would be asked")
    return include - exclude


def _matching(where: str, patterns: Any, known: Sequence[str]) -> frozenset[str]:
    if not isinstance(patterns, list) or not all(isinstance(each, str) for each in patterns):
        raise ClaimsError(f"{where}: {patterns!r} is no list of names")
    found: set[str] = set()
    for pattern in patterns:
        matched = {name for name in known if name == pattern or fnmatchcase(name, pattern)}
        if not matched:
            raise ClaimsError(f"{where}: {pattern!r} is none of them; {_closest(pattern, known)}")
        found |= matched
    return frozenset(found)


def _closest(name: str, known: Iterable[str]) -> str:
    names = list(known)
    close = difflib.get_close_matches(name, names)
    if close:
        return f"did you mean {' or '.join(close)}?"
    listed = ", ".join(names)
    return f"there are {listed}" if len(listed) < 600 else "`conformance ops` lists them"

"""Expected differences: lists of case ids that people keep, with the kind and reason of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from typing import get_args

from conformance.verdict import Kind, Mismatch

SHIPPED = "conformance_known.txt"
"""The file in which an engine's own package may list its known differences."""

KINDS: frozenset[str] = frozenset(get_args(Kind)) - {"unsupported"}


class KnownError(ValueError):
    """A list of known differences is broken; the message says the file, the line and what."""


@dataclass(frozen=True, slots=True)
class Known:
    """One expected difference.

    Attributes:
        pattern: a case id, or a pattern of ids in which `*` stands for anything.
        place: a pattern of what differs (`*.grad.stride()`); `*` where the line names none.
        kinds: the kinds of mismatch that are expected; any other kind still fails.
        reason: why it is so, with a link.
        where: file and line.
    """

    pattern: str
    kinds: frozenset[str]
    reason: str
    where: str
    place: str = "*"

    @property
    def of_programs(self) -> bool:
        """Whether it names generated programs, of which each seed draws others."""
        return self.pattern.startswith("programs/")

    def covers(self, case: str, mismatch: Mismatch) -> bool:
        """Whether the difference is this one."""
        return (
            mismatch.kind in self.kinds
            and matches((self.pattern,), case)
            and fnmatchcase(mismatch.where, self.place.replace("[", "[[]"))  # as in `t0[1]`
        )


def read_known(paths: Iterable[Path]) -> tuple[Known, ...]:
    """The entries of several files, in order. A line is `<id>  # <kinds>: <reason>`, or
    `<id> @ <place>  # ...` for one place that differs; id and place may be patterns. Kinds are
    separated by commas; empty lines and lines that begin with `#` are comments.

    Raises:
        KnownError: a file cannot be read, or a line is not of that form.
    """
    return tuple(entry for path in paths for entry in parse_known(_text(path), str(path)))


def read_patterns(paths: Iterable[Path]) -> tuple[str, ...]:
    """The ids and patterns of several files, whatever their comments say.

    Raises:
        KnownError: a file cannot be read.
    """
    lines = (line.partition("#")[0].strip() for path in paths for line in _text(path).splitlines())
    return tuple(line for line in lines if line)


def shipped_known(engine: str) -> tuple[Known, ...]:
    """What the package of the engine's module lists as known; nothing if it ships no list."""
    package = engine.partition(":")[0].partition(".")[0]
    try:
        resource = files(package).joinpath(SHIPPED)
        text = resource.read_text(encoding="utf-8") if resource.is_file() else ""
    except (ImportError, OSError, TypeError, ValueError):
        return ()  # A module without a package's files, which ships no list.
    return tuple(parse_known(text, f"{package}/{SHIPPED}"))


def parse_known(text: str, name: str) -> Iterable[Known]:
    """The entries of a file's text; see `read_known`."""
    for number, line in enumerate(text.splitlines(), 1):
        pattern, _, comment = (part.strip() for part in line.partition("#"))
        if pattern:
            yield _entry(pattern, comment, f"{name}:{number}")


def _entry(pattern: str, comment: str, where: str) -> Known:
    kinds, colon, reason = (part.strip() for part in comment.partition(":"))
    named = frozenset(kind.strip() for kind in kinds.split(","))
    pattern, at, place = (part.strip() for part in pattern.partition("@"))
    if " " in pattern:
        raise KnownError(f"{where}: an id has no spaces: {pattern!r}")
    if at and not place:
        raise KnownError(f"{where}: write `{pattern} @ <what differs>  # <kind>: <reason>`")
    if not colon or not reason:
        raise KnownError(f"{where}: write `{pattern}  # <kind>: <reason>`")
    if unknown := sorted(named - KINDS):
        known = ", ".join(sorted(KINDS))
        raise KnownError(f"{where}: {unknown[0]!r} is no kind of difference; they are {known}")
    return Known(pattern, named, reason, where, place or "*")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KnownError(f"cannot read {path}: {error}") from error


def matches(patterns: Sequence[str], case: str) -> bool:
    """Whether any of the patterns fits the case's id."""
    return any(pattern == case or fnmatchcase(case, pattern) for pattern in patterns)

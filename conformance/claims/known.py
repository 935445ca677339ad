"""Known differences: lists that people keep, an entry by op, place and kind, with its reason.

A line is `<op>/<check> @ <place>  # <kinds>: <reason>`. Instead of op and check, a list of one's
own may name a case of the frozen corpus by its id, or cases by a pattern of ids. The hash of a
generated program is not accepted: the next seed draws other programs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import get_args

from conformance.corpus.case import CHECKS, op_and_check
from conformance.engines.naming.shipped import shipped_file
from conformance.verdict import GRADE_OF, Kind, Mismatch

SHIPPED = "conformance_known.txt"
"""The file in which an engine's own package may list its known differences."""

KINDS: frozenset[str] = frozenset(get_args(Kind)) - {"unsupported"}

_HASH = re.compile(r"(?=[0-9a-f]*\d)(?<![0-9a-z])[0-9a-f]{8,}(?![0-9a-z])")
_STATE = 5  # the grade of all that is neither a value nor an error


class KnownError(ValueError):
    """A list of known differences is broken; the message says the file, the line and what."""


@dataclass(frozen=True, slots=True)
class Known:
    """One expected difference.

    Attributes:
        pattern: `<op>/<check>`, as `sum/gradient`, `sum/*` or `autograd/programs` (of no op); or a
            case id, or a pattern of ids in which `*` stands for anything.
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
    def by_op(self) -> bool:
        """Whether the pattern is an op and a check, and not one of ids."""
        op, _, check = self.pattern.partition("/")
        return op not in _SOURCES and check in _CHECKS

    @property
    def of_programs(self) -> bool:
        """Whether it names generated programs, of which each seed draws others."""
        return self.pattern.startswith("programs/") or self.pattern.endswith("/programs")

    @property
    def too_wide(self) -> str:
        """Why an engine may not ship the entry; "" if it may. A list that goes with an engine is
        read by those who trust its score: it may not hide what nobody looked at."""
        if not self.by_op:
            return "" if "*" not in self.pattern and "?" not in self.pattern else "name the op"
        if "*" in self.pattern.partition("/")[0]:
            return "name the op"
        if not self.place.strip("*?.[]() "):
            return "name the place"
        if graver := sorted(kind for kind in self.kinds if GRADE_OF[kind] < _STATE):
            return f"{graver[0]} is of grade {GRADE_OF[graver[0]]}: name the case"
        return ""

    def names(self, case: str) -> bool:
        """Whether it is about the case of this id."""
        if not self.by_op:
            return matches((self.pattern,), case)
        return matches((self.pattern,), "/".join(op_and_check(case)))

    def covers(self, case: str, mismatch: Mismatch) -> bool:
        """Whether the difference is this one."""
        return (
            mismatch.kind in self.kinds
            and self.names(case)
            and fnmatchcase(mismatch.where, self.place.replace("[", "[[]"))  # as in `t0[1]`
        )


_CHECKS = frozenset({*CHECKS, "*"})
_SOURCES = frozenset(
    {"opinfo", "messages", "options", "tutorial", "found", "programs"}
)  # ids begin so


def read_known(paths: Iterable[Path]) -> tuple[Known, ...]:
    """The entries of several files, in order. A line is `<what>  # <kinds>: <reason>`, or
    `<what> @ <place>  # ...` for one place that differs; both may be patterns. Kinds are
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
    """What the package of the engine's module lists as known; nothing if it ships no list.

    Raises:
        KnownError: a line is broken, or hides more than a case or an op's place.
    """
    file = shipped_file(engine, SHIPPED)
    if file is None:
        return ()
    entries = tuple(parse_known(_text(file), f"{file.parent.name}/{SHIPPED}"))
    for entry in entries:
        if entry.too_wide:
            raise KnownError(f"{entry.where}: {entry.pattern!r} is too wide: {entry.too_wide}")
    return entries


def known_of(engine: str, paths: Iterable[Path]) -> tuple[Known, ...]:
    """The known differences: what the engine's package ships, then what the files say.

    Raises:
        KnownError: as `shipped_known` and `read_known`.
    """
    return (*shipped_known(engine), *read_known(paths))


def parse_known(text: str, name: str) -> Iterator[Known]:
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
    if found := _HASH.search(pattern):
        raise KnownError(
            f"{where}: {found.group()} names a program that one seed drew; name its op instead: "
            "`<op>/programs @ <what differs>`"
        )
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

"""Which programs run which lines of the engine."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

from kill_table.mutation.mutants import Mutant
from kill_table.mutation.source import Source

OTHERS = 10
"""Of the programs to which a mutant can matter only by what was done before they run, such as a
table that was made, one in so many is asked."""

Line = tuple[str, int]
"""A file, from the folder that holds the package, and the number of a line."""


class Tracer:
    """Notes the lines of the package that are run."""

    def __init__(self, root: str, package: str) -> None:
        self.root = root + os.sep
        self._within = os.path.join(root, package) + os.sep
        self._seen: dict[CodeType, set[int]] = {}
        self._locals: dict[CodeType, Any] = {}

    def lines(self, run: Callable[[], object]) -> set[Line]:
        """The lines that are run by a call."""
        self._seen.clear()
        self._locals.clear()
        sys.settrace(self._entered)
        try:
            run()
        finally:
            sys.settrace(None)
        return {
            (code.co_filename.removeprefix(self.root), line)
            for code, lines in self._seen.items()
            for line in lines
        }

    def _entered(self, frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        found = self._locals.get(code)
        if found is None:
            if not code.co_filename.startswith(self._within):
                return None
            lines = self._seen[code] = set()
            found = self._locals[code] = _noting(lines.add)
        self._seen[code].add(frame.f_lineno)
        return found


def _noting(add: Callable[[int], None]) -> Any:
    def noting(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            add(frame.f_lineno)
        return noting

    return noting


@dataclass(slots=True)
class Reach:
    """Which programs reach each line, as bits of an int by the programs' numbers.

    Attributes:
        count: of programs.
        by_line: those that ran it, the first time or the second.
        first_only: the lines that a program ran the first time alone: caches are filled there, so
            the programs that come later depend on them, too.
    """

    count: int
    by_line: dict[Line, bytearray] = field(default_factory=dict)
    first_only: set[Line] = field(default_factory=set)

    def note(self, number: int, first: set[Line], second: set[Line]) -> None:
        """What the program of that number ran, the first time and the second."""
        self.first_only |= first - second
        for line in first | second:
            bits = self.by_line.get(line)
            if bits is None:
                bits = self.by_line[line] = bytearray(self.count // 8 + 1)
            bits[number >> 3] |= 1 << (number & 7)

    def programs(self, lines: Iterable[Line]) -> list[int]:
        """The numbers of the programs that run one of the lines, in order."""
        found = 0
        for line in lines:
            found |= int.from_bytes(self.by_line.get(line, b""), "little")
        text = bin(found)[:1:-1]
        return [number for number, bit in enumerate(text) if bit == "1"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The programs that a mutant is asked, by number: first those that surely reach what it
    changed, then those that may."""

    first: Sequence[int]
    then: Sequence[int]


class Chooser:
    """Says which programs a mutant is asked."""

    def __init__(
        self, reach: Reach, files: Iterable[Source], imported: frozenset[Line] = frozenset()
    ) -> None:
        """`imported`: the lines that run when the engine is imported, those of functions too."""
        self.reach = reach
        self._imported = imported
        self._uses: dict[str, set[Line]] = {}  # of each name, the lines of functions that read it
        self._users: dict[str, set[Line]] = {}  # likewise all the lines of these functions
        self._early: dict[str, set[str]] = {}  # of each name, what is defined by it at import
        self._by_owner: dict[str, set[Line]] = {}  # as `_owned`, of all files
        self._owned: dict[tuple[str, str], set[Line]] = {}  # by what a module defines, its lines
        self._inside: dict[tuple[str, str], set[Line]] = {}  # by scope, the lines of the function
        for source in files:
            self._read(source)

    def _read(self, source: Source) -> None:
        for place in source.places:
            if not isinstance(place.node, ast.stmt | ast.expr) or place.at_import:
                continue
            for known, key in ((self._owned, place.owner), (self._inside, _function(place.scope))):
                known.setdefault((source.path, key), set()).update(_lines(source.path, place.lines))
            own = self._by_owner.setdefault(place.owner, set())
            own.update(_lines(source.path, place.lines))
        for place in source.places:
            name = getattr(place.node, "attr", None) or getattr(place.node, "id", None)
            if not isinstance(name, str) or isinstance(place.node.ctx, ast.Store):  # type: ignore[attr-defined]
                continue
            if place.at_import:
                self._early.setdefault(name, set()).add(place.owner)
            else:
                self._uses.setdefault(name, set()).update(_lines(source.path, place.lines))
                inside = self._inside[source.path, _function(place.scope)]
                self._users.setdefault(name, set()).update(inside)

    def is_asked_about(self, mutant: Mutant) -> bool:
        """Whether any program runs the function that the mutant is in, or one that reads the name
        that it is in. The others are of ops and helpers that no program calls at all."""
        owned = self._owned.get((mutant.file, mutant.owner), set())
        if not mutant.at_import:
            if self._runs_at_import(mutant):
                return True
            function = _function(mutant.scope)  # "" of a rule, which stands in no function
            lines = self._inside[mutant.file, function] if function else owned
        elif owned:
            lines = owned
        elif mutant.owner in self._early or mutant.owner not in self._users:
            return True
        else:
            lines = self._users[mutant.owner]
        return any(line in self.reach.by_line for line in lines)

    def asked(self, mutant: Mutant) -> Asked:
        """What is run only by a function is asked of the programs that run it; a message, or
        another text with a name that only functions read, of those that run what reads it. What is
        run at import, or where a cache is filled, may matter to any program: it is asked of all
        that run what it defines, or what is defined by that in turn, and of some of the others; of
        all the others where no such program is known."""
        lines = set(_lines(mutant.file, mutant.lines))
        if not mutant.at_import:
            first = lines
            alone = not lines & self.reach.first_only and not self._runs_at_import(mutant)
        else:
            owned = self._owned.get((mutant.file, mutant.owner), set())
            first = owned | self._uses.get(mutant.owner, set())
            is_text = bool(mutant.owner) and mutant.owner not in self._early and not owned
            alone = is_text and not first & self.reach.first_only
        if alone:
            return Asked(self.reach.programs(first), ())
        numbers = self.reach.programs(first | self._behind(mutant.owner))
        seen = set(numbers)
        others = [each for each in range(self.reach.count) if each not in seen]
        return Asked(numbers, others[::OTHERS] if numbers else others)

    def _runs_at_import(self, mutant: Mutant) -> bool:
        """Whether a function's line runs while the engine is imported. Of a rule that is no sign:
        it is made there, and runs later."""
        is_rule = mutant.scope.endswith("<lambda>")
        return not is_rule and not self._imported.isdisjoint(_lines(mutant.file, mutant.lines))

    def _behind(self, owner: str) -> set[Line]:
        """The lines that run what is defined by that name, or by names that are defined by it."""
        names, left = set[str](), [owner]
        while left:
            if (name := left.pop()) and name not in names:
                names.add(name)
                left += self._early.get(name, ())
        lines = set[Line]()
        for name in names:
            lines |= self._uses.get(name, set()) | self._by_owner.get(name, set())
        return lines


def _lines(file: str, lines: tuple[int, int]) -> Iterator[Line]:
    return ((file, number) for number in range(lines[0], lines[1] + 1))


def _function(scope: str) -> str:
    """The scope without lambdas: that of the function or class which holds them."""
    return scope.replace(".<lambda>", "").replace("<lambda>", "")

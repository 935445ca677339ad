"""Every mutant of the engine, as data: the operators by name, and ids that outlive other edits."""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kill_table.mutation import expressions, statements, texts
from kill_table.mutation.source import Edit, Place, Source

Operator = Callable[[Source, Place], Iterator[Edit]]

OPERATORS: Mapping[str, Operator] = {
    "drop a term": expressions.drop_term,
    "drop a factor": expressions.drop_factor,
    "swap operands": expressions.swap_operands,
    "another operator": expressions.other_operator,
    "drop conj": expressions.drop_conj,
    "drop a function": expressions.unwrap,
    "negate a value": expressions.negate,
    "another axis": expressions.other_axis,
    "off by one": expressions.off_by_one,
    "flip a flag": expressions.flip_flag,
    "another function": expressions.other_name,
    "one branch": expressions.one_branch,
    "another comparison": statements.other_comparison,
    "negate a condition": statements.negate_condition,
    "drop a condition": statements.drop_condition,
    "and for or": statements.and_or,
    "remove a raise": statements.remove_raise,
    "skip a version bump": partial(statements.skipping, "skip a version bump"),
    "skip a hook": partial(statements.skipping, "skip a hook"),
    "skip a check": partial(statements.skipping, "skip a check"),
    "skip a call": partial(statements.skipping, "skip a call"),
    "skip a write": statements.skip_write,
    "skip a line of code": statements.skip_line,
    "drop a column": statements.drop_column,
    "drop an argument": statements.drop_argument,
    "drop an entry": statements.drop_entry,
    "change a message": texts.change_message,
    "another error": texts.other_error,
    "change a text": texts.change_text,
    "change written code": texts.change_code,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One edit of one file.

    Attributes:
        id: a hash of the file, the scope, the operator, the lines before and after, and which of
            several that are alike it is; so it does not change with edits elsewhere.
        file: from the folder that holds the package.
        scope, owner, lines, at_import: as in `Place`.
        edit: what is replaced, and by what.
        old, new: the lines that the edit touches, before and after.
    """

    id: str
    file: str
    operator: str
    scope: str
    owner: str
    lines: tuple[int, int]
    at_import: bool
    edit: Edit
    old: str
    new: str

    @property
    def folder(self) -> str:
        """The folder below the package, of a file of the package itself the package."""
        return "/".join(self.file.split("/")[1:-1][:2]) or self.file.split("/")[0]


def mutants_of(source: Source) -> Iterator[Mutant]:
    """Every mutant of a file, each text once, in a fixed order."""
    seen, alike = set[Edit](), Counter[tuple[str, ...]]()
    for place in source.places:
        for operator, make in OPERATORS.items():
            for edit in make(source, place):
                if edit in seen:
                    continue
                seen.add(edit)
                old, new = source.whole_lines(edit)
                key = (source.path, place.scope, operator, old, new)
                alike[key] += 1
                text = "\n".join((*key, str(alike[key])))
                yield Mutant(
                    hashlib.sha256(text.encode()).hexdigest()[:12],
                    source.path, operator, place.scope, place.owner, place.lines, place.at_import,
                    edit, old, new,
                )  # fmt: skip


def is_another_program(source: Source, mutant: Mutant) -> bool:
    """Whether the mutated file is Python, and means something else than the file."""
    try:
        tree = ast.parse(source.edited(mutant.edit))
    except (SyntaxError, ValueError):
        return False
    return ast.dump(tree) != ast.dump(source.tree)


def sources(package: Path) -> dict[str, Source]:
    """The files of a package by their paths, in the order of their names."""
    root = package.parent
    paths = [path.relative_to(root).as_posix() for path in sorted(package.rglob("*.py"))]
    return {path: Source(path, (root / path).read_bytes()) for path in paths}

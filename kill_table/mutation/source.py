"""A source file as the places in it that may be mutated, each with where it is and when it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

_UNTOUCHED = {"__all__", "__slots__", "__version__"}
_UNSEEN = {"strict", "slots", "frozen", "maxsize"}  # keywords that no value depends on
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of a file, in bytes from its start, and the text that is put in its place."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Place:
    """A node that may be mutated.

    Attributes:
        scope: the qualified name of the function or class around it; "" in the module itself.
        owner: the name that the outermost statement around it defines, as others use it.
        lines: the first and last line of what is run as one with it.
        at_import: whether it runs only while the module is imported.
        role: what it is to its parent: the field's name.
    """

    node: ast.AST
    parent: ast.AST
    role: str
    scope: str
    owner: str
    lines: tuple[int, int]
    at_import: bool


class Source:
    """One file of the engine."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path, self.data = path, data
        self.tree = ast.parse(data)
        self._starts = [0, *accumulate(map(len, data.splitlines(keepends=True)))]

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where the node begins and ends, in bytes."""
        assert isinstance(node, ast.expr | ast.stmt | ast.keyword)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._starts[node.lineno - 1] + node.col_offset
        return start, self._starts[node.end_lineno - 1] + node.end_col_offset

    def text(self, node: ast.AST) -> str:
        """The node's own text."""
        start, end = self.span(node)
        return self.data[start:end].decode()

    def operand(self, node: ast.AST) -> str:
        """The node's text, in brackets where it needs them to stand as an operand."""
        text = self.text(node)
        return text if isinstance(node, _ATOMS) else f"({text})"

    def between(self, left: ast.AST, right: ast.AST) -> tuple[int, str]:
        """What stands between two nodes, and where it begins."""
        start, end = self.span(left)[1], self.span(right)[0]
        return start, self.data[start:end].decode()

    def replaced(self, node: ast.AST, new: str) -> Edit:
        """The edit that puts a text in the node's place."""
        return Edit(*self.span(node), new)

    def edited(self, edit: Edit) -> bytes:
        """The whole file with the edit made."""
        return self.data[: edit.start] + edit.new.encode() + self.data[edit.end :]

    def whole_lines(self, edit: Edit) -> tuple[str, str]:
        """The lines that an edit touches, as they are and as they become, in one line each."""
        start = self.data.rfind(b"\n", 0, edit.start) + 1
        end = self.data.find(b"\n", edit.end)
        end = len(self.data) if end < 0 else end
        old = self.data[start:end].decode()
        new = self.data[start : edit.start].decode() + edit.new + self.data[edit.end : end].decode()
        return " ".join(old.split()), " ".join(new.split())

    def line_of(self, position: int) -> int:
        """The number of the line that a byte is in."""
        return self.data.count(b"\n", 0, position) + 1

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """All places, in the order of the text."""
        whole = Place(self.tree, self.tree, "", "", "", (1, 1), True)
        return tuple(_below(self.tree, whole))


_ATOMS = (ast.Name, ast.Constant, ast.Call, ast.Attribute, ast.Subscript, ast.Tuple, ast.List)


def _below(node: ast.AST, around: Place) -> Iterator[Place]:
    """The places within a node, of which `around` tells."""
    for role, child in _children(node):
        place = _place(child, node, role, around)
        if not _is_untouched(child, node, role):
            yield place
            if not isinstance(child, ast.JoinedStr):  # Its parts have no positions of their own.
                yield from _below(child, place)
        elif isinstance(child, ast.If):
            for each in child.orelse:
                yield from _below(each, _place(each, child, "orelse", around))


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for role, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield role, child


def _place(child: ast.AST, node: ast.AST, role: str, around: Place) -> Place:
    """The place of a child, given that of its parent."""
    inside = role in ("body", "orelse", "finalbody", "handlers")
    scope, at_import, lines = around.scope, around.at_import, around.lines
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)) and inside:
        scope = f"{scope}.{node.name}".lstrip(".")
        at_import = at_import and isinstance(node, ast.ClassDef)
    elif isinstance(node, ast.Lambda) and role == "body":
        scope, at_import = f"{scope}.<lambda>".lstrip("."), False
    if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
        lines = _header(child)
    elif isinstance(node, ast.Lambda) and role == "body":
        assert isinstance(child, ast.expr)
        lines = child.lineno, child.end_lineno or child.lineno
    owner = around.owner or (_defines(child) if isinstance(node, ast.Module) else "")
    return replace(
        around, node=child, parent=node, role=role, scope=scope, owner=owner, lines=lines,
        at_import=at_import,
    )  # fmt: skip


def _header(node: ast.stmt | ast.ExceptHandler | ast.match_case) -> tuple[int, int]:
    """The lines of a statement, of one that holds others its first."""
    body = getattr(node, "body", None)
    first = node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno
    if isinstance(body, list) and body:
        return first, max(first, body[0].lineno - 1)
    return first, getattr(node, "end_lineno", None) or first


def _defines(statement: ast.AST) -> str:
    """The name that a statement of a module defines; of a call that of its first operand that is a
    name: it registers that. "" if there is none, or several."""
    if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
        return statement.name
    target: ast.AST | None = None
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign):
        target = statement.target
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        called = {id(each.func) for each in ast.walk(statement) if isinstance(each, ast.Call)}
        given = [each for argument in statement.value.args for each in ast.walk(argument)]
        names = [each for each in given if isinstance(each, ast.Name) and id(each) not in called]
        target = names[0] if names else None
    return target.id if isinstance(target, ast.Name) else ""


def _is_untouched(child: ast.AST, node: ast.AST, role: str) -> bool:
    """Whether a node is none of what the engine does: text for readers and for type checkers."""
    if role in ("annotation", "returns", "type_comment"):
        return True
    if isinstance(child, ast.Import | ast.ImportFrom | ast.Assert):
        return True
    if isinstance(child, ast.Raise) and "AssertionError" in ast.unparse(child):
        return True
    if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
        return True
    if isinstance(child, ast.keyword) and child.arg in _UNSEEN:
        return True
    if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
        return True
    if isinstance(child, ast.AnnAssign) and "TypeAlias" in ast.unparse(child.annotation):
        return True
    if isinstance(child, ast.Call) and ast.unparse(child.func) in ("TypeVar", "ParamSpec"):
        return True
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "cast" and node.args[:1] == [child]:
        return True
    return _defines(child) in _UNTOUCHED

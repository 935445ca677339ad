"""Operators on conditions, statements, and the entries of calls and tables."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from kill_table.mutation.source import Edit, Place, Source

_OTHER_COMPARISON: Mapping[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}

_SKIPPED: Mapping[str, str] = {
    "skip a version bump": r"version|bump|count_write|counter|written",
    "skip a hook": r"hook|observ|pack",
    "skip a check": r"check|refuse|require|ensure|forbid|verify|warn",
    "skip a call": r"",
}
"""What a call that is left out is named by: the first whose pattern is in its text."""


def other_comparison(source: Source, place: Place) -> Iterator[Edit]:
    """`<` → `<=`, `==` → `!=`, and the like."""
    node = place.node
    if not isinstance(node, ast.Compare):
        return
    operands = [node.left, *node.comparators]
    for left, operator, right in zip(operands, node.ops, operands[1:], strict=False):
        old, new = _OTHER_COMPARISON[type(operator)]
        start, text = source.between(left, right)
        found = re.search(rf"(?<![\w<>=!]){re.escape(old)}(?![\w<>=])", text)
        if found:
            at = start + found.start()
            yield Edit(at, at + len(old), new)


def negate_condition(source: Source, place: Place) -> Iterator[Edit]:
    """`if c` → `if not (c)`; of loops none, which would never end."""
    node, parent = place.node, place.parent
    if isinstance(parent, ast.If | ast.IfExp) and place.role == "test":
        conditional = True
    else:
        conditional = isinstance(parent, ast.comprehension) and place.role == "ifs"
    if not conditional:
        return
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield source.replaced(node, source.operand(node.operand))
    elif not isinstance(node, ast.Compare) or len(node.ops) > 1:  # `other_comparison` has those.
        yield source.replaced(node, f"not ({source.text(node)})")


def drop_condition(source: Source, place: Place) -> Iterator[Edit]:
    """`a and b` → `a`, `b`; likewise of `or`."""
    node = place.node
    if isinstance(node, ast.BoolOp):
        sign = " and " if isinstance(node.op, ast.And) else " or "
        for left_out in node.values:
            kept = [source.operand(each) for each in node.values if each is not left_out]
            yield source.replaced(node, f"({sign.join(kept)})" if len(kept) > 1 else kept[0])


def and_or(source: Source, place: Place) -> Iterator[Edit]:
    """`and` ↔ `or`."""
    node = place.node
    if isinstance(node, ast.BoolOp):
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        start, text = source.between(*node.values[:2])
        at = start + len(text[: text.index(old)].encode())
        yield Edit(at, at + len(old), new)


def remove_raise(source: Source, place: Place) -> Iterator[Edit]:
    """`raise x` → `pass`."""
    if isinstance(place.node, ast.Raise):
        yield source.replaced(place.node, "pass")


def skipping(name: str, source: Source, place: Place) -> Iterator[Edit]:
    """A call that is a statement → `pass`, where its text makes it one of that name."""
    node = place.node
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return
    text = source.text(node)
    if name == next(key for key, words in _SKIPPED.items() if re.search(words, text)):
        yield source.replaced(node, "pass")


def skip_write(source: Source, place: Place) -> Iterator[Edit]:
    """An assignment to an attribute or an element, or `x += y` → `pass`; `x = f(x)` as well."""
    node = place.node
    if place.at_import:
        return
    if isinstance(node, ast.AugAssign):
        yield source.replaced(node, "pass")
    elif isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
        again = isinstance(target, ast.Name) and any(
            isinstance(each, ast.Name) and each.id == target.id for each in ast.walk(node.value)
        )
        if again or isinstance(target, ast.Attribute | ast.Subscript):
            yield source.replaced(node, "pass")


def skip_line(source: Source, place: Place) -> Iterator[Edit]:
    """`yield x` as a statement → none of it."""
    node = place.node
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield | ast.YieldFrom):
        yield source.replaced(node, "yield from ()")


def drop_column(source: Source, place: Place) -> Iterator[Edit]:
    """`@op(a=..., b=...)` → `@op(a=...)`: an option, or a rule, that is not given."""
    if place.at_import:
        yield from _without_keyword(source, place)


def drop_argument(source: Source, place: Place) -> Iterator[Edit]:
    """`f(a, b=...)` → `f(a)`."""
    if not place.at_import:
        yield from _without_keyword(source, place)


def _without_keyword(source: Source, place: Place) -> Iterator[Edit]:
    node, call = place.node, place.parent
    if isinstance(node, ast.keyword) and node.arg and isinstance(call, ast.Call):
        yield _taken_out(source, [*call.args, *call.keywords], node)


def drop_entry(source: Source, place: Place) -> Iterator[Edit]:
    """One entry less in a list, tuple, set or dict of a table."""
    node = place.node
    if not place.at_import:
        return
    if isinstance(node, ast.Tuple | ast.List | ast.Set) and len(node.elts) > 2:
        if isinstance(place.parent, ast.Subscript):  # a type's arguments
            return
        for each in node.elts:
            yield _taken_out(source, node.elts, each)
    elif isinstance(node, ast.Dict) and len(node.keys) > 1:
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                start, end = source.span(key)[0], source.span(value)[1]
                yield _to_comma(source, start, end)


def _taken_out(source: Source, entries: Sequence[ast.AST], gone: ast.AST) -> Edit:
    """The edit that leaves out one of several entries, with the comma before or behind it."""
    at = next(number for number, each in enumerate(entries) if each is gone)
    start, end = source.span(gone)
    if at + 1 < len(entries):
        return _to_comma(source, start, end)
    return Edit(source.span(entries[at - 1])[1], end, "") if at else Edit(start, end, "")


def _to_comma(source: Source, start: int, end: int) -> Edit:
    found = re.match(rb"[\s)]*,\s*", source.data[end:])
    return Edit(start, end + (found.end() if found else 0), "")

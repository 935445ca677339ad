"""Operators on expressions: terms, factors, operands, signs, numbers, axes, flags."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from kill_table.mutation.source import Edit, Place, Source

_TERMS = (ast.Add, ast.Sub, ast.BitOr)
_FACTORS = (ast.Mult, ast.Div, ast.BitAnd)
_ORDERED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.MatMult, ast.Pow)

_OTHER_OPERATOR: Mapping[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "%"),
    ast.Mod: ("%", "//"),
    ast.Pow: ("**", "*"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.BitXor: ("^", "|"),
}

_PAIRS = (
    "min max", "amin amax", "minimum maximum", "argmin argmax", "any all", "floor ceil", "sin cos",
    "sinh cosh", "add subtract", "multiply divide", "zeros ones", "zeros_like ones_like",
    "sum prod", "cumsum cumprod", "real imag", "isnan isinf", "greater less",
    "greater_equal less_equal", "exp log", "append appendleft", "logical_and logical_or",
)  # fmt: skip
_OTHER_NAME = {a: b for pair in _PAIRS for a, b in (pair.split(), pair.split()[::-1])}

_AXES = ("dim", "axis", "dims", "axes", "dim0", "dim1")


def drop_term(source: Source, place: Place) -> Iterator[Edit]:
    """`a + b` → `a`, `b`."""
    yield from _one_side(source, place.node, _TERMS)


def drop_factor(source: Source, place: Place) -> Iterator[Edit]:
    """`a * b` → `a`, `b`."""
    yield from _one_side(source, place.node, _FACTORS)


def _one_side(
    source: Source, node: ast.AST, operators: tuple[type[ast.operator], ...]
) -> Iterator[Edit]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, operators):
        yield source.replaced(node, source.operand(node.left))
        if not isinstance(node.op, ast.Div):
            yield source.replaced(node, source.operand(node.right))


def swap_operands(source: Source, place: Place) -> Iterator[Edit]:
    """`a - b` → `b - a`, and the first two arguments of a call in a rule or a forward."""
    node = place.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, _ORDERED):
        _, operator = source.between(node.left, node.right)
        sign = operator.strip(" ()\n") or "-"
        new = f"{source.operand(node.right)} {sign} {source.operand(node.left)}"
        yield source.replaced(node, new)
    elif isinstance(node, ast.Call) and len(node.args) >= 2 and "/ops/" in source.path:
        first, second = node.args[:2]
        names = isinstance(first, ast.Name | ast.Call) and isinstance(second, ast.Name | ast.Call)
        if names and source.text(first) != source.text(second):
            start, end = source.span(first)[0], source.span(second)[1]
            yield Edit(start, end, f"{source.text(second)}, {source.text(first)}")


def other_operator(source: Source, place: Place) -> Iterator[Edit]:
    """`a + b` → `a - b`, and the like; `a += b` as well."""
    node = place.node
    if isinstance(node, ast.BinOp):
        found, sides = _OTHER_OPERATOR.get(type(node.op)), (node.left, node.right)
    elif isinstance(node, ast.AugAssign):
        found, sides = _OTHER_OPERATOR.get(type(node.op)), (node.target, node.value)
    else:
        return
    if found is not None:
        yield from _put(source, *sides, *found)


def _put(source: Source, left: ast.AST, right: ast.AST, old: str, new: str) -> Iterator[Edit]:
    """Another text for the operator between two operands."""
    start, text = source.between(left, right)
    at = text.find(old)
    if at >= 0:
        at = start + len(text[:at].encode())
        yield Edit(at, at + len(old), new)


def drop_conj(source: Source, place: Place) -> Iterator[Edit]:
    """`conj(x)`, `x.conj()` → `x`."""
    node = place.node
    if not isinstance(node, ast.Call) or "conj" not in _callee(node):
        return
    if node.args:
        yield source.replaced(node, source.operand(node.args[0]))
    elif isinstance(node.func, ast.Attribute):
        yield source.replaced(node, source.operand(node.func.value))


def unwrap(source: Source, place: Place) -> Iterator[Edit]:
    """`f(x, ...)` → `x`, `x.f(...)` → `x`, where the call gives something."""
    node = place.node
    if not isinstance(node, ast.Call) or place.at_import or "conj" in _callee(node):
        return
    if isinstance(place.parent, ast.Expr | ast.Raise | ast.withitem | ast.ExceptHandler):
        return
    if _callee(node) in _NO_WRAPPERS or isinstance(place.parent, ast.comprehension):
        return
    if node.args and not isinstance(node.args[0], ast.Starred | ast.GeneratorExp | ast.Constant):
        yield source.replaced(node, source.operand(node.args[0]))
    elif isinstance(node.func, ast.Attribute) and not node.args and _is_value(node.func.value):
        yield source.replaced(node, source.operand(node.func.value))


_NO_WRAPPERS = {"isinstance", "len", "hasattr", "callable", "type", "issubclass", "range", "zip"}


def _is_value(node: ast.AST) -> bool:
    """Whether it is more likely a value than a module or a type."""
    if isinstance(node, ast.Name):
        return node.id not in ("np", "ops", "errors", "warnings") and not node.id[:1].isupper()
    return not isinstance(node, ast.Constant)


def _callee(node: ast.Call) -> str:
    func = node.func
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def negate(source: Source, place: Place) -> Iterator[Edit]:
    """What a rule or a forward gives → its negative; `-x` → `x`."""
    node = place.node
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        if not isinstance(node.operand, ast.Constant):
            yield source.replaced(node, source.operand(node.operand))
        return
    gives = isinstance(place.parent, ast.Return | ast.Lambda) and place.role in ("value", "body")
    if gives and "/ops/" in source.path and isinstance(node, ast.BinOp | ast.Call):
        yield source.replaced(node, f"-({source.text(node)})")


def other_axis(source: Source, place: Place) -> Iterator[Edit]:
    """`dim=0` → `dim=-1`, `dim=-1` → `dim=0`, `dim=n` → `dim=n - 1`, `dim=dim` → `dim=0`."""
    node = place.node
    if isinstance(node, ast.keyword) and node.arg in _AXES:
        value: ast.AST = node.value
    elif isinstance(node, ast.Name) and node.id in _AXES[:2] and isinstance(place.parent, ast.Call):
        value = node
    else:
        return
    new = {"0": "-1", "-1": "0", "None": "0", "1": "0"}.get(source.text(value), "0")
    if not isinstance(value, ast.Tuple | ast.Constant) or source.text(value) != new:
        yield source.replaced(value, new)


def off_by_one(source: Source, place: Place) -> Iterator[Edit]:
    """`n` → `n + 1`; 1 → 0 as well."""
    node = place.node
    if not isinstance(node, ast.Constant) or type(node.value) not in (int, float):
        return
    if isinstance(place.parent, ast.keyword) and place.parent.arg in _AXES:
        return
    text, value = source.text(node), node.value
    assert isinstance(value, int | float)
    if re.fullmatch(r"[\d._e+-]+", text):
        yield source.replaced(node, repr(value + 1))
        if value == 1:
            yield source.replaced(node, repr(value - 1))


def flip_flag(source: Source, place: Place) -> Iterator[Edit]:
    """True ↔ False."""
    node = place.node
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield source.replaced(node, str(not node.value))


def other_name(source: Source, place: Place) -> Iterator[Edit]:
    """`np.minimum` → `np.maximum`, and other names that have an opposite."""
    node = place.node
    if isinstance(node, ast.Attribute) and node.attr in _OTHER_NAME:
        end = source.span(node)[1]
        yield Edit(end - len(node.attr), end, _OTHER_NAME[node.attr])
    elif isinstance(node, ast.Name) and node.id in _OTHER_NAME and place.role == "func":
        yield source.replaced(node, _OTHER_NAME[node.id])


def one_branch(source: Source, place: Place) -> Iterator[Edit]:
    """`a if c else b` → `a`, `b`."""
    node = place.node
    if isinstance(node, ast.IfExp):
        yield source.replaced(node, source.operand(node.body))
        yield source.replaced(node, source.operand(node.orelse))

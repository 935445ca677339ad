"""How an op is written in Python: one row for each operator.

A row is the function that does it and the text that says it, so that an engine adapter and the
printed script cannot disagree.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Operator:
    """A Python operator. `methods` are the special methods of the first operand that Python looks
    for, `reflected` those of the second: by these an engine that lacks the operator is told from
    one that refuses the operands. `binds`: the statement binds its first operand's name again."""

    apply: Callable[..., Any]
    text: str
    methods: tuple[str, ...]
    reflected: tuple[str, ...] = ()
    statement: bool = False  # `x += y` and `x[i] = y` cannot stand right of an equals sign
    binds: bool = False

    @property
    def operands(self) -> int:
        """How many operands it takes."""
        return sum(f"{{{place}}}" in self.text for place in range(3))


def _binary(name: str, symbol: str) -> Operator:
    plain = name.rstrip("_")
    text = f"{{0}} {symbol} {{1}}"
    return Operator(getattr(operator, name), text, (f"__{plain}__",), (f"__r{plain}__",))


def _compare(name: str, symbol: str) -> Operator:
    other = name.translate(_MIRRORED) if name[0] in "lg" else name
    methods, reflected = (f"__{name}__",), (f"__{other}__",)
    return Operator(getattr(operator, name), f"{{0}} {symbol} {{1}}", methods, reflected)


_MIRRORED = str.maketrans("lg", "gl")  # `x < y` is `y > x`


def _in_place(name: str, symbol: str) -> Operator:
    plain = name[1:].rstrip("_")
    text, methods = f"{{0}} {symbol} {{1}}", (f"__i{plain}__", f"__{plain}__")
    reflected = (f"__r{plain}__",)
    return Operator(getattr(operator, name), text, methods, reflected, statement=True, binds=True)


def _unary(name: str, text: str) -> Operator:
    return Operator(getattr(operator, name), text, (f"__{name}__",))


OPERATORS: Mapping[str, Operator] = {
    "+": _binary("add", "+"),
    "-": _binary("sub", "-"),
    "*": _binary("mul", "*"),
    "/": _binary("truediv", "/"),
    "//": _binary("floordiv", "//"),
    "%": _binary("mod", "%"),
    "**": _binary("pow", "**"),
    "@": _binary("matmul", "@"),
    "&": _binary("and_", "&"),
    "|": _binary("or_", "|"),
    "^": _binary("xor", "^"),
    "<<": _binary("lshift", "<<"),
    ">>": _binary("rshift", ">>"),
    "==": _compare("eq", "=="),
    "!=": _compare("ne", "!="),
    "<": _compare("lt", "<"),
    "<=": _compare("le", "<="),
    ">": _compare("gt", ">"),
    ">=": _compare("ge", ">="),
    "-x": _unary("neg", "-{0}"),
    "+x": _unary("pos", "+{0}"),
    "~x": _unary("invert", "~{0}"),
    "abs": _unary("abs", "abs({0})"),
    "[]": Operator(operator.getitem, "{0}[{1}]", ("__getitem__",)),
    "[]=": Operator(operator.setitem, "{0}[{1}] = {2}", ("__setitem__",), statement=True),
    "+=": _in_place("iadd", "+="),
    "-=": _in_place("isub", "-="),
    "*=": _in_place("imul", "*="),
    "/=": _in_place("itruediv", "/="),
    "//=": _in_place("ifloordiv", "//="),
    "%=": _in_place("imod", "%="),
    "**=": _in_place("ipow", "**="),
    "&=": _in_place("iand", "&="),
    "|=": _in_place("ior", "|="),
    "^=": _in_place("ixor", "^="),
}

FORMS: frozenset[str] = frozenset({"function", "method", "attribute", "operator", "own"})

COPIES: Mapping[str, str] = {
    "copy": "copy.copy({0})",
    "deepcopy": "copy.deepcopy({0})",
    "pickle": "pickle.loads(pickle.dumps({0}))",
}
"""The ways of a `Copy` step."""

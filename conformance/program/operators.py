"""How an op or an observation is written in Python: one row for each operator and each read.

A row is the function that does it and the text that says it, so that an engine adapter and the
printed script cannot disagree.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.verdict import Kind


@dataclass(frozen=True, slots=True)
class Operator:
    """A Python operator. `methods` are the special methods one of which a tensor must have,
    by which an engine that lacks the operator is told from one that refuses the operands."""

    apply: Callable[..., Any]
    text: str
    methods: tuple[str, ...]
    statement: bool = False  # `x += y` and `x[i] = y` cannot stand right of an equals sign


def _binary(name: str, symbol: str) -> Operator:
    plain = name.rstrip("_")
    text = f"{{0}} {symbol} {{1}}"
    return Operator(getattr(operator, name), text, (f"__{plain}__", f"__r{plain}__"))


def _compare(name: str, symbol: str) -> Operator:
    return Operator(getattr(operator, name), f"{{0}} {symbol} {{1}}", (f"__{name}__",))


def _in_place(name: str, symbol: str) -> Operator:
    plain = name[1:].rstrip("_")
    methods = (f"__i{plain}__", f"__{plain}__")
    return Operator(getattr(operator, name), f"{{0}} {symbol} {{1}}", methods, statement=True)


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

FORMS: frozenset[str] = frozenset({"function", "method", "attribute", "operator"})


@dataclass(frozen=True, slots=True)
class Observation:
    """A read: how it is done, how it is written, and the kind of mismatch when it differs."""

    read: Callable[[Any], Any]
    text: str
    mismatch: Kind


def _attribute(name: str, mismatch: Kind) -> Observation:
    return Observation(operator.attrgetter(name), f"{{0}}.{name}", mismatch)


def _method(name: str, mismatch: Kind) -> Observation:
    return Observation(operator.methodcaller(name), f"{{0}}.{name}()", mismatch)


def _builtin(function: Callable[[Any], Any], mismatch: Kind) -> Observation:
    return Observation(function, f"{function.__name__}({{0}})", mismatch)


def _grad_fn_name(tensor: Any) -> str | None:
    return None if tensor.grad_fn is None else str(tensor.grad_fn.name())


READS: Mapping[str, Observation] = {
    "item": _method("item", "value"),
    "tolist": _method("tolist", "value"),
    "numpy": _method("numpy", "value"),
    "float": _builtin(float, "value"),
    "int": _builtin(int, "value"),
    "bool": _builtin(bool, "value"),
    "complex": _builtin(complex, "value"),
    "len": _builtin(len, "shape"),
    "repr": _builtin(repr, "flag"),
    "str": _builtin(str, "flag"),
    "format": Observation("{}".format, 'f"{{{0}}}"', "flag"),
    "shape": Observation(lambda tensor: tuple(tensor.shape), "tuple({0}.shape)", "shape"),
    "size": Observation(lambda tensor: tuple(tensor.size()), "tuple({0}.size())", "shape"),
    "dim": _method("dim", "shape"),
    "ndim": _attribute("ndim", "shape"),
    "numel": _method("numel", "shape"),
    "dtype": _attribute("dtype", "dtype"),
    "stride": _method("stride", "flag"),
    "storage_offset": _method("storage_offset", "flag"),
    "is_contiguous": _method("is_contiguous", "flag"),
    "is_floating_point": _method("is_floating_point", "flag"),
    "is_complex": _method("is_complex", "flag"),
    "is_leaf": _attribute("is_leaf", "flag"),
    "requires_grad": _attribute("requires_grad", "flag"),
    "retains_grad": _attribute("retains_grad", "flag"),
    "grad_is_none": Observation(
        lambda tensor: tensor.grad is None, "{0}.grad is None", "grad_missing"
    ),
    "output_nr": _attribute("output_nr", "graph"),
    "grad_fn": Observation(_grad_fn_name, "{0}.grad_fn and {0}.grad_fn.name()", "graph"),
    "version": _attribute("_version", "version"),
}
"""What a `Read` step can observe; the value is plain (a dtype becomes a `DType`)."""

COPIES: Mapping[str, str] = {
    "copy": "copy.copy({0})",
    "deepcopy": "copy.deepcopy({0})",
    "pickle": "pickle.loads(pickle.dumps({0}))",
}
"""The ways of a `Copy` step."""

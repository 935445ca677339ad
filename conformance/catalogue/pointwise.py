"""The catalogue's pointwise ops: one element of the result for each element of the operands."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from conformance.catalogue.entry import (
    ANY,
    BOOL,
    COMPARABLE,
    INEXACT,
    INTEGRAL,
    NUMERIC,
    ORDERED,
    Arg,
    Category,
    Domain,
    OpEntry,
    Operand,
    Signature,
    function,
    method,
    op,
    operator,
)

_op = partial(op, "pointwise")


def _unary(
    name: str,
    dtypes: frozenset[Category] = ANY,
    domain: Domain = "real",
    *conventions: str,
    symbol: str = "",
    differentiable: bool = True,
) -> OpEntry:
    return _op(
        name,
        (Operand(dtypes=dtypes, domain=domain),),
        symbol=symbol,
        writes=True,
        differentiable=differentiable,
        conventions=conventions,
    )


def _pair(dtypes: frozenset[Category], *more: Arg, domain: Domain = "real") -> Signature:
    """Two operands that broadcast, either of which may be a number in an operator."""
    return (
        Operand(dtypes=dtypes, number="operator"),
        Operand("broadcast", dtypes, number="always", domain=domain),
        *more,
    )


def _binary(
    name: str,
    symbol: str,
    signature: Signature,
    *conventions: str,
    differentiable: bool = True,
    variants: tuple[str, ...] = ("",),
    reflected: str = "",
) -> OpEntry:
    return _op(
        name,
        signature,
        symbol=symbol,
        writes=True,
        inplace=(operator(f"{symbol}="),),
        differentiable=differentiable,
        conventions=conventions,
        variants=variants,
        reflected=reflected,
    )


def _comparison(name: str, symbol: str, dtypes: frozenset[Category]) -> OpEntry:
    return _op(name, _pair(dtypes), symbol=symbol, writes=True, differentiable=False)


def _logical(name: str) -> OpEntry:
    return _op(name, (Operand(), Operand("broadcast")), writes=True, differentiable=False)


_ALPHA = Arg("alpha", "alpha", optional=True, keyword_only=True)
_ROUNDING = Arg("rounding_mode", "rounding_mode", optional=True, keyword_only=True)
_CONSTANTS = tuple(
    replace(each, constant=True)
    for each in _pair(ORDERED, domain="divisor")
    if isinstance(each, Operand)
)

ARITHMETIC = (
    _binary("add", "+", _pair(ANY, _ALPHA)),
    _binary("sub", "-", _pair(NUMERIC, _ALPHA)),
    _binary("mul", "*", _pair(ANY)),
    _binary(
        "div",
        "/",
        _pair(ANY, _ROUNDING, domain="divisor"),
        *("rounding_step", "log_at_zero"),
        variants=("no_rounding_mode", "trunc_rounding", "floor_rounding"),
    ),
    _binary("floor_divide", "//", _CONSTANTS, "rounding_step", differentiable=False),
    _binary("remainder", "%", _pair(ORDERED, domain="divisor"), "rounding_step"),
    _binary(
        "pow",
        "**",
        (
            Operand(dtypes=NUMERIC, number="always", domain="positive"),
            Operand("broadcast", NUMERIC, number="always"),
        ),
        *("zero_to_the_zero", "sqrt_at_zero", "log_at_zero"),
        reflected="__rpow__",
    ),
    _unary("neg", NUMERIC, symbol="-x"),
    _unary("abs", NUMERIC, "real", "abs_at_zero", symbol="abs"),
    _unary("sign", COMPARABLE, "real", "abs_at_zero"),
)

ELEMENTARY = (
    _unary("exp"),
    _unary("expm1"),
    _unary("log", ANY, "positive", "log_at_zero"),
    _unary("log1p", ANY, "positive", "log_at_zero"),
    _unary("log2", ANY, "positive", "log_at_zero"),
    _unary("sqrt", ANY, "positive", "sqrt_at_zero"),
    _unary("rsqrt", ANY, "positive", "log_at_zero"),
    _unary("square"),
    _unary("reciprocal", ANY, "real", "log_at_zero"),
    *map(_unary, ("sin", "cos", "tan", "tanh", "sigmoid")),
    _unary("erf", COMPARABLE),
    _op(
        "logaddexp",
        (Operand(dtypes=INEXACT), Operand("broadcast", INEXACT)),
    ),
    _op(
        "nn.functional.relu",
        (Operand(dtypes=ORDERED),),
        forms=(function("nn.functional.relu"), function("relu"), method("relu")),
        inplace=(method("relu_"),),
        conventions=("relu_at_zero",),
    ),
)

_LEAST = Arg("bound", "min")
_GREATEST = Arg("bound", "max")
_LEAST_TENSOR = Operand("broadcast", ORDERED, keyword="min")
_GREATEST_TENSOR = Operand("broadcast", ORDERED, keyword="max")
_CLAMPED = Operand(dtypes=ORDERED)
_EXTREMA: Signature = (Operand(dtypes=COMPARABLE), Operand("broadcast", COMPARABLE))
_CHOSEN = Operand("broadcast", number="always")

CHOOSING = (
    _op("maximum", _EXTREMA, conventions=("max_ties",)),
    _op("minimum", _EXTREMA, conventions=("max_ties",)),
    _op(
        "clamp",
        (_CLAMPED, _LEAST, _GREATEST),
        (_CLAMPED, _LEAST),
        (_CLAMPED, replace(_GREATEST, keyword_only=True)),
        (_CLAMPED, _LEAST_TENSOR, _GREATEST_TENSOR),
        (_CLAMPED, _GREATEST_TENSOR),
        writes=True,
        conventions=("clamp_at_bound",),
    ),
    _op(
        "where",
        (Operand(dtypes=BOOL), _CHOSEN, _CHOSEN),
        forms=(function("where"), method("where", order=(1, 0, 2))),
        conventions=("where_nan_branch",),
    ),
)

COMPARISON = (
    _comparison("eq", "==", ANY),
    _comparison("ne", "!=", ANY),
    _comparison("lt", "<", COMPARABLE),
    _comparison("le", "<=", COMPARABLE),
    _comparison("gt", ">", COMPARABLE),
    _comparison("ge", ">=", COMPARABLE),
    *map(_logical, ("logical_and", "logical_or", "logical_xor")),
    _unary("logical_not", differentiable=False),
    _binary("bitwise_and", "&", _pair(INTEGRAL), differentiable=False),
    _binary("bitwise_or", "|", _pair(INTEGRAL), differentiable=False),
    _binary("bitwise_xor", "^", _pair(INTEGRAL), differentiable=False),
    _unary("bitwise_not", INTEGRAL, symbol="~x", differentiable=False),
)

POINTWISE: tuple[OpEntry, ...] = (*ARITHMETIC, *ELEMENTARY, *CHOOSING, *COMPARISON)

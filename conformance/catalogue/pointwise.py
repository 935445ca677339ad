"""The catalogue's pointwise ops: one element of the result for each element of the operands."""

from __future__ import annotations

from dataclasses import replace

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
    both,
    function,
    method,
    operator,
)


def _unary(
    name: str,
    dtypes: frozenset[Category] = ANY,
    domain: Domain = "real",
    *conventions: str,
    symbol: str = "",
    differentiable: bool = True,
) -> OpEntry:
    return OpEntry(
        name=name,
        family="pointwise",
        signatures=((Operand(dtypes=dtypes, domain=domain),),),
        forms=(*both(name), *([operator(symbol)] if symbol else [])),
        inplace=(method(f"{name}_"),),
        differentiable=differentiable,
        conventions=conventions,
        opinfo=((name, ""),),
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
    opinfo: tuple[tuple[str, str], ...] = (),
) -> OpEntry:
    return OpEntry(
        name=name,
        family="pointwise",
        signatures=(signature,),
        forms=(*both(name), *([operator(symbol)] if symbol else [])),
        inplace=(method(f"{name}_"), *([operator(f"{symbol}=")] if symbol else [])),
        differentiable=differentiable,
        conventions=conventions,
        opinfo=opinfo or ((name, ""),),
    )


def _comparison(name: str, symbol: str, dtypes: frozenset[Category]) -> OpEntry:
    return OpEntry(
        name=name,
        family="pointwise",
        signatures=(_pair(dtypes),),
        forms=(*both(name), operator(symbol)),
        inplace=(method(f"{name}_"),),
        differentiable=False,
        opinfo=((name, ""),),
    )


def _logical(name: str) -> OpEntry:
    return OpEntry(
        name=name,
        family="pointwise",
        signatures=((Operand(), Operand("broadcast")),),
        forms=both(name),
        inplace=(method(f"{name}_"),),
        differentiable=False,
        opinfo=((name, ""),),
    )


_ALPHA = Arg("alpha", "alpha", optional=True, keyword_only=True)
_ROUNDING = Arg("rounding_mode", "rounding_mode", optional=True, keyword_only=True)

ARITHMETIC = (
    _binary("add", "+", _pair(ANY, _ALPHA)),
    _binary("sub", "-", _pair(NUMERIC, _ALPHA)),
    _binary("mul", "*", _pair(ANY)),
    _binary(
        "div",
        "/",
        _pair(ANY, _ROUNDING, domain="divisor"),
        "rounding_step",
        "log_at_zero",
        opinfo=(("div", "no_rounding_mode"), ("div", "trunc_rounding"), ("div", "floor_rounding")),
    ),
    _binary(
        "floor_divide",
        "//",
        (
            Operand(dtypes=ORDERED, number="operator", constant=True),
            Operand("broadcast", ORDERED, number="always", domain="divisor", constant=True),
        ),
        "rounding_step",
        differentiable=False,
    ),
    _binary("remainder", "%", _pair(ORDERED, domain="divisor"), "rounding_step"),
    OpEntry(
        name="pow",
        family="pointwise",
        signatures=(
            (
                Operand(dtypes=NUMERIC, number="always", domain="positive"),
                Operand("broadcast", NUMERIC, number="always"),
            ),
        ),
        forms=(*both("pow"), operator("**")),
        inplace=(method("pow_"), operator("**=")),
        conventions=("zero_to_the_zero", "sqrt_at_zero", "log_at_zero"),
        opinfo=(("pow", ""), ("__rpow__", "")),
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
    _unary("sin"),
    _unary("cos"),
    _unary("tan"),
    _unary("tanh"),
    _unary("sigmoid"),
    _unary("erf", COMPARABLE),
    OpEntry(
        name="logaddexp",
        family="pointwise",
        signatures=((Operand(dtypes=INEXACT), Operand("broadcast", INEXACT)),),
        forms=both("logaddexp"),
        opinfo=(("logaddexp", ""),),
    ),
    OpEntry(
        name="nn.functional.relu",
        family="pointwise",
        signatures=((Operand(dtypes=ORDERED),),),
        forms=(function("nn.functional.relu"), function("relu"), method("relu")),
        inplace=(method("relu_"),),
        conventions=("relu_at_zero",),
        opinfo=(("nn.functional.relu", ""),),
    ),
)

_LEAST = Arg("bound", "min")
_GREATEST = Arg("bound", "max")
_LEAST_TENSOR = Operand("broadcast", ORDERED, keyword="min")
_GREATEST_TENSOR = Operand("broadcast", ORDERED, keyword="max")
_CLAMPED = Operand(dtypes=ORDERED)


def _extremum(name: str) -> OpEntry:
    return OpEntry(
        name=name,
        family="pointwise",
        signatures=((Operand(dtypes=COMPARABLE), Operand("broadcast", COMPARABLE)),),
        forms=both(name),
        conventions=("max_ties",),
        opinfo=((name, ""),),
    )


CHOOSING = (
    _extremum("maximum"),
    _extremum("minimum"),
    OpEntry(
        name="clamp",
        family="pointwise",
        signatures=(
            (_CLAMPED, _LEAST, _GREATEST),
            (_CLAMPED, _LEAST),
            (_CLAMPED, replace(_GREATEST, keyword_only=True)),
            (_CLAMPED, _LEAST_TENSOR, _GREATEST_TENSOR),
            (_CLAMPED, _GREATEST_TENSOR),
        ),
        forms=both("clamp"),
        inplace=(method("clamp_"),),
        conventions=("clamp_at_bound",),
        opinfo=(("clamp", ""),),
    ),
    OpEntry(
        name="where",
        family="pointwise",
        signatures=(
            (
                Operand(dtypes=BOOL),
                Operand("broadcast", number="always"),
                Operand("broadcast", number="always"),
            ),
        ),
        forms=(function("where"), method("where", order=(1, 0, 2))),
        conventions=("where_nan_branch",),
        opinfo=(("where", ""),),
    ),
)

COMPARISON = (
    _comparison("eq", "==", ANY),
    _comparison("ne", "!=", ANY),
    _comparison("lt", "<", COMPARABLE),
    _comparison("le", "<=", COMPARABLE),
    _comparison("gt", ">", COMPARABLE),
    _comparison("ge", ">=", COMPARABLE),
    _logical("logical_and"),
    _logical("logical_or"),
    _logical("logical_xor"),
    _unary("logical_not", differentiable=False),
    _binary("bitwise_and", "&", _pair(INTEGRAL), differentiable=False),
    _binary("bitwise_or", "|", _pair(INTEGRAL), differentiable=False),
    _binary("bitwise_xor", "^", _pair(INTEGRAL), differentiable=False),
    _unary("bitwise_not", INTEGRAL, symbol="~x", differentiable=False),
)

POINTWISE: tuple[OpEntry, ...] = (*ARITHMETIC, *ELEMENTARY, *CHOOSING, *COMPARISON)

__all__ = ["POINTWISE"]

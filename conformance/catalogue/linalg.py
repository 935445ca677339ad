"""The catalogue's products of matrices and vectors."""

from __future__ import annotations

from conformance.catalogue.entry import (
    INEXACT,
    NUMERIC,
    Arg,
    Category,
    Form,
    OpEntry,
    Operand,
    both,
    function,
    method,
    operator,
)


def _product(
    name: str,
    *patterns: tuple[str, str],
    dtypes: frozenset[Category] = NUMERIC,
    forms: tuple[Form, ...] = (),
    opinfo: tuple[tuple[str, str], ...] = (),
) -> OpEntry:
    """Two operands of the patterns' sizes; torch promotes neither to the other's dtype."""
    return OpEntry(
        name=name,
        family="linalg",
        signatures=tuple((Operand(a, dtypes), Operand(b, dtypes)) for a, b in patterns),
        forms=both(name) + forms,
        opinfo=opinfo or ((name, ""),),
    )


_SCALES = (
    Arg("number", "beta", optional=True, keyword_only=True),
    Arg("number", "alpha", optional=True, keyword_only=True),
)

LINALG: tuple[OpEntry, ...] = (
    _product("mm", ("n k", "k m")),
    _product("bmm", ("b n k", "b k m")),
    _product(
        "matmul",
        ("n k", "k m"),
        ("k", "k m"),
        ("n k", "k"),
        ("k", "k"),
        ("... n k", "... k m"),
        ("... n k", "k m"),
        ("n k", "... k m"),
        ("... n k", "k"),
        ("k", "... k m"),
        forms=(operator("@"),),
        opinfo=(("matmul", ""), ("__rmatmul__", "")),
    ),
    _product("mv", ("n k", "k")),
    _product("dot", ("k", "k")),
    _product("outer", ("n", "m")),
    OpEntry(
        name="addmm",
        family="linalg",
        signatures=(
            (
                Operand("n m", NUMERIC),
                Operand("n k", NUMERIC),
                Operand("k m", NUMERIC),
                *_SCALES,
            ),
            (Operand("m", NUMERIC), Operand("n k", NUMERIC), Operand("k m", NUMERIC), *_SCALES),
            (Operand("", NUMERIC), Operand("n k", NUMERIC), Operand("k m", NUMERIC), *_SCALES),
        ),
        forms=both("addmm"),
        inplace=(method("addmm_"),),
        opinfo=(("addmm", ""),),
    ),
    OpEntry(
        name="nn.functional.linear",
        family="linalg",
        signatures=(
            (
                Operand("... k", INEXACT),
                Operand("m k", INEXACT),
                Operand("m", INEXACT, keyword="bias", optional=True),
            ),
            (Operand("... k", INEXACT), Operand("k", INEXACT)),
        ),
        forms=(function("nn.functional.linear"),),
        opinfo=(("nn.functional.linear", ""),),
    ),
)

__all__ = ["LINALG"]

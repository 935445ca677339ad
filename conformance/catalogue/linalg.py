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
    Signature,
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
    """Two operands of the patterns' sizes, and of one dtype."""
    return OpEntry(
        name=name,
        family="linalg",
        signatures=tuple((Operand(a, dtypes), Operand(b, dtypes, alike=True)) for a, b in patterns),
        forms=both(name) + forms,
        opinfo=opinfo or ((name, ""),),
    )


def _affine(shape: str) -> Signature:
    """A sum of a tensor of this shape and a product of matrices.

    BLAS is free to scale before it adds up, and does so for some sizes: what an infinite scale
    makes of a zero depends on the build.
    """
    return (
        Operand(shape, NUMERIC),
        Operand("n k", NUMERIC, alike=True),
        Operand("k m", NUMERIC, alike=True),
        Arg("finite_number", "beta", optional=True, keyword_only=True),
        Arg("finite_number", "alpha", optional=True, keyword_only=True),
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
    OpEntry(
        name="outer",
        family="linalg",
        signatures=((Operand("n"), Operand("m")),),
        forms=both("outer"),
        opinfo=(("outer", ""),),
    ),
    OpEntry(
        name="addmm",
        family="linalg",
        signatures=(_affine("n m"), _affine("m"), _affine("")),
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
                Operand("m k", INEXACT, alike=True),
                Operand("m", INEXACT, keyword="bias", optional=True, alike=True),
            ),
            (Operand("... k", INEXACT), Operand("k", INEXACT, alike=True)),
        ),
        forms=(function("nn.functional.linear"),),
        opinfo=(("nn.functional.linear", ""),),
    ),
)

__all__ = ["LINALG"]

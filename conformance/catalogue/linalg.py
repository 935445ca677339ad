"""The catalogue's products of matrices and vectors."""

from __future__ import annotations

from functools import partial

from conformance.catalogue.entry import (
    INEXACT,
    NUMERIC,
    Arg,
    Category,
    OpEntry,
    Operand,
    Signature,
    function,
    op,
)

_op = partial(op, "linalg")


def _pairs(*patterns: str, dtypes: frozenset[Category] = NUMERIC) -> tuple[Signature, ...]:
    """Two operands of the patterns' sizes, "n k, k m", and of one dtype."""
    split = (pattern.split(", ") for pattern in patterns)
    return tuple((Operand(a, dtypes), Operand(b, dtypes, alike=True)) for a, b in split)


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


_MATMUL = (
    *("n k, k m", "k, k m", "n k, k", "k, k", "... n k, ... k m"),
    *("... n k, k m", "n k, ... k m", "... n k, k", "k, ... k m"),
)
_BIAS = Operand("m", INEXACT, keyword="bias", optional=True, alike=True)
_LINEAR_MATRIX, _LINEAR_VECTOR = _pairs("... k, m k", "... k, k", dtypes=INEXACT)

LINALG: tuple[OpEntry, ...] = (
    _op("mm", *_pairs("n k, k m")),
    _op("bmm", *_pairs("b n k, b k m")),
    _op("matmul", *_pairs(*_MATMUL), symbol="@", reflected="__rmatmul__"),
    _op("mv", *_pairs("n k, k")),
    _op("dot", *_pairs("k, k")),
    _op("outer", (Operand("n"), Operand("m"))),
    _op("addmm", _affine("n m"), _affine("m"), _affine(""), writes=True),
    _op(
        "nn.functional.linear",
        (*_LINEAR_MATRIX, _BIAS),
        _LINEAR_VECTOR,
        forms=(function("nn.functional.linear"),),
    ),
)

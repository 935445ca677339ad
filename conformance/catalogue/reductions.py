"""The catalogue's reductions, and the ops that run or normalise along a dim."""

from __future__ import annotations

from functools import partial

from conformance.catalogue.entry import (
    COMPARABLE,
    FLOAT,
    INEXACT,
    Arg,
    OpEntry,
    Operand,
    Signature,
    both,
    function,
    op,
)

_op = partial(op, "reductions")
_DIM = Arg("dim", "dim")
_DIMS = Arg("dims", "dim")
_MAYBE_DIMS = Arg("dims", "dim", optional=True)
_KEEPDIM = Arg("flag", "keepdim", optional=True)
_KEYWORD_KEEPDIM = Arg("flag", "keepdim", optional=True, keyword_only=True)
_DTYPE = Arg("float_dtype", "dtype", optional=True, keyword_only=True)
_POSITIONAL_DTYPE = Arg("float_dtype", "dtype", optional=True)
_UNBIASED = Arg("flag", "unbiased")
_CORRECTION = Arg("correction", "correction", optional=True, keyword_only=True)

_TENSOR = Operand()
_INEXACT = Operand(dtypes=INEXACT)
_COMPARABLE = Operand(dtypes=COMPARABLE)

_EXTREMA: tuple[Signature, ...] = (
    (_COMPARABLE,),
    (_COMPARABLE, _DIM, _KEEPDIM),
    (_COMPARABLE, Operand("broadcast", COMPARABLE)),
)
"""Of max and min: of all elements, along a dim with the indices, or of two tensors."""

_SPREAD: tuple[Signature, ...] = (
    (_INEXACT, _MAYBE_DIMS, _CORRECTION, _KEYWORD_KEEPDIM),
    (_INEXACT, _UNBIASED),
    (_INEXACT, _DIMS, _UNBIASED, _KEEPDIM),
)
"""Of var and std."""

_max = partial(
    _op, conventions=("max_ties",), variants=("reduction_with_dim", "reduction_no_dim", "binary")
)
_spread = partial(_op, variants=("", "unbiased"))


def _normalisation(name: str) -> OpEntry:
    return _op(
        name,
        (Operand(dtypes=FLOAT), _DIM, _POSITIONAL_DTYPE),
        forms=(*both(name), function(f"nn.functional.{name}")),
        variants=("", "with_dtype"),
    )


REDUCTIONS: tuple[OpEntry, ...] = (
    _op("sum", (_TENSOR, _DTYPE), (_TENSOR, _DIMS, _KEEPDIM, _DTYPE)),
    _op("mean", (_INEXACT, _DTYPE), (_INEXACT, _DIMS, _KEEPDIM, _DTYPE)),
    _op(
        "prod",
        (_TENSOR, _DTYPE),
        (_TENSOR, _DIM, _KEEPDIM, _DTYPE),
        conventions=("prod_with_zeros",),
    ),
    _op("amax", (_COMPARABLE, _MAYBE_DIMS, _KEEPDIM), conventions=("max_ties",)),
    _op("amin", (_COMPARABLE, _MAYBE_DIMS, _KEEPDIM), conventions=("max_ties",)),
    _max("max", *_EXTREMA),
    _max("min", *_EXTREMA),
    _spread("var", *_SPREAD),
    _spread("std", *_SPREAD, conventions=("norm_at_zero",)),
    _op(
        "norm",
        (_INEXACT, Arg("order", "p", optional=True), _MAYBE_DIMS, _KEEPDIM),
        conventions=("norm_at_zero", "max_ties"),
        variants=("", "fro", "inf"),
    ),
    _op("logsumexp", (_TENSOR, _DIMS, _KEEPDIM)),
    _normalisation("softmax"),
    _normalisation("log_softmax"),
    _op("cumsum", (_TENSOR, _DIM, _DTYPE), writes=True),
)

"""The catalogue's reductions, and the ops that run or normalise along a dim."""

from __future__ import annotations

from conformance.catalogue.entry import (
    ANY,
    COMPARABLE,
    FLOAT,
    INEXACT,
    Arg,
    Category,
    OpEntry,
    Operand,
    Signature,
    both,
    function,
    method,
)

_DIM = Arg("dim", "dim")
_DIMS = Arg("dims", "dim")
_MAYBE_DIMS = Arg("dims", "dim", optional=True)
_KEEPDIM = Arg("flag", "keepdim", optional=True)
_KEYWORD_KEEPDIM = Arg("flag", "keepdim", optional=True, keyword_only=True)
_DTYPE = Arg("float_dtype", "dtype", optional=True, keyword_only=True)
_POSITIONAL_DTYPE = Arg("float_dtype", "dtype", optional=True)
_UNBIASED = Arg("flag", "unbiased")
_CORRECTION = Arg("correction", "correction", optional=True, keyword_only=True)


def _reduction(
    name: str,
    *signatures: Signature,
    conventions: tuple[str, ...] = (),
    opinfo: tuple[str, ...] = ("",),
    differentiable: bool = True,
) -> OpEntry:
    return OpEntry(
        name=name,
        family="reductions",
        signatures=signatures,
        forms=both(name),
        conventions=conventions,
        opinfo=tuple((name, variant) for variant in opinfo),
        differentiable=differentiable,
    )


def _over_dims(dtypes: frozenset[Category]) -> tuple[Signature, ...]:
    tensor = Operand(dtypes=dtypes)
    return (tensor, _DTYPE), (tensor, _DIMS, _KEEPDIM, _DTYPE)


def _max(name: str) -> OpEntry:
    """max and min: of all elements, along a dim with the indices, or of two tensors."""
    tensor = Operand(dtypes=COMPARABLE)
    return _reduction(
        name,
        (tensor,),
        (tensor, _DIM, _KEEPDIM),
        (tensor, Operand("broadcast", COMPARABLE)),
        conventions=("max_ties",),
        opinfo=("reduction_with_dim", "reduction_no_dim", "binary"),
    )


def _spread(name: str, conventions: tuple[str, ...] = ()) -> OpEntry:
    """var and std."""
    tensor = Operand(dtypes=INEXACT)
    return _reduction(
        name,
        (tensor, _MAYBE_DIMS, _CORRECTION, _KEYWORD_KEEPDIM),
        (tensor, _UNBIASED),
        (tensor, _DIMS, _UNBIASED, _KEEPDIM),
        conventions=conventions,
        opinfo=("", "unbiased"),
    )


def _normalisation(name: str) -> OpEntry:
    return OpEntry(
        name=name,
        family="reductions",
        signatures=((Operand(dtypes=FLOAT), _DIM, _POSITIONAL_DTYPE),),
        forms=(*both(name), function(f"nn.functional.{name}")),
        opinfo=((name, ""), (name, "with_dtype")),
    )


REDUCTIONS: tuple[OpEntry, ...] = (
    _reduction("sum", *_over_dims(ANY)),
    _reduction("mean", *_over_dims(INEXACT)),
    _reduction(
        "prod",
        (Operand(), _DTYPE),
        (Operand(), _DIM, _KEEPDIM, _DTYPE),
        conventions=("prod_with_zeros",),
    ),
    _reduction(
        "amax", (Operand(dtypes=COMPARABLE), _MAYBE_DIMS, _KEEPDIM), conventions=("max_ties",)
    ),
    _reduction(
        "amin", (Operand(dtypes=COMPARABLE), _MAYBE_DIMS, _KEEPDIM), conventions=("max_ties",)
    ),
    _max("max"),
    _max("min"),
    _spread("var"),
    _spread("std", ("norm_at_zero",)),
    _reduction(
        "norm",
        (
            Operand(dtypes=INEXACT),
            Arg("order", "p", optional=True),
            _MAYBE_DIMS,
            _KEEPDIM,
        ),
        conventions=("norm_at_zero", "max_ties"),
        opinfo=("", "fro", "inf"),
    ),
    _reduction("logsumexp", (Operand(), _DIMS, _KEEPDIM)),
    _normalisation("softmax"),
    _normalisation("log_softmax"),
    OpEntry(
        name="cumsum",
        family="reductions",
        signatures=((Operand(), _DIM, _DTYPE),),
        forms=both("cumsum"),
        inplace=(method("cumsum_"),),
        opinfo=(("cumsum", ""),),
    ),
)

__all__ = ["REDUCTIONS"]

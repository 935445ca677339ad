"""How else torch may compute an op: other kernels, orders of terms and roundings, one row a way.

A way is given an operator of torch's dispatcher, below autograd, so that what a backward walk
computes is computed otherwise as well. Only what torch itself leaves open may be a way: a sum with
its terms in another order is one, a minimum that takes the greater of two numbers is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, reduce
from typing import Any

import numpy as np
import torch

from conformance.judge.otherwise import processors
from conformance.judge.otherwise.dispatching import (
    OUT_OF_PLACE,
    WIDER,
    WITH_MEMORY,
    Arguments,
    Op,
    Options,
    Way,
    decomposition_of,
    floating,
    is_floating,
    mapped,
    widened,
)

LANES = 64  # copies of each number: more than the widest vector of any processor holds


def decomposed(func: Op, args: Arguments, kwargs: Options) -> Any:
    """By torch's own decomposition into simpler ops; a product into a sum of products."""
    rule = decomposition_of(func)
    return rule(*args, **kwargs) if rule else summed(func, args, kwargs)


def in_double(func: Op, args: Arguments, kwargs: Options) -> Any:
    """In double precision, rounded once at the end, as a kernel that fuses two ops does."""
    if not any(value.dtype in WIDER for value in floating(args)):
        return None
    return func(*mapped(widened, args), **kwargs)


def in_vectors(func: Op, args: Arguments, kwargs: Options) -> Any:
    """Each element in a full vector of its own, where many are computed at a time."""
    if torch.Tag.pointwise not in func.tags:
        return None
    shape = np.broadcast_shapes(*(a.shape for a in args if isinstance(a, torch.Tensor)))

    def filled(value: torch.Tensor) -> torch.Tensor:
        return value.expand(shape).unsqueeze(-1).expand(*shape, LANES).contiguous()

    # A tensor without dims promotes otherwise than one with: its dtype may have to be kept.
    return func(*mapped(filled, args), **kwargs)[..., 0]


def one_by_one(func: Op, args: Arguments, kwargs: Options) -> Any:
    """With gaps between the elements, so that they are computed one after the other."""
    found: Any = func(*args, **kwargs) if torch.Tag.pointwise in func.tags else None
    dtype = found.dtype if is_floating(found) else None  # else torch converts them to it, gapless

    def spaced(value: torch.Tensor) -> torch.Tensor:
        drops = value.is_complex() and dtype is not None and not dtype.is_complex
        wider = value.new_empty((*value.shape, 2), dtype=None if drops else dtype)
        return wider[..., 0].copy_(value)

    return func(*mapped(spaced, args), **kwargs)


def by_columns(func: Op, args: Arguments, kwargs: Options) -> Any:
    """With the elements lying column by column."""

    def turned(value: torch.Tensor) -> torch.Tensor:
        order = tuple(reversed(range(value.dim())))
        return value.permute(order).contiguous().permute(order)

    return func(*mapped(turned, args), **kwargs)


def backwards(func: Op, args: Arguments, kwargs: Options) -> Any:
    """A reduction or a matrix product with its terms in the reverse order."""
    if name := _product(func):
        left, right = args[-2:] if name in _PRODUCTS else args[1:3]
        flipped = left.flip(-1), right.flip(-2 if right.dim() > 1 else -1)
        rest = () if name in _PRODUCTS else args[:1]
        return func(*rest, *flipped, **kwargs)
    if not _reduces(func) or not is_floating(args[0]):
        return None
    return func(args[0].flip(_reduced(func, args, kwargs)), *args[1:], **kwargs)


def _reduces(func: Op) -> bool:
    # `max` and `min` over all elements are not tagged as the reductions that they are.
    return torch.Tag.reduction in func.tags or func._schema.name in ("aten::max", "aten::min")


def _reduced(func: Op, args: Arguments, kwargs: Options) -> list[int]:
    names = [argument.name for argument in func._schema.arguments]
    dims = {**dict(zip(names, args, strict=False)), **kwargs}.get("dim")
    if dims is None or dims == []:
        return list(range(args[0].dim()))
    return [dims] if isinstance(dims, int) else list(dims)


_FOLDS: Mapping[str, Callable[..., torch.Tensor]] = {
    "aten::prod": torch.mul,
    "aten::min": torch.minimum,
    "aten::amin": torch.minimum,
    "aten::max": torch.maximum,
    "aten::amax": torch.maximum,
}
_MOST_TERMS = 1 << 12  # more would take longer than the rest of the program


def in_turn(func: Op, args: Arguments, kwargs: Options, *, from_the_end: bool = False) -> Any:
    """A reduction term by term: of two zeros the first stays, and what overflows does so early."""
    fold = _FOLDS.get(func._schema.name)
    if fold is None or len(func._schema.returns) != 1:
        return None  # With the index of an extreme it is a choice, and no rounding.
    like = func(*args, **kwargs)
    if not is_floating(like):
        return None
    dims = {dim % max(args[0].dim(), 1) for dim in _reduced(func, args, kwargs)}
    rest = [dim for dim in range(args[0].dim()) if dim not in dims]
    shape = [args[0].shape[dim] for dim in rest]
    terms = args[0].to(like.dtype).permute(*sorted(dims), *rest).reshape(-1, *shape).unbind()
    if not 0 < len(terms) <= _MOST_TERMS:
        return None
    return reduce(fold, terms[::-1] if from_the_end else terms).reshape(like.shape)


_PRODUCTS = ("mm", "bmm", "mv", "dot")
_ADDED_PRODUCTS = ("addmm", "baddbmm", "addmv")


def _product(func: Op) -> str:
    name = str(func._schema.name).partition("::")[2]
    return name if name in (*_PRODUCTS, *_ADDED_PRODUCTS) else ""


def summed(func: Op, args: Arguments, kwargs: Options) -> Any:
    """A matrix product term by term, without a zero to begin with."""
    name = _product(func)
    if name in _PRODUCTS:
        return _terms_added(*args)
    if not name:
        return None
    alpha, beta = kwargs.get("alpha", 1), kwargs.get("beta", 1)
    product = _terms_added(*args[1:3])
    product = product if alpha == 1 else product * alpha
    return product + (args[0] if beta == 1 else args[0] * beta)


def _terms_added(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor | None:
    column = right.unsqueeze(-1) if right.dim() == 1 else right
    size = column.shape[-2]
    if not size:
        return None
    terms = [left[..., n : n + 1] * column[..., n : n + 1, :] for n in range(size)]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total.reshape(total.shape[:-1]) if right.dim() == 1 else total


WAYS: Mapping[str, Way] = {
    "a matrix product term by term": Way(summed),
    "terms in the reverse order": Way(backwards),
    "terms one after the other": Way(in_turn),
    "terms one after the other, from the end": Way(partial(in_turn, from_the_end=True)),
    "the op that writes nowhere": OUT_OF_PLACE,
    "known zeros with memory": WITH_MEMORY,
    "each op in double precision": Way(in_double),
    "elements one by one": Way(one_by_one),
    "elements in full vectors": Way(in_vectors),
    "elements column by column": Way(by_columns),
    "a scalar kernel": Way(processors.scalar),
    "a vector kernel": Way(processors.vector),
    "torch's own decomposition": Way(decomposed),  # last: its first use may load torch's compiler
}
"""The other ways to an answer: what one of them gives, torch may give as well."""

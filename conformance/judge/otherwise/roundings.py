"""Torch with other roundings: each op's operands and results one unit in the last place off, but
only where the op rounds at all."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch

from conformance.judge.otherwise.dispatching import (
    Arguments,
    Op,
    Options,
    Otherwise,
    Way,
    decomposition_of,
    floating,
    is_floating,
    mapped,
    widened,
)

MOVES = 8  # draws of which numbers go up and which down
_NARROWER = {torch.float64: torch.float32, torch.complex128: torch.complex64}


def rerounded(seed: int, func: Op, args: Arguments, kwargs: Options) -> Any:
    """With operands and results one unit in the last place off, up or down as `seed` draws, where
    the op rounds at all. With an odd seed some operands stay: one may be where it has to be, as an
    exponent of negative numbers.

    What double precision gives as well is exact: a comparison, the greater of two numbers, a half
    of four. No rounding explains that another engine has something else there.

    Half of the seeds have an op of several parts rounded in each: what a kernel subtracts within
    may cancel, as one less a softmax does. Where torch's rule takes no such operands, the op is
    rounded as a whole: else there would be no draw left of that seed.
    """
    if seed % 4 >= 2 and (found := _by_parts(seed, func, args, kwargs)) is not None:
        return found
    signs = torch.Generator().manual_seed(seed)
    if not floating(args):
        return _of_whole_numbers(signs, func, args, kwargs)
    moves = _mover(signs, always=seed % 2 == 0)
    exact, perturbed = (func(*given, **kwargs) for given in (args, mapped(moves, args)))
    rounds = _rounds(func, args, kwargs)
    if not isinstance(exact, tuple):
        return _off(signs, exact, perturbed, rounds)
    return tuple(_off(signs, *item) for item in zip(exact, perturbed, rounds, strict=True))


def _by_parts(seed: int, func: Op, args: Arguments, kwargs: Options) -> Any:
    """With each part of the op rounded otherwise; None where it has none, or they do not run."""
    if (parts := _in_parts(func)) is None:
        return None
    try:
        with Otherwise(ROUNDINGS[seed]):
            found = parts(*args, **kwargs)
    except Exception:  # Whatever the rule raises of operands that the op itself takes.
        return None
    return None if found is NotImplemented else found


def _in_parts(func: Op) -> Callable[..., Any] | None:
    whole = {torch.Tag.pointwise, torch.Tag.reduction}.intersection(func.tags)
    return None if whole else decomposition_of(func)


def _of_whole_numbers(signs: torch.Generator, func: Op, args: Arguments, kwargs: Options) -> Any:
    """A result of numbers that have no last place themselves, such as a root of two."""
    if not any(isinstance(value, torch.Tensor) for value in args):
        return None  # What is made of nothing is rounded nowhere, and may have no memory at all.
    exact = func(*args, **kwargs)
    if not is_floating(exact) or exact._is_zerotensor():
        return None
    twice = func(*mapped(torch.Tensor.double, args), **kwargs)
    return _off(signs, exact, exact, _unlike(exact, twice))


_MULTIPLIED: Mapping[str, int] = {"aten::add": 1, "aten::sub": 1, "aten::rsub": 0}
"""The sums with a multiple, and which operand that is."""


def _rounds(func: Op, args: Arguments, kwargs: Options) -> Any:
    """Where the op's result is not what twice the precision gives. Terms that are added may have
    cancelled to what is right by chance: of these each has to be exact."""
    found = _inexact(func, args, kwargs)
    multiplied = _MULTIPLIED.get(func._schema.name)
    if multiplied is not None and (alpha := kwargs.get("alpha", 1)) != 1:
        # Not every kernel rounds the multiple before it is added.
        return found | _inexact(torch.mul, (args[multiplied], alpha), {})
    if torch.Tag.pointwise in func.tags:
        return found
    sizes = _inexact(func, mapped(_size, args), kwargs)
    return found | sizes if not isinstance(found, tuple) else tuple(map(operator.or_, found, sizes))


def _size(value: torch.Tensor) -> torch.Tensor:
    if value.is_complex():
        return torch.complex(value.real.abs(), value.imag.abs())
    return value.abs() if value.is_floating_point() else value


def _inexact(func: Op, args: Arguments, kwargs: Options) -> Any:
    def narrowed(value: torch.Tensor) -> torch.Tensor:
        return value.to(_NARROWER.get(value.dtype, value.dtype))

    narrow = mapped(narrowed, args)
    once, twice = func(*narrow, **kwargs), func(*mapped(widened, narrow), **kwargs)
    return _unlike(once, twice) if not isinstance(once, tuple) else tuple(map(_unlike, once, twice))


def _unlike(left: Any, right: Any) -> Any:
    left = widened(left)
    return (left != right) & ((left == left) | (right == right))


def _mover(signs: torch.Generator, always: bool) -> Callable[[torch.Tensor], torch.Tensor]:
    def moves(value: torch.Tensor) -> torch.Tensor:
        stays = not always and float(torch.rand((), generator=signs)) < 0.5
        return value if stays or not is_floating(value) else _perturbed(value, signs)

    return moves


def _perturbed(value: torch.Tensor, signs: torch.Generator) -> torch.Tensor:
    """Each number but zero, infinity and NaN one unit up or down."""
    if value.is_complex():
        return torch.view_as_complex(_perturbed(torch.view_as_real(value), signs))
    up = torch.rand(value.shape, generator=signs) < 0.5
    if value.dtype in (torch.float16, torch.bfloat16):
        unit = torch.finfo(value.dtype).eps
        near = value * torch.where(up, 1 + unit, 1 - unit).to(value.dtype)
    else:
        ends = torch.where(up, torch.inf, -torch.inf).to(value.dtype)
        near = torch.nextafter(value, ends)
    return torch.where((value == 0) | ~near.isfinite(), value, near)


def _off(signs: torch.Generator, exact: Any, perturbed: Any, rounds: Any) -> Any:
    if not is_floating(exact):
        return exact
    return torch.where(rounds, _perturbed(perturbed, signs), exact)


ROUNDINGS: Sequence[Way] = tuple(Way(partial(rerounded, seed)) for seed in range(MOVES))
"""The ways to how far an answer moves."""

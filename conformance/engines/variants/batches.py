"""Torch by vmap: each call gets its tensors as batches of equal members, and gives a member."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch
from torch.utils._pytree import tree_flatten, tree_unflatten

from conformance.engines.protocol import EngineError
from conformance.engines.torchlike.way import Way, unbound

MOST = 64


def way(option: str) -> Way:
    """The way of batches of so many.

    Raises:
        EngineError: that is no size of a batch.
    """
    if not option.isdigit() or not 0 < int(option) <= MOST:
        raise EngineError(f"{option!r} is no size of a batch: write a number up to {MOST}")
    size = int(option)
    return Way(carried=lambda function: _batched(function, size))


def _batched(function: Callable[..., Any], size: int) -> Callable[..., Any]:
    @wraps(function)
    def called(*args: Any, **options: Any) -> Any:
        return _by_vmap(*unbound(function, args, torch.Tensor), options, size)

    return called


def _by_vmap(function: Any, args: Any, options: Any, size: int) -> Any:
    leaves, spec = tree_flatten((args, options))
    places = [at for at, leaf in enumerate(leaves) if isinstance(leaf, torch.Tensor)]
    if not places:
        return function(*args, **options)
    shape: list[Any] = []
    given_back: dict[int, int] = {}

    def of_members(*tensors: torch.Tensor) -> list[torch.Tensor]:
        filled = [*leaves]
        for at, tensor in zip(places, tensors, strict=True):
            filled[at] = tensor
        inner, named = tree_unflatten(filled, spec)
        given, out = tree_flatten(function(*inner, **named))
        shape[:] = given, out
        same = {id(tensor): at for at, tensor in zip(places, tensors, strict=True)}
        given_back.update(
            (place, same[id(each)]) for place, each in enumerate(given) if id(each) in same
        )
        return [each for each in given if isinstance(each, torch.Tensor)]

    batches = [_batch(leaves[at], size) for at in places]
    found = iter(torch.func.vmap(of_members, randomness="same")(*batches))
    given, out = shape
    members = [next(found)[-1] if isinstance(each, torch.Tensor) else each for each in given]
    for place, at in given_back.items():
        members[place] = leaves[at]
    return tree_unflatten(members, out)


def _batch(tensor: torch.Tensor, size: int) -> torch.Tensor:
    """A batch of one is a view, so that what is written to it is written to the tensor. Only the
    last member of a larger one has a gradient: that of the others, zero times infinity perhaps,
    would be added to its own."""
    if size == 1:
        return tensor.unsqueeze(0)
    return torch.stack([*[tensor.detach()] * (size - 1), tensor])

"""Gradient seeds drawn for a frozen corpus: every kind but all ones, which hides a permutation."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from conformance.program.inputs import Input
from conformance.program.values import COMPLEX, HELD

Array: TypeAlias = np.ndarray[Any, Any]
Shape: TypeAlias = tuple[int, ...]


def generator(*words: object) -> np.random.Generator:
    """A random generator that the words alone decide, on every machine and in every process."""
    digest = hashlib.sha256("/".join(map(str, words)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "little"))


def draw_grad_output(
    rng: np.random.Generator, name: str, shape: Shape, dtype: str, requires_grad: bool = False
) -> Input:
    """A gradient seed of that shape and dtype, of a kind that is drawn as well: mostly random
    numbers in a row, else random numbers in another memory layout, one-hot, expanded, zeros."""
    kind = rng.choice(len(_KINDS), p=_WEIGHTS)
    return Input.of(name, _KINDS[kind](rng, shape, HELD[dtype]), requires_grad, dtype)


def _random(rng: np.random.Generator, shape: Shape, dtype: np.dtype[Any]) -> Array:
    # A grid of 1/64 within (-4, 4): exact in every floating dtype, and short in a script.
    values: Array = rng.integers(-255, 256, shape) / 64
    if dtype.name in COMPLEX:
        values = values + 1j * (rng.integers(-255, 256, shape) / 64)
    return np.asarray(values).astype(dtype)


def _permuted(rng: np.random.Generator, shape: Shape, dtype: np.dtype[Any]) -> Array:
    order = rng.permutation(len(shape))
    stored = tuple(shape[dim] for dim in order)
    return _random(rng, stored, dtype).transpose(np.argsort(order))


def _one_hot(rng: np.random.Generator, shape: Shape, dtype: np.dtype[Any]) -> Array:
    values = np.zeros(shape, dtype)
    if values.size:
        # Not 1 but 2: a rule that drops the seed altogether must not pass.
        values.flat[int(rng.integers(values.size))] = 2
    return values


def _expanded(rng: np.random.Generator, shape: Shape, dtype: np.dtype[Any]) -> Array:
    stored = tuple(size if rng.random() < 0.5 else min(size, 1) for size in shape)
    return np.broadcast_to(_random(rng, stored, dtype), shape)


def _zeros(rng: np.random.Generator, shape: Shape, dtype: np.dtype[Any]) -> Array:
    return np.zeros(shape, dtype)


_KINDS: tuple[Callable[[np.random.Generator, Shape, np.dtype[Any]], Array], ...] = (
    _random,
    _permuted,
    _one_hot,
    _expanded,
    _zeros,
)
_WEIGHTS = (0.55, 0.25, 0.1, 0.07, 0.03)

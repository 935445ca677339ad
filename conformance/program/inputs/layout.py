"""How a tensor with given strides is made from its storage by ordinary views.

Torch's `as_strided` would say any layout in one call, but few engines have it and a reader does
not see what it gives. So an input's layout is a short chain of reshape, slicing, permute and
expand wherever one exists, and `as_strided` only where none does (overlapping windows).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class View:
    """One method call: `permute` of `(1, 0)`; indexing is the method `[]`."""

    method: str
    args: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The shape in which the storage is first laid out, and the views taken of it in turn."""

    base: tuple[int, ...]
    views: tuple[View, ...] = ()


def contiguous_strides(shape: Sequence[int]) -> tuple[int, ...]:
    """Row-major strides in elements, as torch counts them: a size of 0 counts as 1."""
    strides = []
    step = 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(reversed(strides))


def span(shape: Sequence[int], strides: Sequence[int], offset: int) -> int:
    """How many elements of storage the layout reaches into."""
    if 0 in shape:
        return offset
    return offset + 1 + sum((n - 1) * s for n, s in zip(shape, strides, strict=True))


@lru_cache(maxsize=4096)
def layout_of(
    shape: tuple[int, ...], strides: tuple[int, ...], offset: int, elements: int
) -> Layout:
    """The views that give `shape` with `strides` at `offset` of a storage of `elements`."""
    if not offset and strides == contiguous_strides(shape) and span(shape, strides, 0) == elements:
        return Layout(shape)
    if 0 in shape:
        # There is no element to place, so the strides cannot matter.
        return Layout(shape)
    found = _by_views(shape, strides, offset, elements)
    return found or Layout((elements,), (View("as_strided", (shape, strides, offset)),))


def _by_views(
    shape: tuple[int, ...], strides: tuple[int, ...], offset: int, elements: int
) -> Layout | None:
    # Dims that move through storage, outermost first; the others are made by expand at the end.
    moving = [d for d in range(len(shape)) if shape[d] != 1 and strides[d] != 0]
    order = sorted(moving, key=lambda d: -strides[d])
    if not order:
        return _scalar(shape, strides, offset, elements)
    # Each dim but the innermost has as its unit the whole extent of the next one inwards, so the
    # innermost alone can step; the outermost takes what is left of the storage.
    units = [strides[d] for d in order[:-1]] + [1]
    steps = [1] * (len(order) - 1) + [strides[order[-1]]]
    extents = []
    for outer, unit in zip([elements, *units[:-1]], units, strict=True):
        if outer % unit:
            return None
        extents.append(outer // unit)
    index, rest = [], offset
    for d, unit, extent, step in zip(order, units, extents, steps, strict=True):
        start, rest = divmod(rest, unit)
        stop = start + (shape[d] - 1) * step + 1
        if stop > extent:
            return None
        index.append(_slice(start, stop, step, extent))
    views = []
    if any(entry != slice(None) for entry in index):
        views.append(View("[]", (tuple(index) if len(index) > 1 else index[0],)))
    permutation = tuple(order.index(d) for d in moving)
    if permutation != tuple(range(len(order))):
        views.append(View("permute", permutation))
    return _widened(Layout(tuple(extents), tuple(views)), shape, strides, moving)


def _slice(start: int, stop: int, step: int, extent: int) -> slice:
    """The slice, with nothing written that Python would take by default."""
    last = stop - 1 + step >= extent
    return slice(start or None, None if last else stop, None if step == 1 else step)


def _scalar(
    shape: tuple[int, ...], strides: tuple[int, ...], offset: int, elements: int
) -> Layout | None:
    if elements == 1:
        return _widened(Layout(()), shape, strides, [])
    return _widened(Layout((elements,), (View("[]", (offset,)),)), shape, strides, [])


def _widened(
    layout: Layout, shape: tuple[int, ...], strides: tuple[int, ...], moving: list[int]
) -> Layout | None:
    """Put back the dims that do not move: a size of 1 by an index of None, the rest by expand."""
    if len(moving) == len(shape):
        return layout
    index = tuple(slice(None) if d in moving else None for d in range(len(shape)))
    views = [*layout.views, View("[]", (index if len(index) > 1 else index[0],))]
    if any(n != 1 for d, n in enumerate(shape) if d not in moving):
        views.append(View("expand", shape))
    return Layout(layout.base, tuple(views))

"""Part of a base's memory as an op: the history of a view once its base was written to.

torch's `as_strided` on memory becomes a choice of elements here: a gradient has the base's shape
but need not have its strides, so a view is described by which elements of the base it shows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided as restrided
from numpy.typing import NDArray

from mini_autograd.arrays import layout
from mini_autograd.core.op import unpromoted
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.ops import shapes as errors
from mini_autograd.ops.shape.storage_gradient import Region, through_storage
from mini_autograd.parsing.types import Anything, Array


class Geometry:
    """Where the elements of a view lie in its base; the positions are found when first asked for.

    A real view of a complex base shows its real and imaginary parts, which then count as elements;
    and so it is where the base is real and the view complex.
    Whether it shows the conjugates, who makes it says.
    """

    __slots__ = (
        "_base",
        "_offset",
        "_positions",
        "_strides",
        "conjugates",
        "is_pairs",
        "is_part",
        "shape",
    )

    def __init__(self, base: NDArray[Any], view: NDArray[Any]) -> None:
        self.is_pairs = base.dtype.kind == "f" and view.dtype.kind == "c"
        if self.is_pairs:
            view = view[..., None].view(base.dtype)
        self.shape = view.shape
        self.conjugates = False
        self.is_part = base.dtype.kind == "c" and view.dtype.kind == "f"
        step = view.itemsize
        somewhere = view.size or not layout.shares(
            base, view
        )  # no address is sure of what is empty
        self._offset = layout.distance(base, view) // step if somewhere else 0
        self._strides = tuple(stride // step for stride in view.strides)
        shape, strides = base.shape, tuple(stride // step for stride in base.strides)
        if self.is_part:
            shape, strides = (*shape, 2), (*strides, 1)
        self._base = shape, strides
        self._positions: NDArray[np.intp] | None = None

    @property
    def overlaps(self) -> bool:
        """Whether an element of the base is shown twice."""
        return _overlap(self.shape, self._strides)

    @property
    def repeats(self) -> bool:
        """Likewise, where windows overlap too."""
        return layout.windows_overlap(self.shape, self._strides)

    @property
    def base_overlaps(self) -> bool:
        """Whether elements of the base share memory, as `.data = ...` can make them."""
        return _overlap(*self._base)

    @property
    def exceeds(self) -> bool:
        """Whether it does not lie within the base: somebody gave the view other data."""
        base, view = self.regions
        return 0 not in self.shape and view.size > base.size

    def check_within(self, itemsize: int) -> None:
        """As torch, which makes it a view of the base's gradient.

        Raises:
            RuntimeError: that has less memory, or begins behind it.
        """
        if self._offset < 0:
            raise errors.negative_offset(self._offset)
        if self.exceeds:
            base, view = self.regions
            needed, available = view.size * itemsize, base.size * itemsize
            raise errors.out_of_storage(
                *view, itemsize=itemsize, needed=needed, available=available
            )

    def empty_base(self, dtype: np.dtype[Any]) -> NDArray[Any]:
        """Memory laid out as the base's, not filled."""
        shape, strides = self._base
        if self.is_part:
            shape, strides = shape[:-1], tuple([each // 2 for each in strides[:-1]])
        memory = np.empty(Region(shape, strides, 0).size, dtype)
        steps = [each * dtype.itemsize for each in strides]
        return np.ndarray(shape, dtype, memory if memory.size else None, 0, steps)

    @property
    def regions(self) -> tuple[Region, Region]:
        """The base and the view in a memory, in elements."""
        return Region(*self._base, 0), Region(self.shape, self._strides, self._offset)

    @property
    def positions(self) -> NDArray[np.intp]:
        """The index of each of the view's elements in the flattened base."""
        if self._positions is None:
            shape, strides = self._base
            extents = [(size - 1) * stride for size, stride in zip(shape, strides, strict=True)]
            memory = np.zeros(max(0, sum(extents)) + 1, np.intp)
            step = memory.itemsize
            order = np.arange(int(np.prod(shape)), dtype=np.intp).reshape(shape)
            restrided(memory, shape, [s * step for s in strides])[...] = order
            shown = [s * step for s in self._strides]
            self._positions = restrided(memory[self._offset :], self.shape, shown).copy()
        return self._positions


def _overlap(shape: tuple[int, ...], strides: tuple[int, ...]) -> bool:
    dims = zip(strides, shape, strict=True)
    return 0 not in shape and any(stride == 0 and size > 1 for stride, size in dims)


def _flat(array: Array, is_part: bool) -> Array:
    """The elements in a row; of complex numbers the parts. A view if the array is contiguous."""
    flat = array.reshape(-1)
    return flat.view(flat.real.dtype) if is_part else flat


@unpromoted(
    name="as_strided",
    self=lambda grad, self_shape, geometry: _scattered(grad, self_shape, geometry),
)
def part_of_memory(self: Array, geometry: Anything) -> Array:
    """The elements of a base that a view shows."""
    part = _flat(self, geometry.is_part)[geometry.positions]
    return part.view(np.result_type(part, np.complex64))[..., 0] if geometry.is_pairs else part


def _scattered(grad: Any, shape: tuple[int, ...], geometry: Geometry) -> Any:
    """Zeros of a base's shape, with `grad` where the view shows it, summed where twice."""
    if 0 in geometry.shape and not geometry.is_part:
        return ops.zeros_of(grad, shape)  # which torch does not record
    if isinstance(grad, Tensor) or geometry.exceeds:
        return through_storage(grad, *geometry.regions)
    wanted = np.result_type(grad.dtype, np.complex64) if geometry.is_part else grad.dtype
    result = np.zeros(shape, wanted)
    if geometry.repeats:
        np.add.at(_flat(result, geometry.is_part), geometry.positions, grad)
    else:
        _flat(result, geometry.is_part)[geometry.positions] = grad
    return result


def as_strided_scatter(self: Array, src: Array, geometry: Geometry) -> Array:
    """A copy of a base, laid out as it, with other elements where a view shows it."""
    if geometry.is_pairs:
        src = np.stack([src.real, src.imag], -1)
    if geometry.is_part:
        result = np.array(self, order="C")
        _flat(result, geometry.is_part)[geometry.positions] = src
        return result
    result = geometry.empty_base(self.dtype)
    result[...] = self
    view = geometry.regions[1]
    steps = tuple([stride * result.itemsize for stride in view.strides])
    layout.restrided(result, view.shape, steps, view.offset * result.itemsize)[...] = src
    return result

"""What a tensor tells of its sizes and its memory; nothing here is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mini_autograd.arrays import empties, layout, mirrors
from mini_autograd.arrays.dims import wrap_dim
from mini_autograd.arrays.formats import contiguous_format, is_in
from mini_autograd.core.op import attribute, public
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.ops import shapes as errors
from mini_autograd.parsing.overloads import composite
from mini_autograd.parsing.types import Array, Int, MemoryFormat


@public("dim", "ndimension", function=False)
def dim(self: Tensor) -> int:
    """The number of dims."""
    return self._array.ndim


@public("nelement", function=False)
@public()
def numel(self: Tensor) -> int:
    """The number of elements."""
    return self._array.size


@attribute("itemsize")
@public(function=False)
def element_size(self: Tensor) -> int:
    """Bytes an element."""
    return self._array.itemsize


@public(function=False)
def storage_offset(self: Tensor) -> int:
    """Where in its memory it begins, in elements."""
    return layout.memory_of(self._array)[1] // self._array.itemsize


@public(function=False)
def data_ptr(self: Tensor) -> int:
    """The address of its first element; 0 if there is none."""
    return mirrors.address_of(self._array) if self._array.size else 0


@dataclass(frozen=True, slots=True)
class UntypedStorage:
    """The memory that tensors share: where it is, and how large."""

    _address: int
    _bytes: int

    def data_ptr(self) -> int:
        """Its address; 0 if it is empty."""
        return self._address if self._bytes else 0

    def nbytes(self) -> int:
        """Its size in bytes."""
        return self._bytes

    def size(self) -> int:
        """Likewise."""
        return self._bytes

    def __len__(self) -> int:
        return self._bytes


@public(function=False)
def untyped_storage(self: Tensor) -> UntypedStorage:
    """The memory in which it lies, whole: one for a tensor and all views of it."""
    memory = mirrors.storage_of(self._array)  # in whatever order: it begins where it begins
    size = 0 if empties.is_nothing(memory) else memory.nbytes
    return UntypedStorage(layout.address_of(memory), size)


def _of_dim(values: tuple[int, ...], dim: int | None) -> Any:
    if dim is None:
        return values
    if not values:
        raise errors.no_dims(dim)
    return values[wrap_dim(dim, len(values))]


@public(function=False)
@composite
def size(self: Array, dim: Int | None = None) -> Any:
    """The shape, or the size of one dim."""
    return _of_dim(self.shape, dim)


@public(function=False)
@composite
def stride(self: Array, dim: Int | None = None) -> Any:
    """The steps in memory from one element of each dim to the next, in elements, or one of them."""
    array = self._array  # type: ignore[attr-defined]
    return _of_dim(tuple(step // array.itemsize for step in layout.strides_of(array)), dim)


@public(function=False)
@composite
def is_contiguous(self: Array, *, memory_format: MemoryFormat = contiguous_format) -> bool:
    """Whether the elements lie in memory in order, without gaps."""
    return is_in(memory_format, self._array)  # type: ignore[attr-defined]


@attribute("nbytes")
def _nbytes(self: Tensor) -> int:
    return self._array.size * self._array.itemsize

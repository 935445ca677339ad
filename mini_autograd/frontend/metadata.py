"""What a tensor says of itself: where it lies, how its memory is shared, what it is not.

Also what it is broadcast to with others, which is said of shapes alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mini_autograd.arrays.dtypes import dtype
from mini_autograd.arrays.formats import strided
from mini_autograd.arrays.layout import memory_of, strides_of
from mini_autograd.core.op import attribute, public
from mini_autograd.core.tensor.history import accumulator_of
from mini_autograd.core.tensor.size import Size
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.ops import shapes as errors
from mini_autograd.messages.tensors import creation as device_errors
from mini_autograd.messages.tensors import state as tensor_errors
from mini_autograd.parsing.factories import CPU, device
from mini_autograd.parsing.overloads import composite
from mini_autograd.parsing.types import Array


@public(function=False)
@composite
def is_set_to(self: Array, tensor: Array) -> Any:
    """Whether it shows the same piece of the same memory in the same way as another."""
    a: Any = self._array  # type: ignore[attr-defined]
    b: Any = tensor._array  # type: ignore[attr-defined]
    if (a.dtype, a.shape, strides_of(a)) != (b.dtype, b.shape, strides_of(b)):
        return False
    (memory, start), (other, other_start) = memory_of(a), memory_of(b)
    same: bool = memory.__array_interface__["data"][0] == other.__array_interface__["data"][0]
    return same and start == other_start


@public()
@composite
def is_same_size(self: Array, other: Array) -> Any:
    """Whether two tensors have the same shape."""
    return self._array.shape == other._array.shape  # type: ignore[attr-defined]


@public(method=False)
def broadcast_shapes(*shapes: Sequence[int] | int | None) -> Size:
    """The shape to which tensors of these shapes are broadcast together.

    Raises:
        RuntimeError: there is none, or what is given is no shape.
        ValueError: a negative size.
    """
    given = [(each,) if isinstance(each, int) else each for each in shapes if each is not None]
    for shape in given:
        if not isinstance(shape, Sequence):
            raise errors.no_shape(shape)
    common = [1] * max(map(len, given), default=0)
    for position, shape in enumerate(given):
        for dim in range(-1, -1 - len(shape), -1):
            size = shape[dim]
            if size == common[dim]:
                continue
            if common[dim] == 1:
                if size < 0:
                    raise errors.negative_broadcast()
                common[dim] = size
            elif size != 1:
                raise errors.broadcast_shapes(dim, position, shape, common)
    return Size(common)


def grad_dtype(self: Tensor) -> dtype | None:
    """The dtype that its `.grad` has, by default its own; None lets it be any.

    Raises:
        RuntimeError: the tensor is no leaf.
    """
    if not self.is_leaf:
        raise tensor_errors.grad_dtype_of_non_leaf("accessed")
    return self.dtype if self._grad_dtype is ... else self._grad_dtype


def set_grad_dtype(self: Tensor, value: dtype | None) -> None:
    """Has what reaches the leaf from now on, in graphs that stand already too, cast to it."""
    held = self.grad  # torch looks at it first, and with that warns of what is no leaf
    if not self.is_leaf:
        raise tensor_errors.grad_dtype_of_non_leaf("set")
    if value is not None:
        if not isinstance(value, dtype):
            raise tensor_errors.grad_dtype_type(value)
        if held is not None and held.dtype is not value:
            raise tensor_errors.grad_dtype_of_grad(value, held.dtype)
    self._grad_dtype = value
    self._kept_accumulator = node = accumulator_of(self)  # which the next graph shall find
    node.accepted = ((self._array.shape, (value or self.dtype).numpy),)


@public(function=False)
def cuda(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """There is no such device."""
    raise device_errors.no_cuda()


def _asked(name: str) -> Any:
    """The function that asks a tensor by its method."""

    @composite(name=name)
    def call(self: Array) -> Any:
        return getattr(self, name)()

    return call


for _name in ("is_conj", "is_distributed", "is_inference", "is_neg", "is_signed"):
    public(method=False)(_asked(_name))


@public(function=False)
def is_neg(self: Tensor) -> bool:
    """Whether torch has yet to negate it: the imaginary part of what it has yet to conjugate."""
    return self._conjugated and self._array.dtype.kind != "c"


@public("is_shared", "is_pinned", "is_distributed", function=False)
@attribute(
    "is_cuda", "is_ipu", "is_maia", "is_meta", "is_mkldnn", "is_mps", "is_mtia", "is_nested",
    "is_quantized", "is_sparse", "is_sparse_csr", "is_vulkan", "is_xla", "is_xpu",
)  # fmt: skip
def _no(self: Tensor) -> bool:
    return False


@attribute("is_cpu")
def _yes(self: Tensor) -> bool:
    return True


@attribute("device")
def _device(self: Tensor) -> device:
    return CPU


@attribute("layout")
def _layout(self: Tensor) -> Any:
    return strided


@public("share_memory_", function=False)
def _itself(self: Tensor) -> Tensor:
    return self


@public("get_device", function=False)
def _device_index(self: Tensor) -> int:
    return -1


attribute(setter=set_grad_dtype)(grad_dtype)

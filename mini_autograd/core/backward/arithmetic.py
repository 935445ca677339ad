"""The two arithmetics of a backward walk: NumPy on raw arrays, and ops on tensors.

The first is what `backward()` uses; the second, with create_graph, records every step of the
walk, so that a gradient has a graph of its own and every order of derivative comes for free.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes
from mini_autograd.arrays.dims import broadcast_dims
from mini_autograd.arrays.layout import empty_as, empty_at, in_rows, is_dense, shows_twice, walked
from mini_autograd.core.backward import grad_layout
from mini_autograd.core.graph.graph import (
    ACCUMULATE_SEQUENCE,
    Arithmetic,
    Edge,
    Metadata,
    Node,
    Shape,
)
from mini_autograd.core.saved.gradient_tensors import hidden, share_version, shown, written
from mini_autograd.core.saved.packing import announce_write, packing_threads
from mini_autograd.core.saved.saved import check_attached, unpacked_array, unpacked_tensor
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.core.tensor.version_counter import VersionCounter, counter_of
from mini_autograd.messages.graph import hooks as hook_errors
from mini_autograd.messages.tensors import inplace as inplace_errors

Array = NDArray[Any]
_asarray, _ndarray, _references = np.asarray, np.ndarray, sys.getrefcount


def _check_replacement(was: Tensor, given: object, name: str) -> None:
    """A hook gives for a gradient a tensor of the same dtype and shape, or else an error."""
    if not isinstance(given, Tensor):
        raise hook_errors.hook_result("Variable", given)
    if given._array.dtype != was._array.dtype:
        raise hook_errors.hook_changed_type(name, was.type_name, given.type_name)
    if given._array.shape != was._array.shape:
        raise hook_errors.hook_changed_shape(name)


# As NumPy's scalars, see `saved.unpacked_array`.
_ONES: Final = {each: each.type(1) for each in map(np.dtype, ("f2", "f4", "f8"))}


def _addend(grad: Array) -> Array:
    """As torch's sum has it: a complex number is multiplied by one, which makes an infinity NaN."""
    return grad * grad.dtype.type(1) if grad.dtype.kind == "c" else grad


class RawArithmetic:
    """Gradients are arrays; nothing is recorded."""

    records = False
    ones: ClassVar[dict[np.dtype[Any], Array]] = _ONES

    def add(self, a: Array, b: Array) -> Array:
        """The sum; a new array, since either may be somebody else's."""
        b = _addend(b)
        if type(a) is not _ndarray or (a.flags.c_contiguous and b.flags.c_contiguous):
            return a + b
        return np.add(a, b, out=walked(a, b))  # the order of dims is the first one's, as torch's

    def gather(
        self,
        sums: list[Any],
        output: int,
        target: Node,
        grad: Array,
        grads: Sequence[Array | None],
        index: int,
    ) -> None:
        """In place where nobody else sees the sum, as torch's input buffer. What is no memory of
        its own, a number, has the count of such writes behind it if it is for a leaf."""
        held = sums[output]
        if type(held) is not _ndarray:
            sums[output] = held + _addend(grad)
            if target.sequence == ACCUMULATE_SEQUENCE and _is_unshared(held, 1, grads, index):
                if len(sums) == 1:
                    sums.append(1)
                else:
                    sums[1] += 1
        elif _is_own(held) and _is_unshared(held, 2, grads, index):
            held += _addend(grad)
            written(held)
        else:
            sums[output] = self.add(held, grad)

    count_write = staticmethod(written)

    def sum_to(self, grad: Array, shape: Shape) -> Array | None:
        """Summed over what broadcasting added."""
        dims = broadcast_dims(grad.shape, shape)
        if dims is None:
            return None
        # torch adds up halves in single precision
        wide = np.float32 if grad.dtype == np.float16 else None
        summed = np.add.reduce(grad, axis=dims, keepdims=True, dtype=wide)
        summed = np.asarray(summed, grad.dtype, order="C")
        if summed.shape == shape:
            return in_rows(summed)
        return summed.reshape(shape) if shape else summed.ravel()[0]  # no view, as torch's

    def real_for(self, grad: Array, dtype: np.dtype[Any]) -> Array:
        """The real part, a view."""
        return grad.real if grad.dtype.kind == "c" and dtype.kind != "c" else grad

    def cast(self, grad: Array, dtype: np.dtype[Any]) -> Array:
        """In another dtype."""
        if grad.dtype == dtype:
            return grad
        if grad.flags.c_contiguous and 1 not in grad.shape:
            return grad.astype(dtype)
        cast: Array = ops.converted(grad, dtype)
        return cast

    def one(self, metadata: Metadata) -> Array:
        """One; as NumPy's scalar, see `saved.unpacked_array`, and each another object."""
        shape, dtype = metadata
        return np.ones(shape, dtype) if shape else dtype.type(1)

    def filled(self, grads: list[Array | None], metadata: Sequence[Metadata]) -> list[Array] | None:
        """Zeros where no gradient came; None if none did."""
        if all(each is None for each in grads):
            return None
        return [np.zeros(*m) if g is None else g for g, m in zip(grads, metadata, strict=True)]

    def through(
        self, node: Node, grads: list[Array | None], wanted: Sequence[Edge | None]
    ) -> Sequence[Array | None]:
        """By the node's own rules."""
        return node.backward_for(grads, self, wanted)

    unpack = staticmethod(unpacked_array)

    wrap = staticmethod(shown)
    unwrap = staticmethod(hidden)
    check_replacement = staticmethod(_check_replacement)

    def has_nan(self, grad: Array) -> bool:
        """Whether any element is not a number."""
        return bool(np.isnan(grad).any())

    def accumulate(self, leaf: Tensor, grad: Array, writes: int) -> None:
        """In place into an existing `.grad`; the first one is kept, or copied, as torch does.

        torch keeps it if nobody else holds that tensor and its strides are the leaf's; that it
        may be a view of memory which somebody does hold, torch accepts, and so do we.
        """
        held = leaf._grad
        if held is not None:
            into = held._array
            if shows_twice(into):
                raise inplace_errors.overlapping_write()
            if packing_threads:
                announce_write(held)
            into += _addend(grad)
            counter_of(held).advance()
            grad_layout.check(into, leaf._array)
            return
        shared = _references(grad) > _UNSHARED
        if type(grad) is not _ndarray:  # a NumPy scalar: see `saved.unpacked_array`
            kept = _asarray(grad)
        else:
            strides = leaf._array.strides
            lies_so = grad.strides == strides and grad.size  # NumPy's strides of nothing are zero
            if not lies_so or not (grad.flags.c_contiguous or is_dense(grad)):
                strides = grad_layout.wanted_strides(leaf._array, grad.dtype)
                shared = shared or not grad_layout.obeys(grad, leaf._array)
            kept = _copied(grad, leaf._array.shape, strides) if shared else grad
        tensor = make(kept)
        if not shared:
            share_version(tensor)
            if writes:
                if tensor._counter is None:
                    tensor._counter = VersionCounter(writes)
                else:
                    tensor._counter.version = writes
        elif is_dense(leaf._array):  # such a copy is a fresh tensor that was written to once
            if packing_threads:
                announce_write(tensor)
            counter_of(tensor).version = 1
        leaf._grad = tensor

    def retain(self, tensor: Tensor, grad: Array) -> None:
        """A copy, or a new sum: unlike a leaf's, torch never writes into a retained gradient."""
        held = tensor._grad
        tensor._grad = make(
            np.array(grad, order="C") if held is None else _asarray(held._array + grad)
        )


# One reference each: the walk's buffer, the function's own name for it and getrefcount's.
_UNSHARED: Final = 3


def _is_unshared(grad: Any, known: int, grads: Sequence[Any], index: int) -> bool:
    """Whether nobody holds it but so many, this function and those of `grads` that are gone."""
    others = _references(grad) - known - 2
    if others and index:
        others -= sum([grads[each] is grad for each in range(index)])
    return not others


def _is_own(grad: Array) -> bool:
    """Whether it has memory of its own, each element once; a view keeps its base, in torch too."""
    return grad.base is None and (grad.flags.c_contiguous or is_dense(grad))


def _broadcasts(shape: Shape, target: Shape) -> bool:
    return len(shape) <= len(target) and broadcast_dims(target, shape) is not None


def _copied(grad: Array, shape: Shape, strides: tuple[int, ...]) -> Array:
    """A copy in the leaf's shape, which may have changed since the graph was recorded."""
    if grad.shape != shape and not _broadcasts(grad.shape, shape):
        raise inplace_errors.copy_shape(shape, grad.shape)
    result = empty_at(shape, strides, grad.dtype)
    result[...] = grad
    return result


class TensorArithmetic:
    """Gradients are tensors, and what happens to them is recorded."""

    records = True
    ones: ClassVar[dict[np.dtype[Any], Tensor]] = {}

    def add(self, a: Tensor, b: Tensor) -> Tensor:
        """The sum."""
        return ops.add(a, b)  # type: ignore[no-any-return]

    def gather(
        self,
        sums: list[Any],
        output: int,
        target: Node,
        grad: Tensor,
        grads: Sequence[Tensor | None],
        index: int,
    ) -> None:
        """Always a new sum, which is recorded."""
        sums[output] = self.add(sums[output], grad)

    def count_write(self, grad: Tensor) -> None:
        """There is none."""

    def sum_to(self, grad: Tensor, shape: Shape) -> Tensor | None:
        """Summed over what broadcasting added."""
        dims = broadcast_dims(grad._array.shape, shape)
        if dims is None:
            return None
        if not shape:
            return ops.sum_all(grad) if dims else grad
        summed = ops.sum(grad, dims, True) if dims else grad
        return summed if summed._array.shape == shape else ops.view(summed, shape)

    def real_for(self, grad: Tensor, dtype: np.dtype[Any]) -> Tensor:
        """The real part."""
        complex_for_real = grad._array.dtype.kind == "c" and dtype.kind != "c"
        return ops.real(grad) if complex_for_real else grad

    def cast(self, grad: Tensor, dtype: np.dtype[Any]) -> Tensor:
        """In another dtype."""
        if grad._array.dtype == dtype:
            return grad
        return ops.to_dtype(grad, dtypes.of_numpy(dtype))  # type: ignore[no-any-return]

    def one(self, metadata: Metadata) -> Tensor:
        """One."""
        return make(np.ones(*metadata))

    def filled(
        self, grads: list[Tensor | None], metadata: Sequence[Metadata]
    ) -> list[Tensor] | None:
        """Zeros where no gradient came; None if none did."""
        if all(each is None for each in grads):
            return None
        return [
            make(np.zeros(*m)) if g is None else g for g, m in zip(grads, metadata, strict=True)
        ]

    def through(
        self, node: Node, grads: list[Tensor | None], wanted: Sequence[Edge | None]
    ) -> Sequence[Tensor | None]:
        """By the node's own rules."""
        return node.backward_for(grads, self, wanted)

    def unpack(self, saved: Any, node: Node) -> Any:
        """With its history, which it must still have."""
        check_attached(saved)
        return unpacked_tensor(saved, node)

    def wrap(self, grad: Tensor) -> Tensor:
        """As it is."""
        return grad

    def unwrap(self, grad: Tensor) -> Tensor:
        """As it is."""
        return grad

    check_replacement = staticmethod(_check_replacement)

    def has_nan(self, grad: Tensor) -> bool:
        """Whether any element is not a number."""
        return bool(np.isnan(grad._array).any())

    def accumulate(self, leaf: Tensor, grad: Tensor, writes: int) -> None:
        """Out of place: an earlier `.grad` may be part of a graph."""
        held = leaf._grad
        if held is not None:
            leaf._grad = ops.add(held, grad)
            grad_layout.check(leaf._grad._array, leaf._array)
        elif not is_dense(leaf._array):
            leaf._grad = ops.as_contiguous(grad)
        else:
            # torch copies it into a new tensor with the leaf's strides: a write, so version 1
            array = leaf._array
            into = make(empty_as(array, grad._array.dtype))
            if packing_threads:
                announce_write(into)
            leaf._grad = copied = ops.copied(into, grad)
            counter_of(copied).version = 1

    def retain(self, tensor: Tensor, grad: Tensor) -> None:
        """Likewise, from a contiguous copy."""
        held = tensor._grad
        tensor._grad = ops.as_contiguous(grad) if held is None else ops.add(held, grad)


RAW: Final[Arithmetic] = RawArithmetic()
TENSORS: Final[Arithmetic] = TensorArithmetic()

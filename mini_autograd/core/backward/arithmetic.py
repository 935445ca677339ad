"""The two arithmetics of a backward walk: NumPy on raw arrays, and ops on tensors.

`backward()` uses the first. With `create_graph` it uses the second: every step of the walk is
recorded, so a gradient has a graph and can be differentiated again, to any order.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes, mirrors
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
from mini_autograd.core.modes.warn_once import after_walk, suppressed
from mini_autograd.core.saved.gradient_tensors import (
    count_write,
    gradient_to_tensor,
    share_version,
    tensor_to_gradient,
)
from mini_autograd.core.saved.packing import announce_write, is_watched, packing_threads
from mini_autograd.core.saved.saved import check_attached, unpacked_array, unpacked_tensor
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor, make, mark_conjugated
from mini_autograd.core.tensor.version_counter import VersionCounter, counter_of
from mini_autograd.messages.graph import hooks as hook_errors
from mini_autograd.messages.tensors import conversion as conversion_errors
from mini_autograd.messages.tensors import inplace as inplace_errors

Array = NDArray[Any]
_asarray, _ndarray, _references = np.asarray, np.ndarray, sys.getrefcount


def _check_replacement(was: Tensor, given: object, name: str) -> None:
    """Raise unless what a hook returned is a tensor of the gradient's dtype and shape."""
    if not isinstance(given, Tensor):
        raise hook_errors.hook_result("Variable", given)
    if given._array.dtype != was._array.dtype:
        raise hook_errors.hook_changed_type(name, was.type_name, given.type_name)
    if given._array.shape != was._array.shape:
        raise hook_errors.hook_changed_shape(name)


def _without_imaginary(cast: Callable[..., Any], grad: Any, wanted: Any, count: int) -> Any:
    """A complex gradient cast to the real `grad_dtype` of a leaf, of which torch warns at the end
    of the walk."""
    if count:
        message = conversion_errors.casts_complex()
        after_walk(message, str(message))
    with suppressed():
        return cast(grad, wanted)


# As NumPy's scalars, see `saved.unpacked_array`.
_ONES: Final = {each: each.type(1) for each in map(np.dtype, ("f2", "f4", "f8"))}


def _addend(grad: Array) -> Array:
    """The second summand as torch adds it: a complex one times 1, which makes an infinity NaN."""
    return grad * grad.dtype.type(1) if grad.dtype.kind == "c" else grad


class _BothArithmetics:
    """What is the same for arrays and tensors."""

    check_replacement = staticmethod(_check_replacement)

    def filled(self: Any, grads: list[Any], metadata: Sequence[Metadata]) -> list[Any] | None:
        """The gradients of all outputs, zeros for those that are None; None if all are."""
        if all(each is None for each in grads):
            return None
        return [self.zeros(*m) if g is None else g for g, m in zip(grads, metadata, strict=True)]

    def node_backward(
        self: Any, node: Node, grads: list[Any], wanted: Sequence[Edge | None]
    ) -> Sequence[Any]:
        """The gradients that the node's own rules give for the wanted edges."""
        return node.backward_for(grads, self, wanted)


class RawArithmetic(_BothArithmetics):
    """Gradients are arrays, or NumPy scalars; nothing is recorded."""

    records = False
    ones: ClassVar[dict[np.dtype[Any], Array]] = _ONES

    def add(self, a: Array, b: Array) -> Array:
        """The sum, a new array: another variable may refer to either summand."""
        b = _addend(b)
        if type(a) is not _ndarray or (a.flags.c_contiguous and b.flags.c_contiguous):
            return a + b
        return np.add(a, b, out=walked(a, b))  # laid out as the first, as torch's

    def gather(
        self,
        sums: list[Any],
        output: int,
        target: Node,
        grad: Array,
        grads: Sequence[Array | None],
        index: int,
    ) -> None:
        """Add in place if nothing else refers to the sum, as torch's input buffer does.

        A NumPy scalar cannot be written to: for a leaf, `sums` gets the number of writes that
        torch would have counted as one more element.
        """
        held = sums[output]
        watched = packing_threads and is_watched()  # then torch writes to no sum
        if type(held) is not _ndarray:
            sums[output] = held + _addend(grad)
            to_leaf = target.sequence == ACCUMULATE_SEQUENCE and not watched
            if to_leaf and _is_unshared(held, 1, grads, index):
                sums[1:] = [sums[1] + 1 if len(sums) > 1 else 1]
        elif not watched and _is_own(held) and _is_unshared(held, 2, grads, index):
            held += _addend(grad)
            count_write(held)
        else:
            sums[output] = self.add(held, grad)

    count_write = staticmethod(count_write)

    def sum_to(self, grad: Array, shape: Shape) -> Array | None:
        """The gradient summed over the dims that broadcasting added; None if shapes do not fit."""
        dims = broadcast_dims(grad.shape, shape)
        if dims is None:
            return None
        # torch sums float16 in float32
        wide = np.float32 if grad.dtype == np.float16 else None
        summed = np.add.reduce(grad, axis=dims, keepdims=True, dtype=wide)
        summed = np.asarray(summed, grad.dtype, order="C")
        if summed.shape == shape:
            return in_rows(summed)
        return summed.reshape(shape) if shape else summed.ravel()[0]  # no view, as torch's

    def real_for(self, grad: Array, dtype: np.dtype[Any]) -> Array:
        """The real part, as a view."""
        return grad.real if grad.dtype.kind == "c" and dtype.kind != "c" else grad

    def cast(self, grad: Array, dtype: np.dtype[Any]) -> Array:
        """The gradient in another dtype."""
        if grad.dtype == dtype:
            return grad
        if grad.dtype.kind == "c" and dtype.kind != "c":
            return _without_imaginary(ops.converted, grad, dtype, grad.size)  # type: ignore[no-any-return]
        if grad.flags.c_contiguous and 1 not in grad.shape:
            return grad.astype(dtype)
        cast: Array = ops.converted(grad, dtype)
        return cast

    def one(self, metadata: Metadata) -> Array:
        """Ones; for a 0-d output a new NumPy scalar, see `saved.unpacked_array`."""
        shape, dtype = metadata
        return np.ones(shape, dtype) if shape else dtype.type(1)

    zeros = staticmethod(np.zeros)
    unpack = staticmethod(unpacked_array)

    wrap = staticmethod(gradient_to_tensor)
    unwrap = staticmethod(tensor_to_gradient)

    def has_nan(self, grad: Array) -> bool:
        """Whether any element is not a number."""
        return bool(np.isnan(grad).any())

    def accumulate(self, leaf: Tensor, grad: Array, writes: int) -> None:
        """Add in place to an existing `.grad`; a first gradient, or a copy, becomes the `.grad`.

        As in torch it is not copied if nothing else refers to it and its strides are right, even
        where it is a view of memory that is still in use.
        """
        held = leaf._grad
        if held is not None:
            into = held._array
            if shows_twice(into):
                raise inplace_errors.overlapping_write()
            if packing_threads:
                announce_write(held)
            into += _addend(grad)
            mirrors.written(into)
            counter_of(held).advance()
            grad_layout.check(into, leaf._array)
            return
        shared = _references(grad) > _UNSHARED
        if type(grad) is not _ndarray:  # a NumPy scalar: see `saved.unpacked_array`
            kept = _asarray(grad)
            if shared and leaf._array.shape:  # whose data was replaced
                kept = _copied(kept, leaf._array.shape, leaf._array.strides)
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
            if mirrors.is_mirrored(kept):
                mark_conjugated(tensor)
        else:
            writes = is_dense(leaf._array)  # in torch then a new tensor, written to once
            if writes and packing_threads:
                announce_write(tensor)
        if writes:
            if tensor._counter is None:
                tensor._counter = VersionCounter(int(writes))
            else:
                tensor._counter.version = int(writes)
        leaf._grad = tensor

    def retain(self, tensor: Tensor, grad: Array) -> None:
        """Set `.grad` to a copy or a new sum: only in a leaf's `.grad` does torch add in place."""
        held = tensor._grad
        tensor._grad = make(
            np.array(grad, order="C") if held is None else _asarray(held._array + grad)
        )


# The references that remain: of the walk's buffer, of the parameter `grad` and of getrefcount.
_UNSHARED: Final = 3


def _is_unshared(grad: Any, known: int, grads: Sequence[Any], index: int) -> bool:
    """Whether only `known` references to a gradient exist, besides this function's own.

    Elements of `grads` before `index` do not count: the walk is done with them.
    """
    others = _references(grad) - known - 2
    if others and index:
        others -= sum([grads[each] is grad for each in range(index)])
    return not others


def _is_own(grad: Array) -> bool:
    """Whether it is dense and not a view: it may be written to in place."""
    return grad.base is None and (grad.flags.c_contiguous or is_dense(grad))


def _broadcasts(shape: Shape, target: Shape) -> bool:
    return len(shape) <= len(target) and broadcast_dims(target, shape) is not None


def _copied(grad: Array, shape: Shape, strides: tuple[int, ...]) -> Array:
    """A copy in the leaf's shape, which `leaf.data = ...` may have changed meanwhile."""
    if grad.shape != shape and not _broadcasts(grad.shape, shape):
        raise inplace_errors.copy_shape(shape, grad.shape)
    if grad.flags.c_contiguous and grad.shape == shape:
        result = grad.copy()
        if result.strides == strides:
            return result
    result = empty_at(shape, strides, grad.dtype)
    result[...] = grad
    return result


class TensorArithmetic(_BothArithmetics):
    """Gradients are tensors, and their arithmetic is recorded."""

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
        """Always a new sum, so that it can be recorded."""
        sums[output] = self.add(sums[output], grad)

    def count_write(self, grad: Tensor) -> None:
        """Nothing to count: `gather` never writes in place."""

    def sum_to(self, grad: Tensor, shape: Shape) -> Tensor | None:
        """The gradient summed over the dims that broadcasting added; None if shapes do not fit."""
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
        """The gradient in another dtype."""
        held = grad._array
        if held.dtype == dtype:
            return grad
        wanted = dtypes.of_numpy(dtype)
        if held.dtype.kind == "c" and dtype.kind != "c":
            return _without_imaginary(ops.to_dtype, grad, wanted, held.size)  # type: ignore[no-any-return]
        return ops.to_dtype(grad, wanted)  # type: ignore[no-any-return]

    def one(self, metadata: Metadata) -> Tensor:
        """One."""
        return make(np.ones(*metadata))

    zeros = staticmethod(lambda shape, dtype: make(np.zeros(shape, dtype)))

    def unpack(self, saved: Any, node: Node) -> Any:
        """The saved value, with its history; an error if that was detached in place."""
        check_attached(saved)
        return unpacked_tensor(saved, node)

    def wrap(self, grad: Tensor) -> Tensor:
        """The gradient itself: it is a tensor already."""
        return grad

    def unwrap(self, grad: Tensor) -> Tensor:
        """The gradient itself: it is a tensor already."""
        return grad

    def has_nan(self, grad: Tensor) -> bool:
        """Whether any element is not a number."""
        return bool(np.isnan(grad._array).any())

    def accumulate(self, leaf: Tensor, grad: Tensor, writes: int) -> None:
        """Out of place: the existing `.grad` may be part of a graph."""
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
        """Set `.grad` to a contiguous copy or a recorded sum."""
        held = tensor._grad
        tensor._grad = ops.as_contiguous(grad) if held is None else ops.add(held, grad)


RAW: Final[Arithmetic] = RawArithmetic()
TENSORS: Final[Arithmetic] = TensorArithmetic()

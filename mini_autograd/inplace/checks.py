"""What torch checks before it writes: the history, the memory, then what would be written."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from mini_autograd.arrays import dtypes, layout
from mini_autograd.arrays.dims import wrap_dim
from mini_autograd.core.modes import warn_once
from mini_autograd.core.modes.transforms import state as transforms
from mini_autograd.core.op import Common, Expanded, InPlace
from mini_autograd.core.tensor.history import check_creation, has_history
from mini_autograd.core.tensor.tensor import Tensor, level_of
from mini_autograd.messages.functions import transforms as func_errors
from mini_autograd.messages.ops import kernels as kernel_errors
from mini_autograd.messages.ops.kernels import ComplexHalfError
from mini_autograd.messages.tensors import conversion as conversion_errors
from mini_autograd.messages.tensors import inplace as errors
from mini_autograd.messages.tensors import state as tensor_errors
from mini_autograd.ops.shape.views import check_written_shape


def _fills(tensor: Tensor, given: Sequence[Tensor], at: int) -> bool:
    """Whether what is written is one number under one mask that fits, for which torch fills; the
    mask stands at the dim `at`."""
    if len(given) != 2 or given[0]._array.dtype.kind != "b" or given[1]._array.size != 1:
        return False
    mask = given[0]._array.shape
    return tensor._array.shape[at : at + len(mask)] == mask


def check_history(tensor: Tensor, needs_grad: bool) -> None:
    """A leaf that requires grad has no history to add to, nor has a view of one."""
    if not needs_grad:
        return
    base = tensor._base
    if base is not None:
        check_creation(tensor, indirect=False)
        if tensor._requires_grad and base._node is None:
            raise tensor_errors.view_of_leaf_in_place()
    if tensor._requires_grad and not has_history(tensor):
        raise tensor_errors.leaf_in_place()


def check_memory(
    op: InPlace, tensor: Tensor, given: Sequence[Tensor], *, fills: int | None = None
) -> None:
    """Refuses memory that is written to twice, or read from while it is written to.

    `fills`: the dim of the mask under which the op may fill instead, if nothing else was refused.
    """
    array = tensor._array
    if op.real_result and array.dtype.kind == "c":
        raise errors.complex_in_place("abs")
    if op.common is Common.ITSELF and given and _is_same(array, given[0]._array):
        return
    if layout.shows_twice(array):
        if tensor._conjugated:  # torch conjugates it where it is before it calls the op
            raise errors.overlapping_write()
        if op.expanded is Expanded.WARNED:
            warnings.warn(errors.expanded_write(op.name), UserWarning, stacklevel=4)
            if fills is not None and _fills(tensor, given, fills):
                warnings.warn(errors.expanded_write("masked_fill_"), UserWarning, stacklevel=4)
        elif op.expanded is Expanded.MATRICES:
            if not _matrices_follow(array):
                raise errors.overlapping_write()
        elif op.expanded is Expanded.REAL:
            if array.dtype.kind == "c":
                raise errors.overlapping_write()
        elif op.expanded is not Expanded.ALLOWED and (op.expanded is Expanded.REFUSED or given):
            raise errors.overlapping_write()
    if op.common is Common.ANYTHING or not array.size:
        return
    for each in given:
        if op.common is Common.NOTHING and each is tensor:
            raise errors.partly_overlapping()
        other = each._array
        if not other.size or not np.may_share_memory(array, other):
            continue
        if not layout.is_dense(array) or not layout.is_dense(other):
            continue  # too hard to tell, torch finds
        if op.common is Common.NOTHING or not _is_same(array, other):
            raise errors.partly_overlapping()


def _is_same(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    """Whether two arrays show the same memory in the same way."""
    return (
        a.dtype == b.dtype
        and a.shape == b.shape
        and a.strides == b.strides
        and a.__array_interface__["data"] == b.__array_interface__["data"]
    )


def _matrices_follow(array: np.ndarray[Any, Any]) -> bool:
    """Whether torch writes a batch of triangles where it is, and not by way of a copy."""
    if array.ndim <= 3:
        return True
    wanted = array.itemsize * array.shape[-1] * array.shape[-2]
    for dim in range(array.ndim - 3, -1, -1):
        if dim == 0 and (array.strides[0] == 0 or array.shape[0] == 1):
            continue
        if array.strides[dim] != wanted:
            return False
        wanted *= array.shape[dim]
    return True


def check_operands(op: InPlace, tensor: Tensor, given: Sequence[Any], refused: Exception) -> None:
    """Where the out-of-place op refused, torch's in-place op may find another fault first.

    `given` are the tensors, then the numbers.
    """
    if op.check is not None:
        op.check(tensor, given)
    if op.shapes_first:
        for each in given:
            if isinstance(each, Tensor):
                check_written_shape(tensor, each)
    of_tensors = any(isinstance(each, Tensor) for each in given)
    casts_first = op.casts_first and (of_tensors or not op.numbers_refused_first)
    if isinstance(refused, NotImplementedError if casts_first else ComplexHalfError):
        operands = (tensor, *given)
        found = dtypes.result_type(
            [each._array if isinstance(each, Tensor) else each for each in operands]
        )
        if not dtypes.can_cast(found, tensor.dtype):
            if op.number_cast and not of_tensors:
                raise tensor_errors.result_cast(found, tensor.dtype, tensor.dtype.cpp_name)
            raise tensor_errors.result_cast(found, tensor.dtype)


def check_asked(tensor: Tensor, dim: Any, asked: Any) -> None:
    """Whether a running sum is to be of the tensor's own dtype, after torch looked at the dim."""
    if isinstance(asked, dtypes.dtype) and asked is not tensor.dtype and type(dim) is int:
        wrap_dim(dim, tensor._array.ndim)
        raise errors.bad_dtype(tensor.dtype, asked)


def check_result(op: InPlace, tensor: Tensor, result: Tensor, given: Sequence[Tensor]) -> None:
    """Whether the result can be written: the tensor's shape, and no higher kind of number.

    `given` are the tensors among the arguments.
    """
    array, values = tensor._array, result._array
    if values.shape != array.shape:
        if op.check is not None:
            op.check(tensor, given)
        if op.product:
            raise errors.bad_size(array.shape, values.shape)
        raise tensor_errors.result_shape(array.shape, values.shape)
    wanted, found = tensor.dtype, result.dtype
    if found is wanted:
        return
    if op.running is not None:
        if wanted is dtypes.bool_ and array.ndim and array.size:
            raise kernel_errors.not_implemented(op.running, wanted)
    elif not dtypes.can_cast(found, wanted):
        if wanted is dtypes.float16 and not any(
            each._array.dtype.kind == "c" and each.ndim >= min(1, array.ndim) for each in given
        ):
            found = dtypes.COMPLEX_HALF if found is dtypes.complex64 else found
        if op.number_cast and not given:
            raise tensor_errors.result_cast(found, wanted, wanted.cpp_name)
        raise tensor_errors.result_cast(found, wanted)


def check_captured(
    op: InPlace, tensor: Tensor, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> None:
    """Whether a transformed function may write to a tensor: to those alone that it made.

    Raises:
        RuntimeError: it is from outside.
    """
    if level_of(tensor) != transforms.level:
        of_number, of_tensor = op.overloads
        form = of_tensor if args and isinstance(args[-1], Tensor) else of_number
        mode = "_mode" if kwargs.get("rounding_mode") else ""
        raise func_errors.captured_write(f"{op.name}{form}{mode}")


def warn_of_truths(tensor: Tensor, operands: Iterable[Any]) -> None:
    """Warns where what complex numbers are compared to is cast to a real tensor: torch computes in
    the dtype that all have in common."""
    if tensor._array.dtype.kind in "cb" or not tensor._array.size:
        return
    if any(
        each._array.dtype.kind == "c" if isinstance(each, Tensor) else isinstance(each, complex)
        for each in operands
    ):
        warn_once.once(conversion_errors.casts_complex(), stacklevel=4)

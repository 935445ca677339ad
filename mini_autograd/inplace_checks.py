"""What torch checks before it writes: the history, the memory, then what would be written."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from mini_autograd import dtypes, layout
from mini_autograd.errors import gathering as mask_errors
from mini_autograd.errors import inplace as errors
from mini_autograd.errors import pointwise as kernel_errors
from mini_autograd.errors import tensors as tensor_errors
from mini_autograd.ops.views import broadcast_shape
from mini_autograd.tensor import Tensor, check_creation

# Ops that read nothing but what they write, and those whose kernels refuse any memory in common.
_UNCHECKED: Final = frozenset({"fill_", "zero_", "tril_", "triu_"})
_FILLS: Final = _UNCHECKED | {"masked_fill_", "index_fill_"}
# Those that are not made of TensorIterator refuse in other words, and do not cast their result.
_PRODUCTS: Final = frozenset({"addmm_", "addmv_", "baddbmm_"})
_RUNNING: Final = {"cumsum_": "cumsum_out_cpu", "cumprod_": "cumprod_out_cpu"}
_CLAMPS: Final = frozenset({"clamp_", "clamp_max_", "clamp_min_", "clip_"})
_DIVISIONS: Final = frozenset({"remainder_", "fmod_", "floor_divide_", "div_", "divide_"})
_SCATTERS: Final = frozenset(
    {"index_add_", "index_copy_", "index_put_", "put_", "scatter_", "scatter_add_"}
)


def check_history(tensor: Tensor, needs_grad: bool) -> None:
    """A leaf that requires grad has no history to add to, nor has a view of one."""
    if not needs_grad:
        return
    base = tensor._base
    if base is not None:
        check_creation(tensor, indirect=False)
        if tensor._requires_grad and base._node is None:
            raise tensor_errors.view_of_leaf_in_place()
    if tensor._requires_grad and tensor.grad_fn is None:
        raise tensor_errors.leaf_in_place()


def check_memory(name: str, tensor: Tensor, given: Sequence[Tensor]) -> None:
    """Refuses memory that is written to twice, or read from while it is written to."""
    array = tensor._array
    if name == "copy_" and given and _is_same(array, given[0]._array):
        return  # there is nothing to do
    if layout.shows_twice(array):
        if name == "index_put_":
            warnings.warn(errors.EXPANDED_INDEX_PUT, UserWarning, stacklevel=3)
        elif name not in _FILLS or (name == "fill_" and given):  # of a tensor it is a copy
            raise errors.overlapping_write()
        elif name not in _UNCHECKED:
            warnings.warn(errors.expanded_write(name), UserWarning, stacklevel=3)
    if name in _FILLS or not array.size:
        return
    for other in [each._array for each in given]:
        if not other.size or not np.may_share_memory(array, other):
            continue
        if not layout.is_dense(array) or not layout.is_dense(other):
            continue  # too hard to tell, torch finds
        if name in _SCATTERS or not _is_same(array, other):
            raise errors.partly_overlapping()


def _is_same(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    """Whether two arrays show the same memory in the same way."""
    return (
        a.dtype == b.dtype
        and a.shape == b.shape
        and a.strides == b.strides
        and a.__array_interface__["data"] == b.__array_interface__["data"]
    )


def check_operands(name: str, tensor: Tensor, given: Sequence[Tensor], refused: Exception) -> None:
    """Where the out-of-place op refused, torch's in-place op may find another fault first."""
    shape = tensor._array.shape
    if name == "masked_fill_" and given:
        mask = given[0]
        if mask.dtype is not dtypes.bool_:
            raise mask_errors.mask_dtype(name, mask.dtype.cpp_name)
        broadcast_shape(shape, mask._array.shape)
    if name == "addmm_" and len({tensor.dtype, *[each.dtype for each in given]}) == 1 < len(given):
        rows, columns = given[0]._array.shape, given[1]._array.shape
        if len(rows) == len(columns) == 2 and rows[1] == columns[0]:
            wanted = rows[0], columns[1]
            if shape != wanted:
                raise errors.bad_size(shape, wanted)
    if name.startswith("bitwise_") or name in _DIVISIONS:
        for each in given:
            common = broadcast_shape(shape, each._array.shape)
            if shape != common:
                raise tensor_errors.result_shape(shape, common)
    if isinstance(refused, NotImplementedError) and name.startswith("bitwise_"):
        found = dtypes.result_type([tensor._array, *[each._array for each in given]])
        if not dtypes.can_cast(found, tensor.dtype):
            raise tensor_errors.result_cast(found, tensor.dtype)


def check_result(
    name: str,
    tensor: Tensor,
    result: Tensor,
    given: Sequence[Tensor],
    asked: dtypes.dtype | None,
) -> None:
    """Whether the result can be written: the tensor's shape, and no higher kind of number.

    `given` are the tensors and `asked` the dtype among the arguments.
    """
    array, values = tensor._array, result._array
    if values.shape != array.shape:
        if name in _PRODUCTS:
            raise errors.bad_size(array.shape, values.shape)
        raise tensor_errors.result_shape(array.shape, values.shape)
    wanted, found = tensor.dtype, result.dtype
    if found is wanted:
        return
    if name in _RUNNING:
        if asked is not None:
            raise errors.bad_dtype(wanted, found)
        if wanted is dtypes.bool_ and array.ndim and array.size:
            raise kernel_errors.not_implemented(_RUNNING[name], array.dtype)
    elif not dtypes.can_cast(found, wanted):
        if name in _CLAMPS and not given:
            raise tensor_errors.result_cast(found, wanted, wanted.cpp_name)
        raise tensor_errors.result_cast(found, wanted)

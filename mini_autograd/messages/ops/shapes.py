"""Errors and warnings of shapes, dims and strides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mini_autograd.messages.message import Message

if TYPE_CHECKING:
    from mini_autograd.arrays.dtypes import dtype

# fmt: off

# Dims, and shapes that broadcast.
_broadcast = Message(RuntimeError, "The size of tensor a ({a}) must match the size of tensor b "
    "({b}) at non-singleton dimension {dim}")


def broadcast(a: Sequence[int], b: Sequence[int]) -> RuntimeError:
    """Two shapes that do not broadcast: names the last dimension where they differ."""
    for back in range(1, min(len(a), len(b)) + 1):
        if a[-back] != b[-back] and 1 not in (a[-back], b[-back]):
            return _broadcast(a[-back], b[-back], max(len(a), len(b)) - back)
    raise AssertionError(f"{a} and {b} broadcast")
_dim_range = Message(IndexError,
    "Dimension out of range (expected to be in range of [{low}, {high}], but got {dim})")


def dim_range(dim: int, ndim: int) -> IndexError:
    """A dim outside of the tensor; a 0-d tensor counts as having one."""
    ndim = max(ndim, 1)
    return _dim_range(-ndim, ndim - 1, dim)


repeated_dim = Message(RuntimeError, "dim {dim} appears multiple times in the list of dims")
no_dims = Message(IndexError, "Dimension specified as {dim} but tensor has no dimensions")

# `view`, `expand`, `flatten`, `unflatten`.
only_one_inferred = Message(RuntimeError, "only one dimension can be inferred")
invalid_size = Message(RuntimeError,
    "invalid shape dimension {size} at index {index} of shape {shape:list}")
wrong_element_count = Message(RuntimeError,
    "shape '{shape:list}' is invalid for input of size {count}")
ambiguous_inference = Message(RuntimeError, "cannot reshape tensor of 0 elements into shape "
    "{shape:list} because the unspecified dimension size -1 can be any value and is ambiguous")
view_needs_copy = Message(RuntimeError,
    "view size is not compatible with input tensor's size and stride (at least one dimension "
    "spans across two contiguous subspaces). Use .reshape(...) instead.")
expand_too_few = Message(RuntimeError, "expand({scalar:legacy}{{{shape:list}}}, "
    "size={sizes:list}): the number of sizes provided ({sizes:count}) must be greater or equal to "
    "the number of dimensions in the tensor ({shape:count})")
expand_leading = Message(RuntimeError, "The expanded size of the tensor ({size}) isn't allowed in "
    "a leading, non-existing dimension {dim}")
elements_overflow = Message(RuntimeError, "numel: integer multiplication overflow")
expand_mismatch = Message(RuntimeError,
    "The expanded size of the tensor ({wanted}) must match the existing size ({size}) at "
    "non-singleton dimension {dim}.  Target sizes: {sizes:list}.  Tensor sizes: {shape:list}")
flatten_order = Message(RuntimeError,
    "flatten() has invalid args: start_dim cannot come after end_dim")
unflatten_empty = Message(RuntimeError, "unflatten: sizes must be non-empty")
# torch adds its C++ stack.
unflatten_unexpected = Message(RuntimeError, "unflatten got an unexpected error:\n{error}")
_unflatten_sizes = Message(RuntimeError, "unflatten: Provided sizes {sizes:list} don't multiply up "
    "to the size of dim {dim} ({size}) in the input tensor")


def unflatten_sizes(sizes: Sequence[int], dim: int, size: int, error: Exception) -> RuntimeError:
    """`unflatten` into sizes of another product."""
    if "is invalid for input of size" not in str(error):
        return unflatten_unexpected(error)
    return _unflatten_sizes(sizes, dim, size)


# Transposing and permuting.
not_a_matrix_to_transpose = Message(RuntimeError,
    "t() expects a tensor with <= 2 dimensions, but self is {ndim}D")
matrix_property = Message(RuntimeError,
    "tensor.{name} is only supported on matrices or batches of matrices. Got {ndim}-D tensor.")
_not_a_matrix_for_h = Message(RuntimeError,
    "tensor.H is only supported on matrices (2-D tensors). Got {ndim}-D tensor.{hint}")


def not_a_matrix_for_h(ndim: int) -> RuntimeError:
    """`H` of other than a matrix."""
    hint = " For batches of matrices, consider using tensor.mH" if ndim > 2 else ""
    return _not_a_matrix_for_h(ndim, hint)


permute_length = Message(RuntimeError, "permute(sparse_coo): number of dimensions in the tensor "
    "input does not match the length of the desired ordering of dimensions i.e. input.dim() = "
    "{ndim} is not equal to len(dims) = {given}")
permute_repeated = Message(RuntimeError, "permute(): duplicate dims are not allowed.")
movedim_lengths = Message(RuntimeError,
    "movedim: Invalid source or destination dims: source ({source:list} dims) should contain the "
    "same number of dims as destination ({destination:list} dims)")
movedim_repeated = Message(RuntimeError, "movedim: repeated dim in `{which}` ({dims:list})")
not_a_tensor = Message(TypeError,
    "expected Tensor as element {index} in argument 0, but got {value:type}")
reversed_dims = Message(UserWarning, "The use of `x.T` on tensors of dimension other than 2 to "
    "reverse their shape is deprecated and it will throw an error in a future release. Consider "
    "`x.mT` to transpose batches of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to "
    "reverse the dimensions of a tensor.")
ZERO_DIM_PROPERTIES = {
    "T": "This function is the identity in these cases.",
    "mT": "This function is the identity in these cases.",
    "H": "Consider using x.conj().",
    "mH": "Consider using x.conj().",
    "adjoint()": "Consider using x.conj().",
}


_zero_dim_property = Message(UserWarning, "{name} is deprecated on 0-D tensors. {advice}")


def zero_dim_property(name: str) -> UserWarning:
    """`T` and its kin of a number."""
    shown = name if name.endswith("()") else f"Tensor.{name}"
    return _zero_dim_property(shown, ZERO_DIM_PROPERTIES[name])


# `broadcast_shapes`.
no_shape = Message(RuntimeError,
    "Input shapes should be of type ints, a tuple of ints, or a list of ints, got {value}")
negative_broadcast = Message(ValueError,
    "Attempting to broadcast a dimension with negative length!")
_broadcast_shapes = Message(RuntimeError,
    "Attempting to broadcast a dimension of length {length} at {dim}! Mismatching argument at "
    "index {position} had {shape}; but expected shape should be broadcastable to {common:list}")


def broadcast_shapes(
    dim: int, position: int, shape: Sequence[int], common: Sequence[int]
) -> RuntimeError:
    """Shapes that do not broadcast, where `broadcast_shapes` finds it."""
    return _broadcast_shapes(shape[dim], dim, position, shape, common)

# Memory formats.
format_rank = Message(RuntimeError, "required rank {rank} tensor to use {name} format")
contiguous_preserve = Message(RuntimeError,
    "preserve memory format is unsupported by the contiguous operator")

# Views by strides and by dtype: `as_strided`, `unfold`, `view(dtype)`.
lengths = Message(RuntimeError, "mismatch in length of strides and shape")
negative_strides = Message(RuntimeError,
    "as_strided: Negative strides are not supported at the moment, got strides: {strides:list}")
negative_sizes = Message(RuntimeError,
    "Storage size calculation overflowed with sizes={sizes:list} and strides={strides:list}")
negative_offset = Message(RuntimeError, "Tensor: invalid storage offset {offset}")
out_of_storage = Message(RuntimeError, "setStorage: sizes {sizes:list}, strides {strides:list}, "
    "storage offset {offset}, and itemsize {itemsize} requiring a storage size of {needed} are out "
    "of bounds for storage of size {available}")
unfold_too_large = Message(RuntimeError,
    "maximum size for tensor at dimension {dim} is {size} but size is {wanted}")
unfold_step = Message(RuntimeError, "step is {step} but must be > 0")
unfold_size = Message(RuntimeError, "size is {size} but must be >= 0")
_view_dtype = Message(RuntimeError, "{requirement} to view {found.scalar_name} as "
    "{wanted.scalar_name} (different element sizes){tail}")


def view_dtype(requirement: str, found: dtype, wanted: dtype, got: int | None) -> RuntimeError:
    """`view(dtype)` where the elements do not line up; `requirement` is torch's first words."""
    return _view_dtype(requirement, found, wanted, "" if got is None else f", but got {got}")

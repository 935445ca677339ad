"""Errors and warnings of indexing, gathering, scattering and masks."""

from __future__ import annotations

from collections.abc import Sequence

from mini_autograd.messages.message import Message

# fmt: off

# `x[...]`, `select`, `index_put`, and writing to a part of a tensor.
byte_mask = Message(UserWarning,
    "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.")
byte_mask_scattered = Message(UserWarning, "masked_scatter_ received a mask with dtype "
    "torch.uint8, this behavior is now deprecated,please use a mask with dtype torch.bool instead.")
sequence_index = Message(UserWarning, "Using a non-tuple sequence for multidimensional indexing is "
    "deprecated and will be changed in pytorch 2.9; use x[tuple(seq)] instead of x[seq]. In "
    "pytorch 2.9 this will be interpreted as tensor index, x[torch.tensor(seq)], which will result "
    "either in an error or a different result")
zero_dim_index = Message(IndexError, "invalid index of a 0-dim tensor. Use `tensor.item()` in "
    "Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number")
zero_dim = Message(IndexError, "{name}() cannot be applied to a 0-dim tensor.")
out_of_bounds = Message(IndexError,
    "index {index} is out of bounds for dimension {dim} with size {size}")
empty_dim = Message(IndexError, "index is out of bounds for dimension with size 0")
out_of_range_select = Message(IndexError,
    "select(): index {index} out of range for tensor of size {shape:list} at dimension {dim}")
too_many_indices = Message(IndexError, "too many indices for tensor of dimension {ndim}")
too_many_index_tensors = Message(IndexError,
    "too many indices for tensor of dimension {ndim} (got {got})")
no_index = Message(RuntimeError, "sym_strides() called on an undefined Tensor")
step_not_positive = Message(ValueError, "step must be greater than zero")
step_not_positive_slice = Message(RuntimeError, "slice step must be positive")
slice_bound = Message(TypeError,
    "slice indices must be integers or None or have an __index__ method")
invalid_index = Message(IndexError, "only integers, slices (`:`), ellipsis (`...`), None and long "
    "or byte Variables are valid indices (got {value:type})")
index_dtype = Message(IndexError, "tensors used as indices must be long, int, byte or bool tensors")
mask_shape = Message(IndexError, "The shape of the mask {mask:list} at index {mask_dim} does not "
    "match the shape of the indexed tensor {shape:list} at index {dim}")
index_shapes = Message(IndexError,
    "shape mismatch: indexing tensors could not be broadcast together with shapes {shapes:lists}")
value_shape = Message(RuntimeError, "shape mismatch: value tensor of shape {value:list} cannot be "
    "broadcast to indexing result of shape {result:list}")
put_dtypes = Message(RuntimeError, "Index put requires the source and destination dtypes match, "
    "got {self_dtype} for the destination and {values} for the source.")
assigned_type = Message(TypeError, "can't assign a {value:type} to a torch.{type_name}")
source_slice = Message(RuntimeError, "expected src to have a size equal to the slice of self. src "
    "size = {src:list}, slice size = {part:list}")

# `gather`, `scatter`, `take_along_dim`.
reduce_deprecated = Message(UserWarning,
    "The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a "
    "future PyTorch release. Use torch.scatter_reduce instead for more reduction options.")


def is_while_writing(error: Exception) -> bool:
    """Whether an op in place meets it after it has looked at memory."""
    return "while_writing" in vars(error)


out_of_bounds_scatter = Message(RuntimeError,
    "index {index} is out of bounds for dimension {dim} with size {size}", mark="while_writing")
scatter_index_dtype = Message(RuntimeError, "{name}(): Expected dtype int32/int64 for index")
index_rank = Message(RuntimeError,
    "Index tensor must have the same number of dimensions as {against} tensor")
gather_size = Message(RuntimeError, "Size does not match at dimension {dim} expected index "
    "{index:list} to be no larger than self {shape:list} apart from dimension {apart}")
_scatter_size = Message(RuntimeError, "Expected index {index:list} to be no larger than self "
    "{shape:list} apart from dimension {apart}{source}")


def scatter_size(
    index: Sequence[int], shape: Sequence[int], apart: int, src: Sequence[int] | None
) -> RuntimeError:
    """An index larger than the tensor that is scattered into, or than its source."""
    source = "" if src is None else f" and to be no larger size than src {list(src)}"
    return _scatter_size(index, shape, apart, source)


scatter_dtypes = Message(RuntimeError, "scatter(): Expected self.dtype to be equal to src.dtype")
scatter_reduce_name = Message(RuntimeError, "reduce argument must be either add or multiply.")
along_dim_rank = Message(RuntimeError,
    "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
    "{ndim} dimensions for input, and {indices} dimensions for indices")
along_dim_dtype = Message(RuntimeError,
    "torch.take_along_dim(): dtype of indices should be Long but got {found}")

# `index_select` and its kin, `take`, `put`.
select_index_rank = Message(IndexError, "index_select(): Index is supposed to be a vector")
select_index_dtype = Message(RuntimeError,
    "index_select(): Expected dtype int32 or int64 for index")
select_scalar = Message(RuntimeError,
    "index_select(): Index to scalar can have only 1 value, got {count} value(s)")
select_out_of_range = Message(IndexError, "index out of range in self", mark="while_writing")
select_empty_dim = Message(RuntimeError,
    "index_select(): self indexing axis dim should be positive")
select_out_of_data = Message(RuntimeError,
    "INDICES element is out of DATA bounds, id={index} axis_dim={size}")
add_index_dtype = Message(RuntimeError,
    "index_add_(): Expected dtype int32/int64 for index but got: {found}")
add_index_rank = Message(IndexError, "index_add_(): Index is supposed to be a vector, but got dim: "
    "{ndim} with type: {found} and size: {shape:list}")
add_dtypes = Message(RuntimeError,
    "index_add_(): self ({self_dtype}) and source ({source}) must have the same scalar type")
add_count = Message(RuntimeError, "index_add_(): Number of indices ({indices}) should be equal to "
    "source.size(dim): ({size}), for dim: {dim}")
add_dim = Message(RuntimeError,
    "index_add_(): Indexing dim {dim} is out of bounds of the source tensor with dim {ndim}")
add_shapes = Message(RuntimeError, "source tensor shape must match self tensor shape, excluding "
    "the specified dimension. Got self.shape = {shape:list} source.shape = {source:list}")
fill_index_rank = Message(RuntimeError, "Index has to be a vector/scalar")
fill_complex = Message(RuntimeError,
    "index_fill_(): Converting complex Scalar to non-complex type is not supported")
fill_index_dtype = Message(IndexError, "index_fill_(): Expected dtype int64 for index.")
take_index_dtype = Message(RuntimeError,
    "take(): Expected a long tensor for index, but got {found}")
take_out_of_range = Message(IndexError, "out of range: tried to access index {index} on a tensor "
    "of {count} elements.", mark="while_writing")
take_from_empty = Message(IndexError, "take(): tried to take from an empty tensor")
put_into_empty = Message(IndexError, "put_(): Tried to put elements into an empty tensor")
copy_index_rank = Message(IndexError,
    "index_copy_(): Index should have dimension 1 or 0 (got {ndim})")
copy_scalar = Message(IndexError,
    "index_copy_(): When source is scalar, index should have one element (got {indices})")
copy_ranks = Message(IndexError,
    "index_copy_(): When source and destination are not scalars, their dimensionality must match. "
    "Source dimensionality ({source}), destination dimensionality ({destination})")
copy_index_dtype = Message(RuntimeError,
    "index_copy_(): Expected a long tensor for index, but got {found}")
copy_dtypes = Message(RuntimeError, "index_copy_(): self and source expected to have the same "
    "dtype, but got (self) {self_dtype} and (source) {source}")
copy_shapes = Message(RuntimeError, "index_copy_(): Source/destination tensor must have same slice "
    "shapes. Destination slice shape: {shape:spaced} at dimension {dim} and source slice shape: "
    "{source:spaced} at dimension 0.", order="shape source dim")
copy_count = Message(IndexError,
    "index_copy_(): Number of indices ({indices}) should be equal to source.size(dim) ({size})")
copy_out_of_bounds = Message(IndexError,
    "index_copy_(): index {index} is out of bounds for dimension {dim} with size {size}")
put_source_dtypes = Message(RuntimeError, "put_(): self and source expected to have the same "
    "dtype, but got self.dtype = {self_dtype} and source.dtype = {source}")
put_index_dtype = Message(RuntimeError, "put_(): Expected a long tensor for index, but got {found}")
put_count = Message(IndexError, "put_(): Expected source and index to have the same number of "
    "elements, but got source.numel() = {source}, index.numel() = {index}")

# Masks, and what fills them.
fill_value_rank = Message(RuntimeError,
    "{name} only supports a 0-dimensional value tensor, but got tensor with {ndim} dimension(s).")
mask_dtype = Message(RuntimeError,
    "{name} only supports boolean masks, but got mask with dtype {found}")
select_mask_dtype = Message(RuntimeError, "masked_select: expected BoolTensor for mask")
# Without a space, as torch has it.
masked_scatter_dtypes = Message(RuntimeError,
    "masked_scatter: expected self and source to have same dtypes but got{self_dtype} and {source}")
source_too_short = Message(RuntimeError, "Number of elements of source < number of ones in mask")

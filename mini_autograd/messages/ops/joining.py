"""Errors of joining, splitting and rearranging: cat, stack, split, roll, repeat, diagonals."""

from mini_autograd.messages.message import Message
from mini_autograd.messages.ops.kernels import not_implemented as not_implemented

# fmt: off

# `cat`, `stack`.
cat_nothing = Message(ValueError, "torch.cat(): expected a non-empty list of Tensors")
cat_zero_dim = Message(RuntimeError,
    "zero-dimensional tensor (at position {position}) cannot be concatenated")
cat_ranks = Message(RuntimeError,
    "Tensors must have same number of dimensions: got {first} and {other}")
cat_sizes = Message(RuntimeError, "Sizes of tensors must match except in dimension {dim}. Expected "
    "size {expected} but got size {got} for tensor number {position} in the list.")
stack_nothing = Message(RuntimeError, "{name} expects a non-empty TensorList")
stack_sizes = Message(RuntimeError, "stack expects each tensor to be equal size, but got "
    "{first:list} at entry 0 and {other:list} at entry {position}")

# `split`, `chunk`, `tensor_split`.
split_zero_dim = Message(RuntimeError, "{name} expects at least a 1-dimensional tensor")
split_negative = Message(RuntimeError,
    "split expects split_size be non-negative, but got split_size={size}")
split_by_zero = Message(RuntimeError,
    "split_size can only be 0 if dimension size is 0, but got dimension size of {size}")
split_sum = Message(RuntimeError,
    "split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's size at "
    "dimension {dim}), but got split_sizes={sizes:list}", order="sizes size dim")
split_negative_sizes = Message(RuntimeError, "split_with_sizes expects split_sizes have only "
    "non-negative entries, but got split_sizes={sizes:list}")
chunk_count = Message(RuntimeError, "chunk expects `chunks` to be greater than 0, got: {chunks}")
sections_count = Message(RuntimeError, "number of sections must be larger than 0, got {sections}")
tensor_split_dtype = Message(RuntimeError, "tensor_split expected tensor_indices_or_sections to "
    "have dtype of long, but got {given.scalar_name}")
tensor_split_rank = Message(RuntimeError, "tensor_split expected tensor_indices_or_sections to be "
    "a zero-dimensional or one-dimensional tensor, but got a tensor with {ndim} dims")
tensor_split_zero_dim = Message(RuntimeError,
    "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")

# `narrow`.
narrow_zero_dim = Message(RuntimeError, "narrow() cannot be applied to a 0-dim tensor.")
narrow_length = Message(RuntimeError, "narrow(): length must be non-negative.")
narrow_start_tensor = Message(RuntimeError, "start must be an 0-dim integral Tensor.")
_narrow_start = Message(IndexError,
    "start out of range (expected to be in range of [{low}, {size}], but got {start})")


def narrow_start(start: int, size: int) -> IndexError:
    """`narrow` from outside of the dim."""
    return _narrow_start(-size, size, start)


narrow_end = Message(RuntimeError,
    "start ({start}) + length ({length}) exceeds dimension size ({size}).")

# `fliplr`, `flipud`, `roll`, `repeat`, `repeat_interleave`.
rank_at_least = Message(RuntimeError, "Input must be >= {ndim}-d.")
roll_nothing = Message(RuntimeError, "`shifts` required")
roll_lengths = Message(RuntimeError,
    "shifts and dimensions must align. shifts: {shifts}, dims:{dims}")
repeat_too_few = Message(RuntimeError,
    "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
negative_size = Message(RuntimeError,
    "Trying to create tensor with negative dimension {size}: {shape:list}")
negative_repeats = Message(RuntimeError, "Repeats must be non-negative")
repeats_negative = Message(RuntimeError, "repeats can not be negative")
repeats_rank = Message(RuntimeError, "repeats must be 0-dim or 1-dim tensor")
repeats_sizes = Message(RuntimeError, "repeats must have the same size as input along dim, but got "
    "repeats.size(0) = {repeats} and input.size({dim}) = {size}")
repeats_no_vector = Message(RuntimeError, "repeat_interleave only accept 1D vector as repeat")
repeats_allocated = Message(RuntimeError, "allocated size does not match required size")
repeats_output_size = Message(RuntimeError,
    "repeat_interleave: Invalid output_size, expected {expected} but got {given}")

# Diagonals and triangles.
triangle_rank = Message(RuntimeError, "{name}: input tensor must have at least 2 dimensions")
identical_diagonal_dims = Message(RuntimeError,
    "diagonal dimensions cannot be identical {dim1}, {dim2}")
diag_rank = Message(RuntimeError, "diag(): Supports 1D or 2D tensors. Got {ndim}D")
trace_rank = Message(RuntimeError, "trace: expected a matrix, but got tensor with dim {ndim}")

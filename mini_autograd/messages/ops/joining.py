"""Errors of joining, splitting and rearranging: cat, stack, split, roll, repeat, diagonals."""

from __future__ import annotations

from collections.abc import Sequence

from mini_autograd.messages.ops.kernels import not_implemented as not_implemented


def cat_nothing() -> ValueError:
    """`cat([])`."""
    return ValueError("torch.cat(): expected a non-empty list of Tensors")


def cat_zero_dim(position: int) -> RuntimeError:
    """`cat` of a 0-d tensor."""
    return RuntimeError(f"zero-dimensional tensor (at position {position}) cannot be concatenated")


def cat_ranks(first: int, other: int) -> RuntimeError:
    """`cat` of tensors of different ranks."""
    return RuntimeError(f"Tensors must have same number of dimensions: got {first} and {other}")


def cat_sizes(dim: int, expected: int, got: int, position: int) -> RuntimeError:
    """`cat` of tensors that differ in another dim."""
    return RuntimeError(
        f"Sizes of tensors must match except in dimension {dim}. Expected size {expected} but got "
        f"size {got} for tensor number {position} in the list."
    )


def stack_nothing(name: str) -> RuntimeError:
    """`stack([])`."""
    return RuntimeError(f"{name} expects a non-empty TensorList")


def stack_sizes(first: Sequence[int], other: Sequence[int], position: int) -> RuntimeError:
    """`stack` of tensors of different shapes."""
    return RuntimeError(
        f"stack expects each tensor to be equal size, but got {list(first)} at entry 0 and "
        f"{list(other)} at entry {position}"
    )


def split_zero_dim(name: str) -> RuntimeError:
    """`split` or `chunk` of a 0-d tensor."""
    return RuntimeError(f"{name} expects at least a 1-dimensional tensor")


def split_negative(size: int) -> RuntimeError:
    """`split(-1)`."""
    return RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")


def split_by_zero(size: int) -> RuntimeError:
    """`split(0)` of something."""
    return RuntimeError(
        f"split_size can only be 0 if dimension size is 0, but got dimension size of {size}"
    )


def split_sum(sizes: Sequence[int], size: int, dim: int) -> RuntimeError:
    """Sizes that do not make up the dim."""
    return RuntimeError(
        f"split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's size at "
        f"dimension {dim}), but got split_sizes={list(sizes)}"
    )


def split_negative_sizes(sizes: Sequence[int]) -> RuntimeError:
    """A negative size among several."""
    return RuntimeError(
        "split_with_sizes expects split_sizes have only non-negative entries, but got "
        f"split_sizes={list(sizes)}"
    )


def chunk_count(chunks: int) -> RuntimeError:
    """`chunk(0)`."""
    return RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")


def sections_count(sections: int) -> RuntimeError:
    """`tensor_split(0)`."""
    return RuntimeError(f"number of sections must be larger than 0, got {sections}")


def tensor_split_zero_dim() -> RuntimeError:
    """`tensor_split` of a 0-d tensor."""
    return RuntimeError(
        "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims"
    )


def narrow_zero_dim() -> RuntimeError:
    """`narrow` of a 0-d tensor."""
    return RuntimeError("narrow() cannot be applied to a 0-dim tensor.")


def narrow_length() -> RuntimeError:
    """`narrow` to a negative length."""
    return RuntimeError("narrow(): length must be non-negative.")


def narrow_start_tensor() -> RuntimeError:
    """`narrow` from a tensor that is no index."""
    return RuntimeError("start must be an 0-dim integral Tensor.")


def narrow_start(start: int, size: int) -> IndexError:
    """`narrow` from outside of the dim."""
    return IndexError(
        f"start out of range (expected to be in range of [{-size}, {size}], but got {start})"
    )


def narrow_end(start: int, length: int, size: int) -> RuntimeError:
    """`narrow` beyond the end of the dim."""
    return RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")


def rank_at_least(ndim: int) -> RuntimeError:
    """`fliplr` of a vector, `flipud` of a number."""
    return RuntimeError(f"Input must be >= {ndim}-d.")


def roll_nothing() -> RuntimeError:
    """`roll(())`."""
    return RuntimeError("`shifts` required")


def roll_lengths(shifts: int, dims: int) -> RuntimeError:
    """As many shifts as dims are needed."""
    return RuntimeError(f"shifts and dimensions must align. shifts: {shifts}, dims:{dims}")


def repeat_too_few() -> RuntimeError:
    """`repeat` with fewer counts than dims."""
    return RuntimeError(
        "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
    )


def negative_size(size: int, shape: Sequence[int]) -> RuntimeError:
    """`repeat(-1)`."""
    return RuntimeError(f"Trying to create tensor with negative dimension {size}: {list(shape)}")


def negative_repeats() -> RuntimeError:
    """`repeat_interleave(-1)`."""
    return RuntimeError("Repeats must be non-negative")


def repeats_negative() -> RuntimeError:
    """`repeat_interleave` with a negative count among several."""
    return RuntimeError("repeats can not be negative")


def repeats_rank() -> RuntimeError:
    """`repeat_interleave` with counts of more than one dim."""
    return RuntimeError("repeats must be 0-dim or 1-dim tensor")


def repeats_sizes(repeats: int, size: int) -> RuntimeError:
    """`repeat_interleave` with other than one count an element."""
    return RuntimeError(
        "repeats must have the same size as input along dim, but got "
        f"repeats.size(0) = {repeats} and input.size(0) = {size}"
    )


def repeats_output_size(expected: int, given: int) -> RuntimeError:
    """`repeat_interleave` with a wrong `output_size`."""
    return RuntimeError(
        f"repeat_interleave: Invalid output_size, expected {expected} but got {given}"
    )


def triangle_rank(name: str) -> RuntimeError:
    """`tril` of a vector."""
    return RuntimeError(f"{name}: input tensor must have at least 2 dimensions")


def identical_diagonal_dims(dim1: int, dim2: int) -> RuntimeError:
    """`diagonal(0, 1, 1)`."""
    return RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")


def diag_rank(ndim: int) -> RuntimeError:
    """`diag` of other than a vector or a matrix."""
    return RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {ndim}D")


def trace_rank(ndim: int) -> RuntimeError:
    """`trace` of other than a matrix."""
    return RuntimeError(f"trace: expected a matrix, but got tensor with dim {ndim}")

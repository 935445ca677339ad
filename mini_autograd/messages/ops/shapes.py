"""Errors of shapes and dims: broadcasting, view, permute, cat and their like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mini_autograd.messages.arguments import type_name


def broadcast(a: Sequence[int], b: Sequence[int]) -> RuntimeError:
    """Two shapes that do not broadcast: names the last dimension where they differ."""
    for back in range(1, min(len(a), len(b)) + 1):
        if a[-back] != b[-back] and 1 not in (a[-back], b[-back]):
            dim = max(len(a), len(b)) - back
            return RuntimeError(
                f"The size of tensor a ({a[-back]}) must match the size of tensor b "
                f"({b[-back]}) at non-singleton dimension {dim}"
            )
    raise AssertionError(f"{a} and {b} broadcast")


def dim_range(dim: int, ndim: int) -> IndexError:
    """A dim outside of the tensor; a 0-d tensor counts as having one."""
    ndim = max(ndim, 1)
    return IndexError(
        f"Dimension out of range (expected to be in range of [{-ndim}, {ndim - 1}], but got {dim})"
    )


def repeated_dim(dim: int) -> RuntimeError:
    """The same dim twice in a list."""
    return RuntimeError(f"dim {dim} appears multiple times in the list of dims")


def no_dims(dim: int) -> IndexError:
    """A dim of a 0-d tensor, where it does not count as having one."""
    return IndexError(f"Dimension specified as {dim} but tensor has no dimensions")


def only_one_inferred() -> RuntimeError:
    """`view(-1, -1)`."""
    return RuntimeError("only one dimension can be inferred")


def invalid_size(size: int, index: int, shape: Sequence[int]) -> RuntimeError:
    """`view(-2, 6)`."""
    return RuntimeError(f"invalid shape dimension {size} at index {index} of shape {list(shape)}")


def wrong_element_count(shape: Sequence[int], count: int) -> RuntimeError:
    """A shape with another number of elements."""
    return RuntimeError(f"shape '{list(shape)}' is invalid for input of size {count}")


def ambiguous_inference(shape: Sequence[int]) -> RuntimeError:
    """`empty(0).view(-1, 0)`."""
    return RuntimeError(
        f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified "
        "dimension size -1 can be any value and is ambiguous"
    )


def view_needs_copy() -> RuntimeError:
    """The elements of a shape would not lie at even steps."""
    return RuntimeError(
        "view size is not compatible with input tensor's size and stride (at least one dimension "
        "spans across two contiguous subspaces). Use .reshape(...) instead."
    )


# The dtypes that had a tensor type of their own when torch named types.
_LEGACY: Final = frozenset({"Byte", "Char", "Double", "Float", "Half", "Int", "Long", "Short"})


def expand_too_few(scalar: str, shape: Sequence[int], sizes: Sequence[int]) -> RuntimeError:
    """`expand` to fewer dims."""
    type_name = f"torch.{scalar}Tensor" if scalar in _LEGACY else f"CPU{scalar}Type"
    return RuntimeError(
        f"expand({type_name}{{{list(shape)}}}, size={list(sizes)}): the number of sizes "
        f"provided ({len(sizes)}) must be greater or equal to the number of dimensions in the "
        f"tensor ({len(shape)})"
    )


def expand_leading(size: int, dim: int) -> RuntimeError:
    """`expand(-1, …)` for a dim that does not exist yet."""
    return RuntimeError(
        f"The expanded size of the tensor ({size}) isn't allowed in a leading, non-existing "
        f"dimension {dim}"
    )


def elements_overflow() -> RuntimeError:
    """The size of a result is negative, or too large to count."""
    return RuntimeError("numel: integer multiplication overflow")


def expand_mismatch(
    wanted: int, size: int, dim: int, sizes: Sequence[int], shape: Sequence[int]
) -> RuntimeError:
    """`expand` of a dim that is not of size 1."""
    return RuntimeError(
        f"The expanded size of the tensor ({wanted}) must match the existing size ({size}) at "
        f"non-singleton dimension {dim}.  Target sizes: {list(sizes)}.  Tensor sizes: "
        f"{list(shape)}"
    )


def flatten_order() -> RuntimeError:
    """`flatten(2, 1)`."""
    return RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")


def unflatten_empty() -> RuntimeError:
    """`unflatten(0, ())`."""
    return RuntimeError("unflatten: sizes must be non-empty")


def unflatten_unexpected(error: Exception) -> RuntimeError:
    """An error that `unflatten` did not foresee; torch adds its C++ stack, which we have not."""
    return RuntimeError(f"unflatten got an unexpected error:\n{error}")


def unflatten_sizes(sizes: Sequence[int], dim: int, size: int, error: Exception) -> RuntimeError:
    """`unflatten` into sizes of another product."""
    if "is invalid for input of size" not in str(error):
        return unflatten_unexpected(error)
    return RuntimeError(
        f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} "
        f"({size}) in the input tensor"
    )


def not_a_matrix_to_transpose(ndim: int) -> RuntimeError:
    """`t()` of more than two dims."""
    return RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {ndim}D")


def matrix_property(name: str, ndim: int) -> RuntimeError:
    """`mT` or `mH` of one dim."""
    return RuntimeError(
        f"tensor.{name} is only supported on matrices or batches of matrices. Got {ndim}-D tensor."
    )


def not_a_matrix_for_h(ndim: int) -> RuntimeError:
    """`H` of other than a matrix."""
    hint = " For batches of matrices, consider using tensor.mH" if ndim > 2 else ""
    return RuntimeError(
        f"tensor.H is only supported on matrices (2-D tensors). Got {ndim}-D tensor.{hint}"
    )


def permute_length(ndim: int, given: int) -> RuntimeError:
    """`permute` with too few or too many dims."""
    return RuntimeError(
        "permute(sparse_coo): number of dimensions in the tensor input does not match the length "
        f"of the desired ordering of dimensions i.e. input.dim() = {ndim} is not equal to "
        f"len(dims) = {given}"
    )


def permute_repeated() -> RuntimeError:
    """`permute(0, 0)`."""
    return RuntimeError("permute(): duplicate dims are not allowed.")


def movedim_lengths(source: Sequence[int], destination: Sequence[int]) -> RuntimeError:
    """`movedim` with lists of different lengths."""
    return RuntimeError(
        f"movedim: Invalid source or destination dims: source ({list(source)} dims) should "
        f"contain the same number of dims as destination ({list(destination)} dims)"
    )


def movedim_repeated(which: str, dims: Sequence[int]) -> RuntimeError:
    """`movedim` of the same dim twice."""
    return RuntimeError(f"movedim: repeated dim in `{which}` ({list(dims)})")


def not_a_tensor(index: int, value: object) -> TypeError:
    """Something else in a list of tensors."""
    return TypeError(
        f"expected Tensor as element {index} in argument 0, but got {type_name(value)}"
    )


def reversed_dims() -> str:
    """The warning of `T` of what is no matrix."""
    return (
        "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is "
        "deprecated and it will throw an error in a future release. Consider `x.mT` to transpose "
        "batches of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the "
        "dimensions of a tensor."
    )


ZERO_DIM_PROPERTIES = {
    "T": "This function is the identity in these cases.",
    "mT": "This function is the identity in these cases.",
    "H": "Consider using x.conj().",
    "mH": "Consider using x.conj().",
}


def zero_dim_property(name: str) -> str:
    """The warning of `T` and its kin of a number."""
    return f"Tensor.{name} is deprecated on 0-D tensors. {ZERO_DIM_PROPERTIES[name]}"


def no_shape(value: object) -> RuntimeError:
    """`broadcast_shapes(3.5)`."""
    return RuntimeError(
        f"Input shapes should be of type ints, a tuple of ints, or a list of ints, got {value}"
    )


def negative_broadcast() -> ValueError:
    """`broadcast_shapes((-1,))`."""
    return ValueError("Attempting to broadcast a dimension with negative length!")


def broadcast_shapes(
    dim: int, position: int, shape: Sequence[int], common: Sequence[int]
) -> RuntimeError:
    """Shapes that do not broadcast, where `broadcast_shapes` finds it."""
    return RuntimeError(
        f"Attempting to broadcast a dimension of length {shape[dim]} at {dim}! Mismatching "
        f"argument at index {position} had {shape}; but expected shape should be broadcastable to "
        f"{list(common)}"
    )

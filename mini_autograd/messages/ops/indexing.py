"""Errors of indexing, gathering and scattering."""

from __future__ import annotations

from collections.abc import Sequence

from mini_autograd.messages.arguments import type_name as named

BYTE_MASK = (
    "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead."
)

SEQUENCE_INDEX = (
    "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in "
    "pytorch 2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as "
    "tensor index, x[torch.tensor(seq)], which will result either in an error or a different "
    "result"
)


def zero_dim_index() -> IndexError:
    """`x[0]` of a 0-d tensor."""
    return IndexError(
        "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in "
        "C++ to convert a 0-dim tensor to a number"
    )


def zero_dim(name: str) -> IndexError:
    """A 0-d tensor has no dim to select from or to slice."""
    return IndexError(f"{name}() cannot be applied to a 0-dim tensor.")


def out_of_bounds(index: int, dim: int, size: int) -> IndexError:
    """An index outside of its dim."""
    return IndexError(f"index {index} is out of bounds for dimension {dim} with size {size}")


def empty_dim() -> IndexError:
    """Any index into a dim of size 0."""
    return IndexError("index is out of bounds for dimension with size 0")


def out_of_range_select(index: int, shape: Sequence[int], dim: int) -> IndexError:
    """`select` outside of its dim."""
    return IndexError(
        f"select(): index {index} out of range for tensor of size {list(shape)} at dimension {dim}"
    )


def too_many_indices(ndim: int) -> IndexError:
    """More indices than dims."""
    return IndexError(f"too many indices for tensor of dimension {ndim}")


def too_many_index_tensors(ndim: int, got: int) -> IndexError:
    """Likewise for `index_put`."""
    return IndexError(f"too many indices for tensor of dimension {ndim} (got {got})")


def no_index() -> RuntimeError:
    """`index_put` by no index tensor at all, or by masks without dims only."""
    return RuntimeError("index_put: no index tensor covers a dimension")


def step_not_positive() -> ValueError:
    """A slice that goes backwards."""
    return ValueError("step must be greater than zero")


def step_not_positive_slice() -> RuntimeError:
    """Likewise of `slice_scatter`."""
    return RuntimeError("slice step must be positive")


def slice_bound() -> TypeError:
    """`x[1.0:]`."""
    return TypeError("slice indices must be integers or None or have an __index__ method")


def invalid_index(value: object) -> IndexError:
    """Something that is no index."""
    return IndexError(
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid "
        f"indices (got {named(value)})"
    )


def index_dtype() -> IndexError:
    """An index tensor of floats, or of int8 or int16."""
    return IndexError("tensors used as indices must be long, int, byte or bool tensors")


def mask_shape(mask: Sequence[int], mask_dim: int, shape: Sequence[int], dim: int) -> IndexError:
    """A mask that does not fit the dims that it covers."""
    return IndexError(
        f"The shape of the mask {list(mask)} at index {mask_dim} does not match the shape of the "
        f"indexed tensor {list(shape)} at index {dim}"
    )


def index_shapes(shapes: Sequence[Sequence[int]]) -> IndexError:
    """Index tensors that do not broadcast."""
    listed = ", ".join(str(list(each)) for each in shapes)
    return IndexError(
        f"shape mismatch: indexing tensors could not be broadcast together with shapes {listed}"
    )


def value_shape(value: Sequence[int], result: Sequence[int]) -> RuntimeError:
    """A value that does not fit where it is assigned by index tensors."""
    return RuntimeError(
        f"shape mismatch: value tensor of shape {list(value)} cannot be broadcast to indexing "
        f"result of shape {list(result)}"
    )


def put_dtypes(self_dtype: str, values: str) -> RuntimeError:
    """`index_put` from another dtype."""
    return RuntimeError(
        "Index put requires the source and destination dtypes match, got "
        f"{self_dtype} for the destination and {values} for the source."
    )


def assigned_type(value: object, type_name: str) -> TypeError:
    """`x[0] = "text"`."""
    return TypeError(f"can't assign a {named(value)} to a torch.{type_name}")


def source_slice(src: Sequence[int], part: Sequence[int]) -> RuntimeError:
    """`select_scatter` or `slice_scatter` of another shape than the part's."""
    return RuntimeError(
        f"expected src to have a size equal to the slice of self. src size = {list(src)}, slice "
        f"size = {list(part)}"
    )

"""Errors of index_select and its kin, take and put."""

from __future__ import annotations

from collections.abc import Sequence

from mini_autograd.messages.ops.gathering import while_writing


def select_index_rank() -> IndexError:
    """`index_select` by a matrix."""
    return IndexError("index_select(): Index is supposed to be a vector")


def select_index_dtype() -> RuntimeError:
    """`index_select` by floats."""
    return RuntimeError("index_select(): Expected dtype int32 or int64 for index")


def select_scalar(count: int) -> RuntimeError:
    """`index_select` of a 0-d tensor by several indices."""
    return RuntimeError(
        f"index_select(): Index to scalar can have only 1 value, got {count} value(s)"
    )


def select_out_of_range() -> IndexError:
    """`index_select` outside of its dim."""
    return while_writing(IndexError("index out of range in self"))


def select_empty_dim() -> RuntimeError:
    """`index_select` along a dim of size 0."""
    return RuntimeError("index_select(): self indexing axis dim should be positive")


def select_out_of_data(index: int, size: int) -> RuntimeError:
    """`index_select` outside of its dim, of a tensor without elements."""
    return RuntimeError(f"INDICES element is out of DATA bounds, id={index} axis_dim={size}")


def add_index_dtype(found: str) -> RuntimeError:
    """`index_add` by floats."""
    return RuntimeError(f"index_add_(): Expected dtype int32/int64 for index but got: {found}")


def add_index_rank(ndim: int, found: str, shape: Sequence[int]) -> IndexError:
    """`index_add` by a matrix."""
    return IndexError(
        f"index_add_(): Index is supposed to be a vector, but got dim: {ndim} with type: {found} "
        f"and size: {list(shape)}"
    )


def add_dtypes(self_dtype: str, source: str) -> RuntimeError:
    """`index_add` of another dtype."""
    return RuntimeError(
        f"index_add_(): self ({self_dtype}) and source ({source}) must have the same scalar type"
    )


def add_count(indices: int, size: int, dim: int) -> RuntimeError:
    """`index_add` with another number of indices than of slices."""
    return RuntimeError(
        f"index_add_(): Number of indices ({indices}) should be equal to source.size(dim): "
        f"({size}), for dim: {dim}"
    )


def add_dim(dim: int, ndim: int) -> RuntimeError:
    """`index_add` of a source that does not have the dim."""
    return RuntimeError(
        f"index_add_(): Indexing dim {dim} is out of bounds of the source tensor with dim {ndim}"
    )


def add_shapes(shape: Sequence[int], source: Sequence[int]) -> RuntimeError:
    """`index_add` of slices of another shape."""
    return RuntimeError(
        "source tensor shape must match self tensor shape, excluding the specified dimension. "
        f"Got self.shape = {list(shape)} source.shape = {list(source)}"
    )


def fill_index_rank() -> RuntimeError:
    """`index_fill` by a matrix."""
    return RuntimeError("Index has to be a vector/scalar")


def fill_complex() -> RuntimeError:
    """`index_fill` of real numbers by a complex one."""
    return RuntimeError(
        "index_fill_(): Converting complex Scalar to non-complex type is not supported"
    )


def fill_index_dtype() -> IndexError:
    """`index_fill` by anything but int64."""
    return IndexError("index_fill_(): Expected dtype int64 for index.")


def take_index_dtype(found: str) -> RuntimeError:
    """`take` by anything but int64."""
    return RuntimeError(f"take(): Expected a long tensor for index, but got {found}")


def take_out_of_range(index: int, count: int) -> IndexError:
    """`take` outside of the tensor."""
    text = f"out of range: tried to access index {index} on a tensor of {count} elements."
    return while_writing(IndexError(text))


def take_from_empty() -> IndexError:
    """`take` where nothing is."""
    return IndexError("take(): tried to take from an empty tensor")


def copy_index_rank(ndim: int) -> IndexError:
    """`index_copy` by a matrix."""
    return IndexError(f"index_copy_(): Index should have dimension 1 or 0 (got {ndim})")


def copy_scalar(indices: int) -> IndexError:
    """`index_copy` of a single element to several indices."""
    return IndexError(
        f"index_copy_(): When source is scalar, index should have one element (got {indices})"
    )


def copy_ranks(source: int, destination: int) -> IndexError:
    """`index_copy` between tensors of other numbers of dims."""
    return IndexError(
        "index_copy_(): When source and destination are not scalars, their dimensionality must "
        f"match. Source dimensionality ({source}), destination dimensionality ({destination})"
    )


def copy_index_dtype(found: str) -> RuntimeError:
    """`index_copy` by anything but int64."""
    return RuntimeError(f"index_copy_(): Expected a long tensor for index, but got {found}")


def copy_dtypes(self_dtype: str, source: str) -> RuntimeError:
    """`index_copy` of another dtype."""
    return RuntimeError(
        "index_copy_(): self and source expected to have the same dtype, but got (self) "
        f"{self_dtype} and (source) {source}"
    )


def copy_shapes(shape: Sequence[int], source: Sequence[int], dim: int) -> RuntimeError:
    """`index_copy` of slices of another shape."""
    return RuntimeError(
        "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice "
        f"shape: {_spaced(shape)} at dimension {dim} and source slice shape: {_spaced(source)} at "
        "dimension 0."
    )


def _spaced(shape: Sequence[int]) -> str:
    return " ".join(map(str, shape))


def copy_count(indices: int, size: int) -> IndexError:
    """`index_copy` with another number of indices than of slices."""
    return IndexError(
        f"index_copy_(): Number of indices ({indices}) should be equal to source.size(dim) ({size})"
    )


def copy_out_of_bounds(index: int, dim: int, size: int) -> IndexError:
    """`index_copy` outside of its dim."""
    return IndexError(
        f"index_copy_(): index {index} is out of bounds for dimension {dim} with size {size}"
    )


def put_source_dtypes(self_dtype: str, source: str) -> RuntimeError:
    """`put` of another dtype."""
    return RuntimeError(
        "put_(): self and source expected to have the same dtype, but got self.dtype = "
        f"{self_dtype} and source.dtype = {source}"
    )


def put_index_dtype(found: str) -> RuntimeError:
    """`put` by anything but int64."""
    return RuntimeError(f"put_(): Expected a long tensor for index, but got {found}")


def put_count(source: int, index: int) -> IndexError:
    """`put` with another number of indices than of elements."""
    return IndexError(
        "put_(): Expected source and index to have the same number of elements, but got source.numel() = "  # noqa: E501
        f"{source}, index.numel() = {index}"
    )

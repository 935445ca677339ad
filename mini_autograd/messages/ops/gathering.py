"""Errors of gather, scatter and take_along_dim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

REDUCE_DEPRECATED = (
    "The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a "
    "future PyTorch release. Use torch.scatter_reduce instead for more reduction options."
)


_Error = TypeVar("_Error", bound=Exception)


def while_writing(error: _Error) -> _Error:
    """The error, marked as one that an op in place meets after it has looked at memory."""
    vars(error)["while_writing"] = True
    return error


def is_while_writing(error: Exception) -> bool:
    """Whether it is such an error."""
    return "while_writing" in vars(error)


def out_of_bounds_scatter(index: int, dim: int, size: int) -> RuntimeError:
    """Likewise, as gather and scatter say it."""
    text = f"index {index} is out of bounds for dimension {dim} with size {size}"
    return while_writing(RuntimeError(text))


def scatter_index_dtype(name: str) -> RuntimeError:
    """A gather or scatter index that is not int32 or int64."""
    return RuntimeError(f"{name}(): Expected dtype int32/int64 for index")


def index_rank(against: str) -> RuntimeError:
    """An index of another rank than the tensor's or the source's."""
    return RuntimeError(f"Index tensor must have the same number of dimensions as {against} tensor")


def gather_size(dim: int, index: Sequence[int], shape: Sequence[int], apart: int) -> RuntimeError:
    """An index larger than the tensor that is gathered from."""
    return RuntimeError(
        f"Size does not match at dimension {dim} expected index {list(index)} to be no larger "
        f"than self {list(shape)} apart from dimension {apart}"
    )


def scatter_size(
    index: Sequence[int], shape: Sequence[int], apart: int, src: Sequence[int] | None
) -> RuntimeError:
    """An index larger than the tensor that is scattered into, or than its source."""
    source = "" if src is None else f" and to be no larger size than src {list(src)}"
    return RuntimeError(
        f"Expected index {list(index)} to be no larger than self {list(shape)} apart from "
        f"dimension {apart}{source}"
    )


def scatter_dtypes() -> RuntimeError:
    """A source of another dtype."""
    return RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")


def scatter_reduce_name() -> RuntimeError:
    """`reduce=` of another name."""
    return RuntimeError("reduce argument must be either add or multiply.")


def along_dim_rank(ndim: int, indices: int) -> RuntimeError:
    """`take_along_dim` with indices of another rank."""
    return RuntimeError(
        "torch.take_along_dim(): input and indices should have the same number of dimensions, but "
        f"got {ndim} dimensions for input, and {indices} dimensions for indices"
    )


def along_dim_dtype(found: str) -> RuntimeError:
    """`take_along_dim` by anything but int64."""
    return RuntimeError(f"torch.take_along_dim(): dtype of indices should be Long but got {found}")

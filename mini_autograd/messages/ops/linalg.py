"""Errors of matrix products: shapes, dims and dtypes that do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mini_autograd.messages.ops.kernels import not_implemented as not_implemented
from mini_autograd.messages.ops.kernels import scalar_type as scalar_type

if TYPE_CHECKING:
    from mini_autograd.arrays.dtypes import dtype


def not_a_matrix(argument: str) -> RuntimeError:
    """An operand of `mm` has other than two dims."""
    return RuntimeError(f"{argument} must be a matrix")


def not_a_matrix_of(argument: str, ndim: int) -> RuntimeError:
    """An operand of `addmm` has other than two dims."""
    return RuntimeError(f"{argument} must be a matrix, got {ndim}-D tensor")


def inner_sizes(mat1: Sequence[int], mat2: Sequence[int]) -> RuntimeError:
    """The columns of one matrix are not the rows of the other."""
    first, second = ("x".join(map(str, shape)) for shape in (mat1, mat2))
    return RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({first} and {second})")


def mm_dtypes(mat1: dtype, mat2: dtype) -> RuntimeError:
    """`mm` does not promote."""
    return RuntimeError(
        f"expected m1 and m2 to have the same dtype, but got: {mat1.cpp_name} != {mat2.cpp_name}"
    )


def addmm_dtypes(argument: str, found: dtype, mat2: dtype) -> RuntimeError:
    """Nor does `addmm`."""
    return RuntimeError(
        f"{argument} and mat2 must have the same dtype, but got "
        f"{found.scalar_name} and {mat2.scalar_name}"
    )


def not_a_batch(argument: str) -> RuntimeError:
    """An operand of `bmm` has other than three dims."""
    return RuntimeError(f"{argument} must be a 3D tensor")


def batch_sizes(expected: Sequence[int], got: Sequence[int]) -> RuntimeError:
    """The batches of `bmm` do not fit."""
    return RuntimeError(
        "Expected size for first two dimensions of batch2 tensor to be: "
        f"{list(expected)} but got: {list(got)}."
    )


def mv_dims(mat: int, vec: int, start: int) -> RuntimeError:
    """`mv` of other than a matrix and a vector."""
    return RuntimeError(f"vector + matrix @ vector expected, got {start}, {mat}, {vec}")


def mv_sizes(start: int, mat: Sequence[int], vec: int) -> RuntimeError:
    """The columns of the matrix are not the elements of the vector."""
    return RuntimeError(f"size mismatch, got input ({start}), mat ({mat[0]}x{mat[1]}), vec ({vec})")


def mv_dtypes(start: dtype, mat: dtype, vec: dtype) -> RuntimeError:
    """Neither `mv` nor `addmv` promotes."""
    return RuntimeError(
        "addmv input tensors must have the same dtype, but got "
        f"{start.scalar_name}, {mat.scalar_name}, and {vec.scalar_name}"
    )


def dot_dims(first: int, second: int) -> RuntimeError:
    """`dot` of other than two vectors."""
    return RuntimeError(f"1D tensors expected, but got {first}D and {second}D tensors")


def dot_sizes(first: int, second: int) -> RuntimeError:
    """Vectors of different lengths."""
    return RuntimeError(
        f"inconsistent tensor size, expected tensor [{first}] and src [{second}] to have the same "
        f"number of elements, but got {first} and {second} elements respectively"
    )


def dot_dtypes(first: dtype, second: dtype) -> RuntimeError:
    """`dot` does not promote."""
    return RuntimeError(
        "dot : expected both vectors to have same dtype, but found "
        f"{first.scalar_name} and {second.scalar_name}"
    )


def outer_dims(argument: str, ndim: int) -> RuntimeError:
    """`outer` of other than two vectors."""
    return RuntimeError(f"outer: Expected 1-D argument {argument}, but got {ndim}-D")


def inner_last_dims(first: Sequence[int], second: Sequence[int]) -> RuntimeError:
    """`inner` of tensors whose last dims differ."""
    return RuntimeError(
        "inner() the last dimension must match on both input tensors but got shapes "
        f"{list(first)} and {list(second)}"
    )


def inner_dtypes() -> RuntimeError:
    """`inner` does not promote."""
    return RuntimeError("both inputs should have same dtype")


def zero_dim(name: str, first: int, second: int) -> RuntimeError:
    """`matmul` or `linear` of a 0-d tensor."""
    return RuntimeError(
        f"both arguments to {name} need to be at least 1D, but they are {first}D and {second}D"
    )

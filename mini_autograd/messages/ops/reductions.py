"""Errors of reductions: dtypes that they refuse, and what has no value without elements."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mini_autograd.messages.ops.kernels import no_history as no_history
from mini_autograd.messages.ops.kernels import not_implemented as not_implemented
from mini_autograd.messages.ops.kernels import overflow

if TYPE_CHECKING:
    from mini_autograd.arrays.dtypes import dtype


def mean_input(found: dtype) -> RuntimeError:
    """The mean of integers."""
    return RuntimeError(
        "mean(): could not infer output dtype. Input dtype must be either a floating point or "
        f"complex dtype. Got: {found.scalar_name}"
    )


def mean_dtype(found: dtype) -> RuntimeError:
    """A mean in an integer dtype."""
    return RuntimeError(
        "mean(): could not infer output dtype. Optional dtype must be either a floating point or "
        f"complex dtype. Got: {found.scalar_name}"
    )


def does_not_support(name: str, kind: str) -> RuntimeError:
    """`argmax` of bools, `max` of complex numbers."""
    return RuntimeError(f"{name}(): does not support {kind} input")


def needs_dim(name: str) -> RuntimeError:
    """An extremum of no elements at all."""
    return RuntimeError(
        f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
        "reduction dim with the 'dim' argument."
    )


def index_needs_dim(name: str) -> IndexError:
    """The index of an extremum of no elements at all."""
    return IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.")


def empty_dim(name: str, dim: int) -> IndexError:
    """An extremum over a dim without elements."""
    return IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size.")


def aminmax_empty() -> RuntimeError:
    """Both extrema of no elements at all."""
    return RuntimeError(
        "aminmax(): cannot compute aminmax over an empty dimension as the operation has no "
        "identity."
    )


def aminmax_empty_dim(dim: int) -> IndexError:
    """Both extrema over a dim without elements."""
    return IndexError(f"aminmax: Expected reduction dim {dim} to have non-zero size.")


def aminmax_complex(found: dtype, *, of_scalar: bool) -> Exception:
    """Complex numbers have no order; along a dim of a 0-d tensor torch says it otherwise."""
    if of_scalar:
        return RuntimeError(f"aminmax not implemented for {found.scalar_name}")
    return not_implemented("aminmax_cpu", found)


def nansum_complex() -> RuntimeError:
    """`nansum` of complex numbers."""
    return RuntimeError("nansum on CPU does not support complex inputs")


def var_input(name: str) -> RuntimeError:
    """The variance of integers; `name` is as in "var_mean"."""
    return RuntimeError(f"{name} only support floating point and complex dtypes")


def norm_input(found: dtype) -> RuntimeError:
    """The norm of integers."""
    return RuntimeError(
        "linalg.vector_norm: Expected a floating point or complex tensor as input. Got "
        f"{found.scalar_name}"
    )


def norm_dtype(found: dtype) -> RuntimeError:
    """A norm in an integer dtype."""
    return RuntimeError(
        "linalg.vector_norm: dtype should be floating point or complex, but got "
        f"{found.scalar_name}"
    )


def norm_narrowing(found: dtype, wanted: dtype) -> RuntimeError:
    """A norm in a dtype that cannot hold the input's."""
    return RuntimeError(
        f"linalg.vector_norm: the dtype of the input ({found.scalar_name}) should be convertible "
        f"without narrowing to the specified dtype ({wanted.scalar_name})"
    )


def norm_kind(found: dtype, wanted: dtype) -> RuntimeError:
    """A real norm of complex numbers, or the reverse."""
    kinds = ("complex", "complex") if found.is_complex else ("real", "real")
    return RuntimeError(
        f"linalg.vector_norm: dtype should be {kinds[0]} for {kinds[1]} inputs, but got "
        f"{wanted.scalar_name}"
    )


def norm_without_elements(order: float, dim: int | None) -> RuntimeError:
    """A norm that has no value for no elements: of the whole tensor, or along a dim."""
    shown = repr(order) if math.isinf(order) else f"{order:g}"
    where = (
        "an empty tensor because the"
        if dim is None
        else (
            f"the dimension {dim}because this dimension is empty and the"  # sic
        )
    )
    return RuntimeError(
        f"linalg.vector_norm cannot compute the {shown} norm on {where} operation does not have "
        "an identity"
    )


def norm_order(order: str) -> RuntimeError:
    """`norm` of an unknown name."""
    return RuntimeError(f"linalg.matrix_norm: Order {order} not supported.")


def matrix_norm_dims(dims: Sequence[int]) -> RuntimeError:
    """The Frobenius norm over more than two dims."""
    listed = " ".join(str(each) for each in dims)
    return RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {listed}")


def sort_complex() -> RuntimeError:
    """Complex numbers have no order."""
    return RuntimeError(" Sort does not support complex dtypes on CPU")


def topk_dtype(kind: str) -> RuntimeError:
    """`topk` of bools or complex numbers."""
    space = " " if kind == "complex" else ""  # sic
    return RuntimeError(f"{space}topk does not support {kind} dtypes on CPU")


def index_k_range() -> RuntimeError:
    """`topk` of more elements than there are."""
    return RuntimeError("selected index k out of range")


def norm_complex_order() -> RuntimeError:
    """An order of a norm with an imaginary part, be it zero."""
    return RuntimeError("linalg.vector_norm: Expected a non-complex scalar as the order of norm.")


def complex_correction() -> RuntimeError:
    """A correction with an imaginary part."""
    return overflow("double")


def matrix_norm_same_dims(dim: int) -> RuntimeError:
    """One dim twice."""
    return RuntimeError(f"linalg.matrix_norm: dims must be different. Got ({dim}, {dim})")


def matrix_norm_input() -> RuntimeError:
    """A matrix norm of what is no matrix."""
    return RuntimeError("linalg.matrix_norm: The input tensor A must have at least 2 dimensions.")


def no_freedom(name: str) -> str:
    """The warning of a variance of too few elements."""
    return (
        f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the "
        "reduction factor (input numel divided by output numel)."
    )


def nuclear_norm() -> NotImplementedError:
    """`norm(p="nuc")`, which torch has and this engine has not."""
    return NotImplementedError("norm(p='nuc') needs svd, which mini_autograd does not have")

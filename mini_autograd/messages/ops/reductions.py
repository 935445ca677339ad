"""Errors of reductions: dtypes that they refuse, and what has no value without elements."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mini_autograd.messages.message import Message
from mini_autograd.messages.ops.kernels import not_implemented as not_implemented
from mini_autograd.messages.ops.kernels import overflow

if TYPE_CHECKING:
    from mini_autograd.arrays.dtypes import dtype

# fmt: off

# `mean`.
mean_input = Message(RuntimeError, "mean(): could not infer output dtype. Input dtype must be "
    "either a floating point or complex dtype. Got: {found.scalar_name}")
mean_dtype = Message(RuntimeError, "mean(): could not infer output dtype. Optional dtype must be "
    "either a floating point or complex dtype. Got: {found.scalar_name}")

# Extrema.
does_not_support = Message(RuntimeError, "{name}(): does not support {kind} input")
needs_dim = Message(RuntimeError, "{name}(): Expected reduction dim to be specified for "
    "input.numel() == 0. Specify the reduction dim with the 'dim' argument.")
index_needs_dim = Message(IndexError,
    "{name}(): Expected reduction dim to be specified for input.numel() == 0.")
empty_dim = Message(IndexError, "{name}(): Expected reduction dim {dim} to have non-zero size.")
aminmax_empty = Message(RuntimeError,
    "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.")
aminmax_empty_dim = Message(IndexError,
    "aminmax: Expected reduction dim {dim} to have non-zero size.")
_aminmax_of_number = Message(RuntimeError, "aminmax not implemented for {found.scalar_name}")


def aminmax_complex(found: dtype, *, of_scalar: bool) -> Exception:
    """Along a dim of a 0-d tensor torch says it otherwise."""
    return _aminmax_of_number(found) if of_scalar else not_implemented("aminmax_cpu", found)



# Sums and moments.
nansum_complex = Message(RuntimeError, "nansum on CPU does not support complex inputs")
no_freedom = Message(UserWarning, "{name}(): degrees of freedom is <= 0. Correction should be "
    "strictly less than the reduction factor (input numel divided by output numel).")
var_input = Message(RuntimeError, "{name} only support floating point and complex dtypes")

# Norms.
norm_input = Message(RuntimeError, "linalg.vector_norm: Expected a floating point or complex "
    "tensor as input. Got {found.scalar_name}")
norm_complex_order = Message(RuntimeError,
    "linalg.vector_norm: Expected a non-complex scalar as the order of norm.")
norm_dtype = Message(RuntimeError,
    "linalg.vector_norm: dtype should be floating point or complex, but got {found.scalar_name}")
norm_narrowing = Message(RuntimeError,
    "linalg.vector_norm: the dtype of the input ({found.scalar_name}) should be convertible "
    "without narrowing to the specified dtype ({wanted.scalar_name})")
_norm_kind = Message(RuntimeError,
    "linalg.vector_norm: dtype should be {kind} for {kind} inputs, but got {wanted.scalar_name}")


def norm_kind(found: dtype, wanted: dtype) -> RuntimeError:
    """A real norm of complex numbers, or the reverse."""
    return _norm_kind("complex" if found.is_complex else "real", wanted)
_norm_without_elements = Message(RuntimeError, "linalg.vector_norm cannot compute the {order} norm "
    "on {where} operation does not have an identity")


def norm_without_elements(order: float, dim: int | None) -> RuntimeError:
    """A norm that has no value for no elements: of the whole tensor, or along a dim."""
    where = "an empty tensor because the"
    if dim is not None:
        where = f"the dimension {dim}because this dimension is empty and the"  # sic
    return _norm_without_elements(repr(order) if math.isinf(order) else f"{order:g}", where)


norm_order = Message(RuntimeError, "linalg.matrix_norm: Order {order} not supported.")
matrix_norm_dims = Message(RuntimeError,
    "linalg.matrix_norm: dim must be a 2-tuple. Got {dims:spaced}")
matrix_norm_same_dims = Message(RuntimeError,
    "linalg.matrix_norm: dims must be different. Got ({dim}, {dim})")
matrix_norm_input = Message(RuntimeError,
    "linalg.matrix_norm: The input tensor A must have at least 2 dimensions.")
nuclear_norm = Message(NotImplementedError,
    "norm(p='nuc') needs svd, which mini_autograd does not have")

# `sort`, `topk`.
sort_complex = Message(RuntimeError, " Sort does not support complex dtypes on CPU")
_topk_dtype = Message(RuntimeError, "{space}topk does not support {kind} dtypes on CPU")


def topk_dtype(kind: str) -> RuntimeError:
    """`topk` of bools or complex numbers."""
    return _topk_dtype(" " if kind == "complex" else "", kind)  # sic


index_k_range = Message(RuntimeError, "selected index k out of range")


def complex_correction() -> RuntimeError:
    """A correction with an imaginary part."""
    return overflow("double")
softmax_sizes = Message(RuntimeError,
    "Expected tensor for argument #1 'grad' to have same size as tensor for argument #2 'output'; "
    "but {grad} does not equal {output} (while checking arguments for softmax_backward)")

"""Products of tensors of any rank, composed of matrix products and views as torch composes them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mini_autograd.core.op import binary_operator, public
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.core.tensor.version_counter import counter_of
from mini_autograd.messages.ops import linalg as errors
from mini_autograd.ops.linalg.matrix_products import addmm, bmm, dot, mm, mv, outer_product
from mini_autograd.ops.shape.transposing import (
    permute,
    squeeze_dim,
    squeezed_in_place,
    t,
    transpose,
    unsqueeze,
)
from mini_autograd.ops.shape.views import (
    broadcast_shape,
    contiguous,
    expand,
    reshape,
    unsafe_view,
    view,
)
from mini_autograd.parsing.overloads import composite
from mini_autograd.parsing.overrides import PLAIN, is_tensor_like
from mini_autograd.parsing.types import Array


@public()
@composite
def matmul(self: Array, other: Array) -> Any:
    """The matrix product; a vector is a row or a column, leading dims are a batch."""
    return _matmul(self, other)


def _matmul(a: Any, b: Any) -> Any:
    if not isinstance(a, Tensor):
        return np.matmul(a, b)
    ranks = a._array.ndim, b._array.ndim
    if ranks == (2, 2):
        return mm(a, b)
    if ranks == (1, 1):
        return dot(a, b)
    if ranks == (2, 1):
        return mv(a, b)
    if ranks == (1, 2):
        result = squeezed_in_place(mm(unsqueeze(a, 0), b), 0)
        counter_of(result).version += 1  # torch squeezes it in place
        return result
    if 0 in ranks:
        raise errors.zero_dim("matmul", *ranks)
    return _folded(a, b) if _folds(a, b) else _batched(a, b)


def _folds(a: Tensor, b: Tensor) -> bool:
    """Whether a batch times one matrix is done as one larger matrix.

    Always if the lone matrix needs a gradient, which would otherwise be summed over the batch;
    else if it takes no copy.
    """
    batch, lone = (a, b) if a.ndim >= b.ndim else (b, a)
    if not (batch.ndim >= 3 and lone.ndim <= 2):
        return False
    if lone._requires_grad:
        return True
    if a.ndim == 2:
        return False
    array = batch._array if batch is a else np.swapaxes(batch._array, -1, -2)
    return not array.size or all(
        array.strides[dim] == array.strides[dim + 1] * array.shape[dim + 1]
        for dim in range(array.ndim - 2)
    )


def _folded(a: Tensor, b: Tensor) -> Any:
    """The batch dims of one operand merged with its rows."""
    swapped = b.ndim > a.ndim
    batch = transpose(b, -2, -1) if swapped else a
    lone = b if not swapped else t(a) if a.ndim == 2 else a
    shape = tuple(batch._array.shape)
    rows = reshape(batch, (math.prod(shape[:-1]), shape[-1]))
    if lone.ndim == 1:
        return unsafe_view(mv(rows, lone), shape[:-1])
    result = unsafe_view(mm(rows, lone), (*shape[:-1], lone.shape[1]))
    return contiguous(transpose(result, -2, -1)) if swapped else result


def _batched(a: Tensor, b: Tensor) -> Any:
    """Both batches expanded to their common shape and flattened to one dim."""
    first, second = a._array.shape, b._array.shape
    if len(first) == len(second) == 3 and first[0] != second[0]:
        if first[0] == 1 and a._requires_grad:
            return _matmul(squeeze_dim(a, 0), b)
        if second[0] == 1 and b._requires_grad:
            return _matmul(a, squeeze_dim(b, 0))
    batch = broadcast_shape(first[:-2], second[:-2])
    count = math.prod(batch)
    left, right = (1, *first)[-2:], second[-2:]
    rows = reshape(expand(a, (*batch, *left)), (count, *left))
    columns = reshape(expand(b, (*batch, *right)), (count, *right))
    if len(second) == 1:
        product = squeeze_dim(bmm(rows, unsqueeze(columns, 2)), -1)
    else:
        product = bmm(rows, columns)
    kept = (first[-2:-1] if len(first) > 1 else ()) + (right[1:] if len(second) > 1 else ())
    return unsafe_view(product, batch + kept)


def _fuses(bias: Any) -> bool:
    """Whether torch adds it inside of the product, whatever the rank of the input."""
    is_vector = bias.ndim == 1 or sum([size != 1 for size in bias.shape]) == 1
    return is_vector and _in_order(bias)


def _in_order(value: Any) -> bool:
    array = value._array if isinstance(value, Tensor) else value
    return bool(array.flags.c_contiguous)


@composite
def linear(input: Array, weight: Array, bias: Array | None = None) -> Any:
    """`input @ weight.T + bias`: a row of `weight` for each output feature."""
    if not (input.ndim and weight.ndim):
        raise errors.zero_dim("linear", input.ndim, weight.ndim)
    if bias is None:
        return _matmul(input, t(weight))
    if input.ndim == 2:
        return addmm(bias, input, t(weight))
    if _fuses(bias) and _in_order(input):
        shape = tuple(input.shape)
        rows = reshape(input, (math.prod(shape[:-1]), shape[-1]))
        result = addmm(bias, rows, t(weight))
        return view(result, (*shape[:-1], result.shape[1]))
    return _matmul(input, t(weight)).add_(bias)


@public("outer", "ger")
@composite
def outer(self: Array, vec2: Array) -> Any:
    """Every product of an element of one vector with one of another."""
    return outer_product(self, vec2)


@public()
@composite
def inner(self: Array, other: Array) -> Any:
    """The sum of products over both last dims."""
    if not (self.ndim and other.ndim):
        return self * other
    first, second = tuple(self.shape), tuple(other.shape)
    if first[-1] != second[-1]:
        raise errors.inner_last_dims(first, second)
    if self.dtype != other.dtype:
        raise errors.inner_dtypes()
    if first[-1] == 1:  # then torch sums one, though there is nothing to sum
        self = ops.sum(self, (-1,), True, dtype=self.dtype)
    a = permute(self, (*range(len(first) - 1), -1))
    b = permute(other, (-1, *range(len(second) - 1)))
    rows, columns, contracted = math.prod(first[:-1]), math.prod(second[:-1]), first[-1]
    if rows == columns == 1:
        product = _inner_of_rows(a, b)
    else:
        product = mm(reshape(a, (rows, contracted)), reshape(b, (contracted, columns)))
    return reshape(product, first[:-1] + second[:-1])


def _inner_of_rows(a: Any, b: Any) -> Any:
    """Of tensors that are one row each, of whatever rank; torch computes it by how they lie."""
    if a._array.flags.c_contiguous and b._array.flags.c_contiguous:
        return dot(*[each if each.ndim == 1 else reshape(each, (each.numel(),)) for each in (a, b)])
    product = ops.squeeze(a) * ops.squeeze(b)
    return ops.sum_all(product, dtype=product.dtype)


@binary_operator("__matmul__")
def _operator(self: Tensor, other: Any) -> Any:
    if type(self) in PLAIN and type(other) in PLAIN:
        return _matmul(self, other)
    return matmul.method(self, other) if is_tensor_like(other) else NotImplemented


@binary_operator("__rmatmul__", in_python=True)
def _reflected(self: Tensor, other: Any) -> Any:
    return _matmul(other, self) if isinstance(other, Tensor) else NotImplemented

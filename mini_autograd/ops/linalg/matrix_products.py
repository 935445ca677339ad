"""Matrix products: the five that compute (mm, bmm, mv, dot, addmm), and their derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes, numbers
from mini_autograd.arrays.layout import contiguous_strides
from mini_autograd.core.modes import warn_once
from mini_autograd.core.op import InPlace, public, unpromoted
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.graph import walk as walk_errors
from mini_autograd.messages.ops import kernels as kernel_errors
from mini_autograd.messages.ops import linalg as errors
from mini_autograd.messages.ops import shapes as dim_errors
from mini_autograd.messages.tensors import inplace as write_errors
from mini_autograd.messages.tensors import state as tensor_errors
from mini_autograd.ops.pointwise.arithmetic import scaled
from mini_autograd.ops.pointwise.complexes import conj
from mini_autograd.ops.pointwise.rounding import is_complex
from mini_autograd.ops.shape.transposing import t, transpose
from mini_autograd.ops.shape.views import expand, reshape
from mini_autograd.ops.tensor import inside
from mini_autograd.ops.tensor.writing import checked_number
from mini_autograd.parsing.forms import with_old_forms
from mini_autograd.parsing.overloads import with_forms
from mini_autograd.parsing.types import Array, Number

Shape = tuple[int, ...]
_HALF: Final = np.dtype(np.float16).char


def _product(a: Array, b: Array, kernel: str) -> Array:
    """`a @ b`; half precision is accumulated in single and rounded once, as torch does."""
    if a.dtype.kind == "b" and a.shape[-1] and (a.ndim == b.ndim == 1 or (a.size and b.size)):
        raise errors.not_implemented(kernel, dtypes.bool_)
    if a.dtype.char == _HALF:
        return np.matmul(a, b, dtype=np.float32).astype(np.float16)
    if a.ndim == b.ndim == 1 and a.dtype.kind == "f" and _are_rows(a, b):
        return a.dot(b)
    if a.ndim == 2 and a.shape[1] == 1 and len(a) > 1 and b.shape[-1] > 1:
        return np.multiply(a, b)  # so torch: no sum, which would lose the sign of a zero
    if a.dtype.kind == "c":
        return np.matmul(a, b) + 0  # torch's sums are never a negative zero, NumPy's may be
    return np.matmul(a, b)


def _are_rows(a: Array, b: Array) -> bool:
    """Whether vectors are such that `dot` computes as `matmul`, in half of its time."""
    return len(a) > 1 and a.flags.c_contiguous and b.flags.c_contiguous


def _scaled(grad: Any, factor: Any) -> Any:
    """`grad * factor`, which torch refuses where it is complex for a real operand."""
    if isinstance(factor, complex) and not is_complex(grad):
        raise walk_errors.complex_gradient()
    return scaled(grad, factor)


def _by_columns(shape: Shape, strides: Shape, itemsize: int) -> bool:
    """Whether a matrix lies in memory column by column: torch gives its gradient likewise."""
    if not any(strides):  # so NumPy makes an empty array
        strides = contiguous_strides(shape, itemsize)
    return strides[0] == itemsize and strides[1] == shape[0] * itemsize


def _mat1_grad(grad: Any, mat2: Any, shape: Shape, strides: Shape, alpha: Any = 1) -> Any:
    if _by_columns(shape, strides, grad.dtype.itemsize):
        return _scaled(t(mm(conj(mat2), t(grad))), alpha)
    return _scaled(mm(grad, conj(t(mat2))), alpha)


def _mat2_grad(grad: Any, mat1: Any, shape: Shape, strides: Shape, alpha: Any = 1) -> Any:
    if _by_columns(shape, strides, grad.dtype.itemsize):
        return _scaled(t(mm(t(grad), conj(mat1))), alpha)
    return _scaled(mm(conj(t(mat1)), grad), alpha)


@public()
@unpromoted(
    self=lambda grad, mat2, self_shape, self_strides: _mat1_grad(
        grad, mat2, self_shape, self_strides
    ),
    mat2=lambda grad, self, mat2_shape, mat2_strides: _mat2_grad(
        grad, self, mat2_shape, mat2_strides
    ),
)
def mm(self: Array, mat2: Array) -> Array:
    """The product of two matrices."""
    if self.ndim != 2:
        raise errors.not_a_matrix("self")
    if mat2.ndim != 2:
        raise errors.not_a_matrix("mat2")
    if self.shape[1] != mat2.shape[0]:
        raise errors.inner_sizes(self.shape, mat2.shape)
    if self.dtype != mat2.dtype:
        raise errors.mm_dtypes(dtypes.of(self), dtypes.of(mat2))
    return _product(self, mat2, "addmm_impl_cpu_")


@public()
@unpromoted(
    self=lambda grad, mat2: bmm(grad, conj(transpose(mat2, 1, 2))),
    mat2=lambda grad, self: bmm(conj(transpose(self, 1, 2)), grad),
)
def bmm(self: Array, mat2: Array) -> Array:
    """The products of two batches of matrices."""
    if self.ndim != 3:
        raise errors.not_a_batch("batch1")
    if mat2.ndim != 3:
        raise errors.not_a_batch("batch2")
    expected = (self.shape[0], self.shape[2])
    if mat2.shape[:2] != expected:
        raise errors.batch_sizes(expected, mat2.shape[:2])
    if self.dtype != mat2.dtype:
        if self.dtype.kind == "b" and self.size and mat2.size:
            raise errors.not_implemented("bmm", dtypes.bool_)
        if self.size and mat2.size:
            raise errors.scalar_type(dtypes.of(self), dtypes.of(mat2))
        self = np.empty(self.shape, mat2.dtype)  # torch computes nothing, and looks no further
    return _product(self, mat2, "bmm")


def _checked_mv(self: Array, vec: Array, start: Array) -> None:
    if self.ndim != 2 or vec.ndim != 1 or start.ndim > 1:
        raise errors.mv_dims(self.ndim, vec.ndim, start.ndim)
    if self.shape[1] != len(vec) or start.size not in (1, len(self)):
        if not start.ndim:  # whose size torch then asks for
            raise dim_errors.no_dims(0)
        raise errors.mv_sizes(start.size, self.shape, len(vec))
    if self.dtype != vec.dtype or start.dtype != vec.dtype:
        raise errors.mv_dtypes(dtypes.of(start), dtypes.of(self), dtypes.of(vec))


@public()
@unpromoted(
    self=lambda grad, vec: outer_product(grad, conj(vec)),
    vec=lambda grad, self: mv(t(conj(self)), grad),
    inside=inside.saves,
)
def mv(self: Array, vec: Array) -> Array:
    """The product of a matrix and a vector."""
    if not self.ndim:
        raise dim_errors.no_dims(0)
    if self.ndim != 2 or vec.ndim != 1 or self.shape[1] != len(vec) or self.dtype != vec.dtype:
        _checked_mv(self, vec, np.empty(self.shape[:1], vec.dtype))
    return _product(self, vec, "addmv_impl_cpu")


def _checked_dot(self: Array, other: Array) -> None:
    if self.ndim != 1 or other.ndim != 1:
        raise errors.dot_dims(self.ndim, other.ndim)
    if self.dtype != other.dtype:
        raise errors.dot_dtypes(dtypes.of(self), dtypes.of(other))
    if len(self) != len(other):
        raise errors.dot_sizes(len(self), len(other))
    if self.dtype.kind == "b":
        raise errors.not_implemented("dot", dtypes.bool_)


@public()
@unpromoted(
    self=lambda grad, tensor: grad * conj(tensor), tensor=lambda grad, self: grad * conj(self)
)
def dot(self: Array, tensor: Array) -> Array:
    """The product of two vectors."""
    _checked_dot(self, tensor)
    return _product(self, tensor, "dot")


@public()
@unpromoted(self=lambda grad, other: conj(grad) * other, other=lambda grad, self: grad * self)
def vdot(self: Array, other: Array) -> Array:
    """The product of two vectors, the first conjugated."""
    _checked_dot(self, other)
    return _product(np.conjugate(self) if self.dtype.kind == "c" else self, other, "dot")


def outer_product(self: Any, vec2: Any) -> Any:
    """Every product of an element of one vector with one of another."""
    for argument, each in (("self", self), ("vec2", vec2)):
        if each.ndim != 1:
            raise errors.outer_dims(argument, each.ndim)
    return reshape(self, (self.shape[0], 1)) * vec2


def _factor(number: complex, dtype: np.dtype[Any]) -> Any:
    """`alpha` or `beta` in the dtype that it multiplies; True for one, which costs nothing."""
    if isinstance(number, complex) and number.imag and dtype.kind != "c":
        raise numbers.not_representable(dtype)
    if dtype.kind in "fc":
        numbers.check_representable(number, dtype)
    return number == 1 or checked_number(number, dtype)


def _plus(start: Array, product: Array, beta: complex, alpha: complex, *, exact: bool) -> Array:
    """`beta * start + alpha * product`, in the product's memory; a `beta` of zero hides NaN.

    An `alpha` of zero hides the product if BLAS computes it, as it does what is `exact`, no wider.
    """
    if type(beta) is type(alpha) is int and beta == alpha == 1:
        return np.add(product, start, out=product)
    dtype = product.dtype
    by, into = _factor(beta, dtype), _factor(alpha, dtype)
    if alpha == 0 and exact:
        product[...] = start * (1 if by is True else by) if beta != 0 else 0
        return product
    if into is not True:
        np.multiply(product, into, out=product)
    if beta != 0:
        np.add(product, start if by is True else start * by, out=product)
    return product


def _wide(*arrays: Array) -> tuple[Array, ...]:
    """Half precision as single, to be rounded once at the end."""
    if arrays[0].dtype.char != _HALF:
        return arrays
    return tuple(each.astype(np.float32) for each in arrays)


def _alone(start: Array, beta: complex, shape: Shape) -> Array:
    """`beta * start` where there is no product to add: then torch multiplies as `mul_` does, and
    does not look at `alpha`."""
    dtype = dtypes.of(start)
    found = dtypes.result_type([start, beta])
    if beta == 0 or 0 in shape:
        return np.zeros(shape, start.dtype)
    if not dtypes.can_cast(found, dtype):
        raise tensor_errors.result_cast(found, dtype)
    scaled_start = start if beta == 1 else start * dtypes.number_array(beta, start.dtype)
    return np.array(np.broadcast_to(scaled_start, shape), order="C")


def _inside_addmm(
    result: Any, self: Any, mat1: Any, mat2: Any, beta: Any = 1, alpha: Any = 1
) -> Any:
    """torch's product of matrices starts from a copy of what it is added to."""
    if beta == 0 or not result.numel() or self.shape != result.shape:
        return result
    return inside.copies(result, self)


def _check_product(tensor: Tensor, given: Sequence[Any]) -> None:
    """Whether `addmm_` has the shape of the product that it adds."""
    given = [each for each in given if isinstance(each, Tensor)]
    if len({tensor.dtype, *[each.dtype for each in given]}) == 1 < len(given):
        rows, columns = given[0]._array.shape, given[1]._array.shape
        if len(rows) == len(columns) == 2 and rows[1] == columns[0]:
            wanted = rows[0], columns[1]
            if tensor._array.shape != wanted:
                raise write_errors.bad_size(tensor._array.shape, wanted)


@public(in_place=InPlace(memory_last=True, product=True, check=_check_product))
@unpromoted(
    self=lambda grad, beta: _scaled(grad, beta),
    mat1=lambda grad, mat2, mat1_shape, mat1_strides, alpha: _mat1_grad(
        grad, mat2, mat1_shape, mat1_strides, alpha
    ),
    mat2=lambda grad, mat1, mat2_shape, mat2_strides, alpha: _mat2_grad(
        grad, mat1, mat2_shape, mat2_strides, alpha
    ),
    inside=_inside_addmm,
)
def addmm(self: Array, mat1: Array, mat2: Array, *, beta: Number = 1, alpha: Number = 1) -> Array:
    """`beta * self + alpha * mat1 @ mat2`."""
    if self.dtype != mat2.dtype:
        raise errors.addmm_dtypes("self", dtypes.of(self), dtypes.of(mat2))
    if mat1.dtype != mat2.dtype:
        raise errors.addmm_dtypes("mat1", dtypes.of(mat1), dtypes.of(mat2))
    if mat1.ndim != 2:
        raise errors.not_a_matrix_of("mat1", mat1.ndim)
    if mat2.ndim != 2:
        raise errors.not_a_matrix_of("mat2", mat2.ndim)
    shape = (mat1.shape[0], mat2.shape[1])
    if mat1.shape[1] != mat2.shape[0]:
        raise errors.inner_sizes(mat1.shape, mat2.shape)
    if self.shape not in (shape, shape[1:]):
        expand.op.bare(self, shape)  # for its errors
    if not mat1.size or 0 in shape:
        return _alone(self, beta, shape)
    start, first, second = _wide(self, mat1, mat2)
    exact = first is mat1
    result = _plus(start, _product(first, second, "addmm_impl_cpu_"), beta, alpha, exact=exact)
    return result.astype(self.dtype, copy=False)


def _alone_mv(start: Array, beta: complex) -> Array:
    """`beta * start` likewise for `addmv`, which has `beta` in the dtype of `start`."""
    if beta == 0:
        return np.zeros_like(start)
    return np.multiply(start, _factor(beta, start.dtype), dtype=start.dtype)


_adds_vector: Final = unpromoted(
    name="addmv",
    self=lambda grad, beta: _scaled(grad, beta),
    mat=lambda grad, vec, alpha: _scaled(outer_product(grad, conj(vec)), alpha),
    vec=lambda grad, mat, alpha: _scaled(mv(conj(t(mat)), grad), alpha),
)


@public(
    "addmv",
    function=False,
    method=False,
    in_place=InPlace(function=True, memory_last=True, product=True),
)
@_adds_vector
def _addmv_written(
    self: Array, mat: Array, vec: Array, *, beta: Number = 1, alpha: Number = 1
) -> Array:
    """`beta * self + alpha * mat @ vec`, as long as the product is."""
    _checked_mv(mat, vec, self)
    if not mat.size:
        return np.array(np.broadcast_to(_alone_mv(self, beta), mat.shape[:1]))
    if mat.dtype.char == _HALF:  # which is not widened before the scales are looked at
        numbers.check_representable(beta, mat.dtype)
        numbers.check_representable(alpha, mat.dtype)
    start, first, second = _wide(self, mat, vec)
    exact = first is mat
    result = _plus(start, _product(first, second, "addmv_impl_cpu"), beta, alpha, exact=exact)
    return result.astype(self.dtype, copy=False)


@public()
@_adds_vector
def addmv(self: Array, mat: Array, vec: Array, *, beta: Number = 1, alpha: Number = 1) -> Array:
    """`beta * self + alpha * mat @ vec`; of a matrix without elements torch forgets how long the
    product is, and gives `beta * self`."""
    if mat.size:
        return _addmv_written.op.bare(self, mat, vec, beta=beta, alpha=alpha)
    _checked_mv(mat, vec, self)
    if beta == 0:
        return np.zeros(len(mat), self.dtype)
    result = _alone_mv(self, beta)
    if len(mat) and self.shape != mat.shape[:1]:
        warn_once.once(kernel_errors.resized_output(mat.shape[:1], self.shape), stacklevel=3)
    return result


for _each in (mm, bmm):
    with_forms(
        _each,
        function_forms=(
            "(Tensor input, Tensor mat2, *, Tensor out = None)",
            "(Tensor input, Tensor mat2, torch.dtype out_dtype, *, Tensor out = None)",
        ),
        method_forms=(),
    )
_ADDED: Final = ("Tensor mat1, Tensor mat2", "*, Number beta = 1, Number alpha = 1")
_ADDED_VECTOR: Final = "Tensor mat, Tensor vec, *, Number beta = 1, Number alpha = 1"


def _with_factors_first(op: Any, factors: str, **forms: Sequence[str]) -> None:
    """Forms of a product that is added, and the old ones, in which its numbers came first."""
    old = [
        (
            f"(Number beta, Tensor input, {alpha}{factors}, *, Tensor out = None)",
            f"(Number beta, {alpha}{factors})",
        )
        for alpha in ("Number alpha, ", "")
    ]
    with_old_forms(with_forms(op, **forms), *old)


_with_factors_first(
    addmm,
    _ADDED[0],
    function_forms=(
        "(Tensor input, {}, {}, Tensor out = None)".format(*_ADDED),
        "(Tensor input, {}, torch.dtype out_dtype, {}, Tensor out = None)".format(*_ADDED),
    ),
    method_forms=("({}, {})".format(*_ADDED),),
)
_with_factors_first(
    addmv,
    "Tensor mat, Tensor vec",
    function_forms=(f"(Tensor input, {_ADDED_VECTOR}, Tensor out = None)",),
)

"""Vector norms, and `norm`, which is composed of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mini_autograd.arrays import dtypes
from mini_autograd.arrays.dims import wrap_dim
from mini_autograd.core.modes import warn_once
from mini_autograd.core.op import public, unpromoted
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.ops import reductions as errors
from mini_autograd.messages.tensors import conversion as conversion_errors
from mini_autograd.ops.reduction.reductions import fold, reduced_dims, restored
from mini_autograd.ops.reduction.running import like
from mini_autograd.parsing.overloads import composite, with_forms
from mini_autograd.parsing.overrides import PLAIN, handle_torch_function, has_torch_function
from mini_autograd.parsing.types import Array, Bool, DType, Ints, Number, Str


def _norm_grad(grad: Any, self: Any, result: Any, ord: Any, dim: Any, keepdim: bool) -> Any:
    """A subgradient of zero where the norm is zero; ties for the greatest share the gradient."""
    ndim = len(self.shape)
    norm = result
    if dim:  # of all elements at once the norm is one number, which broadcasts as it is
        grad, norm = restored(grad, dim, keepdim, ndim), restored(result, dim, keepdim, ndim)
    if ord == 0:
        return None
    if ord == 1:
        return ops.sgn(self) * grad
    if ord == 2:
        return grad * ops.masked_zero(self / norm, norm == 0)
    size = ops.abs(self)
    if math.isinf(ord):
        mask = (size == norm) | (size != size)
        shares = like(grad / ops.sum(mask, dim, True) * mask, grad)
        return ops.sgn(self) * shares
    if ord < 1:
        powers = ops.masked_zero(_raised(size, ord - 1), self == 0)
        signed, norm = ops.sgn(self) * powers, norm ** (1 - ord)
        return signed * grad * norm
    powers = _raised(size, ord - 1 if ord < 2 else ord - 2)
    powers = (ops.sgn(self) if ord < 2 else self) * powers
    return powers * ops.masked_zero(grad / norm ** (ord - 1), norm == 0)


def _raised(size: Any, exponent: float) -> Any:
    """The power of sizes; torch writes it over them, of which a graph keeps a clone."""
    return size.pow_(exponent) if isinstance(size, Tensor) else size**exponent


def _check_dtype(found: dtypes.dtype, wanted: dtypes.dtype | None) -> None:
    if found.category < dtypes.FLOATING:
        raise errors.norm_input(found)
    if wanted is None:
        return
    if wanted.category < dtypes.FLOATING:
        raise errors.norm_dtype(wanted)
    if wanted.is_complex != found.is_complex:
        raise errors.norm_kind(found, wanted)
    if dtypes.promote_types(found, wanted) is not wanted:
        raise errors.norm_narrowing(found, wanted)


def _check_elements(array: Array, order: float, dim: Any) -> None:
    if not (order < 0 or order == math.inf):
        return
    if dim is None or not np.size(dim):
        raise errors.norm_without_elements(order, None)
    for each in dim if np.ndim(dim) else (dim,):
        if not array.shape[each]:
            raise errors.norm_without_elements(order, each)


@unpromoted(self=_norm_grad)
def linalg_vector_norm(
    self: Array,
    ord: Number = 2,
    dim: Ints | None = None,
    keepdim: Bool = False,
    *,
    dtype: DType | None = None,
) -> Array:
    """`sum(|x|**ord) ** (1 / ord)`; the count of nonzeros for 0, an extremum for an infinity."""
    _check_dtype(dtypes.of(self), dtype)
    if isinstance(ord, complex):
        raise errors.norm_complex_order()
    dtypes.check_int(ord)
    order = float(ord)
    dims = reduced_dims(dim, self.ndim)
    if not self.size:
        _check_elements(self, order, dim)
    array = self if dtype is None else self.astype(dtype.numpy)
    size = array if order == 2 and array.dtype.kind == "f" else np.abs(array)
    wanted = size.dtype
    if wanted.char == "e":
        size = size.astype(np.float32)
    # Of single elements torch gives the magnitudes, unless it is told a dim that there is not.
    single = bool(size.size) and not [each for each in dims if size.shape[each] != 1]
    single = single and (bool(dims) or dim is None or not np.size(dim))
    if single and order == 0 and array.dtype.kind == "c":  # torch casts what is not zero
        warn_once.once(conversion_errors.casts_complex(), stacklevel=5)
    return np.asarray(_norm(size, order, dims, keepdim, single)).astype(wanted, copy=False)


def _norm(size: Array, order: float, dims: tuple[int, ...], keepdim: bool, single: bool) -> Any:
    """The norm of magnitudes, which may be of single elements."""
    if math.isinf(order):
        pick = np.maximum if order > 0 else np.minimum
        return fold(pick, size, dims, keepdim)
    if order == 0:
        return fold(np.add, size != 0, dims, keepdim, size.dtype)
    if order == 1 or single:
        return fold(np.add, np.abs(size) if order == 2 else size, dims, keepdim)
    if order == 2:
        return np.sqrt(fold(np.add, size * size, dims, keepdim))
    total = fold(np.add, size**order, dims, keepdim)
    return np.asarray(total) ** (1.0 / order)


def _matrix_norm(
    self: Array, ord: Str, dim: Ints, keepdim: Bool = False, *, dtype: DType | None = None
) -> Any:
    """The norm of matrices, as far as `norm` comes to it: only to refuse what it is asked."""
    if ord not in ("fro", "nuc"):
        raise errors.norm_order(ord)
    if len(self.shape) < 2:
        raise errors.matrix_norm_input()
    if len(dim) != 2:
        raise errors.matrix_norm_dims(dim)
    first, second = (wrap_dim(each, len(self.shape)) for each in dim)
    if first == second:
        raise errors.matrix_norm_same_dims(first)
    raise errors.nuclear_norm()


linalg_matrix_norm = with_forms(
    composite(name="linalg_matrix_norm")(_matrix_norm),
    function_forms=(
        "(Tensor input, Number ord, tuple of ints dim = {-2,-1}, bool keepdim = False, *, "
        "torch.dtype dtype = None, Tensor out = None)",
        '(Tensor input, str ord = "fro", tuple of ints dim = {-2,-1}, bool keepdim = False, *, '
        "torch.dtype dtype = None, Tensor out = None)",
    ),
)


@public(method=False)
def norm(
    input: Any,
    p: Any = "fro",
    dim: Any = None,
    keepdim: Any = False,
    out: Any = None,
    dtype: Any = None,
) -> Any:
    """The p-norm of the elements over dims; 'fro' and None stand for 2.

    Not parsed here, as in torch: what does not fit is refused as an argument of the vector norm.
    """
    if type(input) not in PLAIN and has_torch_function((input,)):
        options = {"p": p, "dim": dim, "keepdim": keepdim, "out": out, "dtype": dtype}
        return handle_torch_function(norm, (input,), input, **options)
    if not isinstance(input, Tensor):
        _ = input.layout  # by which torch chooses a way
    dims = [dim] if isinstance(dim, int) else dim
    if isinstance(p, str) and (p != "fro" or (dims is not None and len(dims) > 2)):
        every = [*range(input.ndim)] if dims is None else dims
        return linalg_matrix_norm(input, p, every, keepdim, dtype=dtype)
    order = 2.0 if p is None or isinstance(p, str) else p
    return linalg_vector_norm(input, order, dims, keepdim, dtype=dtype)


@public("norm", function=False)
def _norm_method(
    self: Any, p: Any = "fro", dim: Any = None, keepdim: Any = False, dtype: Any = None
) -> Any:
    return norm(self, p, dim, keepdim, dtype=dtype)


_norm_method.__name__, _norm_method.__qualname__ = "norm", "Tensor.norm"
_norm_method.__doc__ = norm.__doc__

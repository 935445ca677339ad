"""Greatest and least elements, and where they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes
from mini_autograd.arrays.dims import along, wrap_dim
from mini_autograd.arrays.numbers import has_zero
from mini_autograd.core.op import public, unpromoted
from mini_autograd.core.saved.gradient_tensors import count_writes
from mini_autograd.core.saved.packing import is_watched
from mini_autograd.core.table import ops
from mini_autograd.messages.ops import reductions as errors
from mini_autograd.ops import return_types
from mini_autograd.ops.reduction.reductions import both, fold, reduced_dims, restored
from mini_autograd.ops.reduction.running import like
from mini_autograd.ops.tensor import inside
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.types import Array, Bool, Int, Ints


def _viewed(value: Any, dim: Any, keepdim: bool) -> Any:
    """A reduced gradient or result with its dims back, of size one: as many as it had, whatever
    the operand has become."""
    if keepdim:
        return value
    dims = (dim,) if isinstance(dim, (int, np.integer)) else dim or ()
    count = value.ndim + len(dims)
    reduced, sizes = {each % count for each in dims}, iter(value.shape)
    return ops.reshape(value, tuple(1 if i in reduced else next(sizes) for i in range(count)))


def _shared_grad(grad: Any, self: Any, result: Any, dim: Any, keepdim: bool) -> Any:
    """The gradient, split evenly among the elements equal to the result."""
    grad, result = _viewed(grad, dim, keepdim), _viewed(result, dim, keepdim)
    mask = result == self
    return like(grad / ops.sum(mask, dim, True) * mask, grad)


def _both_shared_grads(grads: Any, self: Any, results: Any, dim: Any, keepdim: bool) -> Any:
    """Likewise of two results; of one alone where the other got no gradient."""
    shares = [
        None if grad is None else _shared_grad(grad, self, result, dim, keepdim)
        for grad, result in zip(grads, results, strict=True)
    ]
    summed = both(*shares)
    return summed if any(grad is None for grad in grads) else count_writes(summed)


def _check_empty(name: str, array: Array, dims: Any) -> None:
    if dims is None or not len(dims):
        raise errors.needs_dim(name)
    for each in dims:
        if array.ndim and not array.shape[wrap_dim(each, array.ndim)]:
            raise errors.empty_dim(name, each)


def _reduced(name: str, pick: np.ufunc, array: Array, dim: Any, keepdim: bool) -> Array:
    if not array.size:
        _check_empty(name, array, (dim,) if isinstance(dim, int) else dim)
    dims = reduced_dims(dim, array.ndim)
    kind = array.dtype.kind
    if kind == "c":
        kernel = "max_values_cpu" if pick is np.maximum else "min_values_cpu"
        raise errors.not_implemented(kernel, dtypes.of(array))
    result = fold(pick, array, dims, keepdim)
    if kind == "f" and array.itemsize > 2 and has_zero(result):
        result = fold(pick, _backward(array, dims), dims, keepdim)  # torch gives the first zero
    return result


def _backward(array: Array, dims: tuple[int, ...]) -> Array:
    """`np.flip`, in a tenth of its time."""
    return array[tuple([_BACKWARD if dim in dims else _FORWARD for dim in range(array.ndim)])]


_FORWARD: Final = slice(None)
_BACKWARD: Final = slice(None, None, -1)


@public()
@unpromoted(self=_shared_grad)
def amax(self: Array, dim: Ints | None = (), keepdim: Bool = False) -> Array:
    """The greatest elements over the given dims; ties share the gradient."""
    return _reduced("amax", np.maximum, self, dim, keepdim)


@public()
@unpromoted(self=_shared_grad)
def amin(self: Array, dim: Ints | None = (), keepdim: Bool = False) -> Array:
    """The least elements over the given dims; ties share the gradient."""
    return _reduced("amin", np.minimum, self, dim, keepdim)


@unpromoted(
    name="aminmax",
    node="AminmaxBackward0",
    outputs=("min", "max"),
    partial=True,
    self=lambda grads, self, result0, result1, dim, keepdim: _both_shared_grads(
        grads, self, (result0, result1), _listed(dim), keepdim
    ),
)
def least_and_greatest(
    self: Array, *, dim: Int | None = None, keepdim: Bool = False
) -> tuple[Array, Array]:
    """Both extrema at once."""
    if not self.size and dim is None:
        raise errors.aminmax_empty()
    if dim is not None:
        wrapped = wrap_dim(dim, self.ndim)
        if self.ndim and not self.shape[wrapped]:
            raise errors.aminmax_empty_dim(wrapped)
    if self.dtype.kind == "c":
        raise errors.aminmax_complex(dtypes.of(self), of_scalar=not self.ndim and dim is not None)
    return (
        _reduced("amin", np.minimum, self, dim, keepdim),
        _reduced("amax", np.maximum, self, dim, keepdim),
    )


def _listed(dim: int | None) -> tuple[int, ...]:
    return () if dim is None else (dim,)


@public()
@composite(name="aminmax")
def aminmax(self: Array, *, dim: Int | None = None, keepdim: Bool = False) -> Any:
    """The least and the greatest element, as `min` and `max`."""
    return return_types.aminmax(least_and_greatest(self, dim=dim, keepdim=keepdim))


def evenly(grad: Any, self: Any, result: Any) -> Any:
    """The gradient of one picked value, shared by all that equal it; by all NaNs for a NaN."""
    mask = self != self if bool(result != result) else self == result
    if is_watched():  # torch writes nothing then
        return like(mask * (grad / ops.sum_all(mask)), grad)
    zeros = ops.zeros_of(grad, tuple(self.shape))
    return count_writes(ops.masked_fill(zeros, mask, grad / ops.sum_all(mask)), dispatched=True)


def _of_all(name: str, pick: np.ufunc, array: Array) -> Array:
    if not array.size:
        _check_empty(name, array, None)
    if array.dtype.kind == "c":
        raise errors.not_implemented(f"{name}_all", dtypes.of(array))
    result = fold(pick, array, None, False)
    if array.dtype.char == "e" and not result:
        result = pick.reduce(np.flip(array), axis=None)  # of halves NumPy gives the first zero
    return result


@unpromoted(name="max", node="MaxBackward1", self=evenly)
def max_all(self: Array) -> Array:
    """The greatest of all elements; ties share the gradient."""
    return _of_all("max", np.maximum, self)


@unpromoted(name="min", node="MinBackward1", self=evenly)
def min_all(self: Array) -> Array:
    """The least of all elements; ties share the gradient."""
    return _of_all("min", np.minimum, self)


def picked_grad(
    grads: Any, result1: Any, self_shape: tuple[int, ...], dim: int, keepdim: bool
) -> Any:
    """The gradient of values picked along a dim, written to where they came from."""
    grad, index = [restored(each, dim, keepdim, len(self_shape)) for each in (grads[0], result1)]
    return count_writes(ops.scatter(ops.zeros_of(grad, self_shape), dim, index, grad), 2)


def index_of(
    name: str, pick: Callable[..., Any], array: Array, dim: int, keepdim: bool
) -> tuple[Any, Any]:
    """The first extreme elements along a dim, and their indices."""
    dim = wrap_dim(dim, array.ndim)
    if not array.size:
        _check_empty(name, array, (dim,))
    if array.dtype.kind == "c":
        raise errors.does_not_support(name, "complex")
    if not array.ndim:
        return np.array(array), np.zeros((), np.int64)
    if array.ndim == 1 and not keepdim:
        index = pick(array)
        return array[index], index
    index = pick(array, dim, keepdims=True)
    values = array[along(dim, index)]
    return (values, index) if keepdim else (values.squeeze(dim), index.squeeze(dim))


@unpromoted(
    name="max",
    node="MaxBackward0",
    outputs=("values", "indices"),
    self=picked_grad,
    inside=inside.fills_number,
)
def max_dim(self: Array, dim: Int, keepdim: Bool = False) -> tuple[Array, Array]:
    """The greatest elements along a dim, with the first index of each."""
    return index_of("max", np.ndarray.argmax, self, dim, keepdim)


@unpromoted(
    name="min",
    node="MinBackward0",
    outputs=("values", "indices"),
    self=picked_grad,
    inside=inside.fills_number,
)
def min_dim(self: Array, dim: Int, keepdim: Bool = False) -> tuple[Array, Array]:
    """The least elements along a dim, with the first index of each."""
    return index_of("min", np.ndarray.argmin, self, dim, keepdim)


def _extremum(name: str, of_all: Any, of_dim: Any, kind: Any) -> Any:
    """torch's three overloads: of all elements, of two tensors, along a dim."""

    def with_other(self: Array, other: Array) -> Any:
        return (ops.maximum if name == "max" else ops.minimum)(self, other)

    def along(self: Array, dim: Int, keepdim: Bool = False) -> Any:
        return kind(of_dim(self, dim, keepdim))

    return overloaded(
        name,
        of_all,
        composite(name=name)(with_other),
        composite(name=name)(along),
        function_forms=(
            "(Tensor input, *, Tensor out = None)",
            "(Tensor input, Tensor other, *, Tensor out = None)",
            "(Tensor input, int dim, bool keepdim = False, *, tuple of Tensors out = None)",
        ),
    )


def _index(name: str, pick: Callable[..., Any], array: Array, dim: Any, keepdim: bool) -> Array:
    if array.dtype.kind in "cb":
        raise errors.does_not_support(name, "complex" if array.dtype.kind == "c" else "bool")
    if not array.size and dim is None:
        raise errors.index_needs_dim(name)
    if dim is not None:
        return index_of(name, pick, array, dim, keepdim)[1]
    shape = (1,) * array.ndim if keepdim else ()
    return np.asarray(pick(array), np.int64).reshape(shape)


@public()
@unpromoted()
def argmax(self: Array, dim: Int | None = None, keepdim: Bool = False) -> Array:
    """The first index of the greatest element, of all or along a dim; NaN is the greatest."""
    return _index("argmax", np.ndarray.argmax, self, dim, keepdim)


@public()
@unpromoted()
def argmin(self: Array, dim: Int | None = None, keepdim: Bool = False) -> Array:
    """The first index of the least element, of all or along a dim; NaN is the least."""
    return _index("argmin", np.ndarray.argmin, self, dim, keepdim)


public()(_extremum("max", max_all, max_dim, return_types.max))
public()(_extremum("min", min_all, min_dim, return_types.min))

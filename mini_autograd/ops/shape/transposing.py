"""Views with the dims in another order, and with or without dims of size 1."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from mini_autograd.arrays import layout
from mini_autograd.arrays.dims import wrap_dim, wrap_dims
from mini_autograd.arrays.layout import Shape
from mini_autograd.core.modes import warn_once
from mini_autograd.core.op import attribute, public, unpromoted
from mini_autograd.core.saved.packing import composed
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.ops import shapes as errors
from mini_autograd.ops.shape.slicing import alias
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.types import Array, Dims, Int, Ints


@public()
@unpromoted(view=True, self=lambda grad, dim0, dim1: transpose(grad, dim0, dim1))
def transpose(self: Array, dim0: Int, dim1: Int) -> Array:
    """Two dims swapped."""
    ndim = self.ndim
    if -ndim <= dim0 < ndim and -ndim <= dim1 < ndim:
        return (self if self.size else layout.placed(self)).swapaxes(dim0, dim1)
    wrap_dim(dim0, ndim), wrap_dim(dim1, ndim)
    return self[...]


@public()
@composite
def swapaxes(self: Array, axis0: Int, axis1: Int) -> Any:
    """NumPy's name of `transpose`."""
    return transpose(self, axis0, axis1)


@public()
@composite
def swapdims(self: Array, dim0: Int, dim1: Int) -> Any:
    """Another name of `transpose`."""
    return transpose(self, dim0, dim1)


@public()
@unpromoted(node="TBackward0", view=True, self=lambda grad: t(grad))
def t(self: Array) -> Array:
    """A matrix transposed; fewer dims as they are."""
    if self.ndim > 2:
        raise errors.not_a_matrix_to_transpose(self.ndim)
    return (self if self.size else layout.placed(self)).T


@public()
@unpromoted(view=True, self=lambda grad, dims: permute(grad, _inverse(dims)))
def permute(self: Array, dims: Dims) -> Array:
    """The dims in another order."""
    return (self if self.size else layout.placed(self)).transpose(_order(tuple(dims), self.ndim))


@lru_cache(maxsize=1024)
def _order(dims: Shape, ndim: int) -> Shape:
    if len(dims) != ndim:
        raise errors.permute_length(ndim, len(dims))
    order = tuple([wrap_dim(dim, ndim) for dim in dims])
    if len(set(order)) != len(order):
        raise errors.permute_repeated()
    return order


def _inverse(dims: Sequence[int]) -> Shape:
    order = [dim % len(dims) for dim in dims]
    return tuple(order.index(dim) for dim in range(len(dims)))


@composite
def movedim(self: Array, source: Dims, destination: Dims) -> Any:
    """Some dims moved elsewhere; the others keep their order."""
    return _moved(self, tuple(source), tuple(destination))


def _moved(self: Any, source: Ints, destination: Ints) -> Any:
    order = _moved_order(source, destination, self.ndim)
    return permute(self, order) if order else alias(self)


@lru_cache(maxsize=1024)
def _moved_order(source: Ints, destination: Ints, ndim: int) -> Shape:
    if len(source) != len(destination):
        raise errors.movedim_lengths(source, destination)
    origins = [wrap_dim(dim, ndim) for dim in source]
    targets = [wrap_dim(dim, ndim) for dim in destination]
    for which, found, given in (("source", origins, source), ("destination", targets, destination)):
        if len(set(found)) != len(found):
            raise errors.movedim_repeated(which, given)
    rest = iter([dim for dim in range(ndim) if dim not in origins])
    return tuple(
        [origins[targets.index(dim)] if dim in targets else next(rest) for dim in range(ndim)]
    )


@composite(name="movedim")
def _movedim_one(self: Array, source: Int, destination: Int) -> Any:
    """One dim moved elsewhere."""
    return _moved(self, (source,), (destination,))


for _name in ("movedim", "moveaxis"):  # which errors say
    public()(overloaded(_name, _movedim_one, movedim))


@attribute("mT")
@composed
def matrix_transpose(self: Tensor, name: str = "mT") -> Tensor:
    """The last two dims swapped; torch gives a 0-d tensor back."""
    ndim = self._array.ndim
    if ndim > 1:
        return transpose(self, -2, -1)
    if ndim:
        raise errors.matrix_property(name, 1)
    if name in errors.ZERO_DIM_PROPERTIES:
        warn_once.once(errors.zero_dim_property(name))
    return self


@attribute("H")
@composed
def _conjugate_transpose(self: Tensor) -> Any:
    if self.ndim not in (0, 2):
        raise errors.not_a_matrix_for_h(self.ndim)
    return ops.conj(matrix_transpose(self, "H"))


@attribute("mH")
@composed
def _conjugate_matrix_transpose(self: Tensor) -> Any:
    return ops.conj(matrix_transpose(self, "mH"))


@public(function=False)
@composed
def adjoint(self: Tensor) -> Any:
    """The matrices transposed and conjugated."""
    return ops.conj(matrix_transpose(self, "adjoint()"))


@attribute("T")
@composed
def reversed_dims(self: Tensor) -> Tensor:
    """All dims in reverse order."""
    ndim = self._array.ndim
    if ndim == 2:
        return permute(self, (1, 0))
    warn_once.once(errors.reversed_dims() if ndim else errors.zero_dim_property("T"))
    return permute(self, tuple(range(ndim - 1, -1, -1)))


def _unsqueezed(grad: Any, dims: Sequence[int]) -> Any:
    """The dims that a squeeze took away put back, first to last."""
    for dim in dims:
        grad = unsqueeze(grad, dim)
    return grad


def _singletons(shape: Sequence[int], dims: Sequence[int]) -> list[int]:
    """Those of the dims that have size 1, in order."""
    return sorted(each for dim in dims if shape and shape[each := dim % len(shape)] == 1)


@unpromoted(
    view=True,
    self=lambda grad, self_shape: _unsqueezed(
        grad, _singletons(self_shape, range(len(self_shape)))
    ),
)
def squeeze(self: Array) -> Array:
    """Without its dims of size 1."""
    return self.squeeze()


@unpromoted(
    name="squeeze",
    node="SqueezeBackward1",
    view=True,
    self=lambda grad, self_shape, dim: _unsqueezed(grad, _singletons(self_shape, (dim,))),
)
def squeeze_dim(self: Array, dim: Int) -> Array:
    """Without one dim, if its size is 1."""
    dim = wrap_dim(dim, self.ndim)
    return self.squeeze(dim) if self.ndim and self.shape[dim] == 1 else self.view()


@unpromoted(
    name="squeeze",
    node="SqueezeBackward2",
    view=True,
    self=lambda grad, self_shape, dim: _unsqueezed(grad, _singletons(self_shape, dim)),
)
def squeeze_dims(self: Array, dim: Dims) -> Array:
    """Without those of some dims whose size is 1."""
    return self.squeeze(tuple(_singletons(self.shape, wrap_dims(dim, self.ndim))))


@unpromoted(
    node="SqueezeBackward4",
    self=lambda grad, self_shape, dim: _unsqueezed(grad, _singletons(self_shape, (dim,))),
)
def squeezed_in_place(self: Array, dim: Int) -> Array:
    """`squeeze` of a fresh result, which nobody else can see."""
    return squeeze_dim.op.bare(self, dim)


@public()
@unpromoted(view=True, self=lambda grad, dim: squeeze_dim(grad, dim))
def unsqueeze(self: Array, dim: Int) -> Array:
    """With a new dim of size 1 before `dim`, counted in the result."""
    strides = self.strides if self.size else layout.strides_of(self)
    shape, steps = _with_dim(self.shape, strides, self.itemsize, dim)
    return self.reshape(shape) if steps is None else layout.restrided(self, shape, steps)


@lru_cache(maxsize=1024)
def _with_dim(old: Shape, strides: Shape, itemsize: int, dim: int) -> tuple[Shape, Shape | None]:
    """The sizes and strides with a new dim; no strides where NumPy's are torch's."""
    ndim = len(old)
    dim = wrap_dim(dim, ndim + 1)
    shape = (*old[:dim], 1, *old[dim:])
    if layout.is_plain(old, strides, itemsize):
        return shape, None
    step = itemsize if dim == ndim else old[dim] * strides[dim]
    return shape, (*strides[:dim], step, *strides[dim:])


public()(overloaded("squeeze", squeeze, squeeze_dim, squeeze_dims))

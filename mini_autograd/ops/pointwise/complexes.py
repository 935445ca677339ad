"""Complex parts; for real tensors they cost nothing, as rules conjugate everything.

torch's `conj()` of a complex tensor is a view that shares memory; NumPy has no such layout, so
here it is a copy, which knows that torch has yet to conjugate it: NumPy may not see it so.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes, empties, layout
from mini_autograd.arrays.layout import Shape
from mini_autograd.core.op import Expanded, InPlace, attribute, public, unpromoted
from mini_autograd.core.table import ops, shared
from mini_autograd.core.tensor.tensor import Tensor, mark_conjugated
from mini_autograd.core.tensor.version_counter import counter_of
from mini_autograd.messages.ops import pointwise as errors
from mini_autograd.messages.ops.kernels import no_complex_half
from mini_autograd.ops.tensor import inside
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.types import Array


@unpromoted(name="conj", node="ConjBackward0", self=lambda grad: conj(grad))
def conj_complex(self: Array) -> Array:
    """The conjugate of a complex tensor, laid out as that: for torch it is a view."""
    if (self.flags.c_contiguous and 1 not in self.shape) or not self.size:
        return np.conjugate(self)
    once = self[tuple([slice(None if stride else 1) for stride in self.strides])]
    span = sum([(n - 1) * stride for n, stride in zip(once.shape, once.strides, strict=True)])
    memory = np.empty(span // self.itemsize + 1, self.dtype)
    np.conjugate(once, out=np.ndarray(once.shape, self.dtype, memory, strides=once.strides))
    return np.ndarray(self.shape, self.dtype, memory, strides=self.strides)


_REAL: Final = frozenset({float, int, bool, np.float16, np.float32, np.float64})


@shared
def conj(value: Any) -> Any:
    """The conjugate of a tensor, an array or a number; what is real is given back as it is.

    For rules: it parses no arguments.
    """
    if type(value) in _REAL:
        return value
    if isinstance(value, Tensor):
        return _pending(value) if value._array.dtype.kind == "c" else value
    if isinstance(value, np.ndarray):
        return np.conjugate(value) if value.dtype.kind == "c" else value
    return value.conjugate() if isinstance(value, (complex, np.complexfloating)) else value


def _pending(value: Tensor) -> Tensor:
    """The conjugate, which torch computes once somebody reads it: what is written to the value
    until then counts as written to it."""
    result: Tensor = conj_complex(value)
    result._counter = counter_of(value)
    if not value._conjugated:
        mark_conjugated(result)
    return result


@public()
@composite(name="conj")
def conj_parsed(self: Array) -> Array:
    """The conjugate; a real tensor itself."""
    return conj(self)


@unpromoted(name="conj_physical_", node="ConjPhysicalBackward1", self=lambda grad: conj(grad))
def _conj_written(self: Array) -> Array:
    return np.conjugate(self)


@unpromoted(
    name="conj_physical", node="ConjPhysicalBackward0", self=lambda grad: conj_physical(grad)
)
def _conj_now(self: Array) -> Array:
    return np.conjugate(self, out=layout.empty_as(self))


@public(
    in_place=InPlace(
        function=True,
        expanded=Expanded.ALLOWED,
        recorded=overloaded("conj_physical", _conj_written, method_forms=("()",)),
    )
)
@composite
def conj_physical(self: Array) -> Any:
    """The conjugate, in memory of its own; a real tensor itself."""
    array = self._array if isinstance(self, Tensor) else self
    return _conj_now(self) if array.dtype.kind == "c" else self


@public()
@composite
def resolve_conj(self: Array) -> Array:
    """The tensor itself, or a copy where torch has yet to conjugate it."""
    return ops.clone(self) if getattr(self, "_conjugated", False) else self


@public(method=False)
@unpromoted(view=True, self=lambda grad: view_as_complex(ops.contiguous(grad)))
def view_as_real(self: Array) -> Array:
    """A complex tensor as pairs of reals along a new last dimension, on the same memory."""
    if self.dtype.kind != "c":
        raise errors.view_as_real_of_real()
    if not self.size:
        self = layout.placed(self)  # of a gradient, too
    return self[..., None].view(self.real.dtype)


@public(method=False)
@unpromoted(view=True, self=lambda grad: view_as_real(ops.contiguous(grad)))
def view_as_complex(self: Array) -> Array:
    """The inverse of `view_as_real`; needs the pairs side by side in memory."""
    if self.dtype == np.float16:
        raise no_complex_half()
    if self.dtype not in _COMPLEX_OF:
        raise errors.view_as_complex_dtype(dtypes.of(self))
    strides = layout.strides_of(self)
    _check_pairs(self.shape, strides, layout.memory_of(self)[1], self.itemsize)
    if not self.size:  # nothing to share
        return empties.with_strides(self.shape[:-1], strides[:-1], _COMPLEX_OF[self.dtype])
    return self.view(_COMPLEX_OF[self.dtype])[..., 0]


@lru_cache(maxsize=256)
def _check_pairs(shape: Shape, strides: Shape, start: int, itemsize: int) -> None:
    errors.check_pairs(shape, [each // itemsize for each in strides], start // itemsize)


_COMPLEX_OF: Final[dict[np.dtype[Any], np.dtype[Any]]] = {
    np.dtype(np.float32): np.dtype(np.complex64),
    np.dtype(np.float64): np.dtype(np.complex128),
}


@public(method=False)
@unpromoted(
    name="complex",
    real=lambda grad, real: _real_of(grad),
    imag=lambda grad, imag: _imag_of(grad),
    inside=inside.writes_out("complex"),
)
def complex_of(real: Array, imag: Array) -> Array:
    """`real + 1j * imag`."""
    if real.dtype.kind != "f" or imag.dtype.kind != "f":
        raise errors.complex_of_dtypes(dtypes.of(real), dtypes.of(imag))
    if real.dtype != imag.dtype:
        raise errors.complex_of_two_dtypes(dtypes.of(real), dtypes.of(imag))
    if real.dtype.char == "e":
        raise no_complex_half()
    shape, dtype = real.shape, _COMPLEX_OF[real.dtype]
    if shape != imag.shape:
        shape = np.broadcast_shapes(shape, imag.shape)
    result = np.empty(shape, dtype)
    result.real, result.imag = real, imag
    return layout.arranged(result, real, imag)


@shared
def real(value: Any) -> Any:
    """The real part, a view; what is real is given back as it is. For rules."""
    if isinstance(value, Tensor):
        array = value._array
        if array.dtype.kind != "c":
            return value
        if value._conjugated:
            value = conj(value)  # torch, too, conjugates once more what it has yet to conjugate
        return ops.select(view_as_real(value), array.ndim, 0)
    return np.real(value)


def imag(value: Any) -> Any:
    """The imaginary part of what is complex, a view. For rules."""
    if isinstance(value, Tensor):
        array = value._array
        if array.dtype.kind != "c":
            raise errors.imag_of_real()
        return ops.select(view_as_real(value), array.ndim, 1)
    return np.imag(value)


# `complex` saves operands that its rules do not need: torch's formulas name functions like these.
_real_of, _imag_of = real, imag


@public(method=False)
@composite(name="real")
def real_parsed(self: Array) -> Array:
    """The real part, a view; a real tensor itself."""
    return real(self)


@public(method=False)
@composite(name="imag")
def imag_parsed(self: Array) -> Array:
    """The imaginary part, a view; a RuntimeError for real tensors."""
    return imag(self)


@public("is_conj", function=False)
def _is_conj(self: Tensor) -> bool:
    return self._conjugated


def _set_real(self: Tensor, value: Any) -> None:
    real(self)[...] = value


def _set_imag(self: Tensor, value: Any) -> None:
    imag(self)[...] = value


attribute("real", setter=_set_real)(real)
attribute("imag", setter=_set_imag)(imag)

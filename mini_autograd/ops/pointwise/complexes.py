"""Complex parts; for real tensors they cost nothing, as rules conjugate everything.

torch's `conj()` of a complex tensor is a view that shares memory and is yet to be conjugated; NumPy
has no such layout: see `arrays.mirrors`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import dtypes, empties, layout, mirrors
from mini_autograd.arrays.layout import Shape
from mini_autograd.core.modes import warn_once
from mini_autograd.core.op import Expanded, InPlace, attribute, public, unpromoted
from mini_autograd.core.table import ops, shared
from mini_autograd.core.tensor.tensor import Tensor, mark_conjugated
from mini_autograd.messages.ops import pointwise as errors
from mini_autograd.messages.ops.kernels import no_complex_half
from mini_autograd.ops.tensor import inside
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.types import Array


@unpromoted(name="conj", node="ConjBackward0", view=True, self=lambda grad: _conjugated(grad))
def conj_complex(self: Array) -> Array:
    """The conjugate of a complex tensor, on the same memory."""
    return mirrors.conjugated(self) if self.size else self[...]


def _conjugated(grad: Any) -> Any:
    """The conjugate as a view, which a gradient is then, too."""
    is_raw = isinstance(grad, np.ndarray | np.generic) and grad.dtype.kind == "c" and grad.size
    return mirrors.conjugated(np.asarray(grad)) if is_raw else conj(grad)


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
    """The conjugate, which torch computes once somebody reads it."""
    result: Tensor = conj_complex(value)
    mark_conjugated(result, not value._conjugated)
    if result._base is not None:
        result._replays = value
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
        expanded=Expanded.REAL,
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
    return _resolved(self) if _is_conj(self) else self  # type: ignore[arg-type]


@public()
@composite
def resolve_neg(self: Array) -> Array:
    """The tensor itself, or a copy where torch has yet to negate it."""
    return self if _is_conj(self) else _resolved(self)  # type: ignore[arg-type]


def _resolved(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return layout.copied(value) if mirrors.is_mirrored(value) else value
    return ops.clone(value) if getattr(value, "_conjugated", False) else value


@public(method=False)
@unpromoted(view=True, self=lambda grad: view_as_complex(_resolved(ops.contiguous(grad))))
def view_as_real(self: Array) -> Array:
    """A complex tensor as pairs of reals along a new last dimension, on the same memory."""
    if self.dtype.kind != "c":
        raise errors.view_as_real_of_real()
    if mirrors.is_mirrored(self):
        raise errors.view_as_real_of_conjugated()
    if not self.size:
        self = layout.placed(self)  # of a gradient, too
    return self[..., None].view(self.real.dtype)


@public(method=False)
@unpromoted(view=True, self=lambda grad: view_as_real(_resolved(ops.contiguous(grad))))
def view_as_complex(self: Array) -> Array:
    """The inverse of `view_as_real`; needs the pairs side by side in memory."""
    if self.dtype not in _COMPLEX_OF and self.dtype != np.float16:
        raise errors.view_as_complex_dtype(dtypes.of(self))
    strides = layout.strides_of(self)
    _check_pairs(self.shape, strides, layout.memory_of(self)[1], self.itemsize)
    if self.dtype == np.float16:
        raise no_complex_half()
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
    if real.dtype.char == "e":
        warn_once.once(errors.complex_half(), stacklevel=4)
    if real.dtype != imag.dtype:
        raise errors.complex_of_two_dtypes(dtypes.of(real), dtypes.of(imag))
    shape = real.shape
    if shape != imag.shape:
        shape = np.broadcast_shapes(shape, imag.shape)
    if real.dtype.char == "e":
        raise no_complex_half()
    dtype = _COMPLEX_OF[real.dtype]
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
        return ops.select(
            _negated(value) if value._conjugated else view_as_real(value), array.ndim, 1
        )
    return np.imag(value)


def _negated(value: Tensor) -> Tensor:
    """The parts of the conjugate, which are yet to be negated."""
    parts: Tensor = view_as_real(conj(value))
    result: Tensor = negative_view(parts)
    mark_conjugated(result)
    if result._base is not None:
        result._replays = parts
    return result


@unpromoted(name="_neg_view", node="NegViewBackward0", view=True, self=lambda grad: -grad)
def negative_view(self: Array) -> Array:
    """Of pairs of real and imaginary parts those of the conjugates, of which the second ones are
    negative: only these are to be shown."""
    mirrored = mirrors.conjugated(self.view(_COMPLEX_OF[self.dtype])[..., 0])
    return mirrored[..., None].view(self.dtype)


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
    return self._conjugated and self._array.dtype.kind == "c"


def _set_real(self: Tensor, value: Any) -> None:
    real(self)[...] = value


def _set_imag(self: Tensor, value: Any) -> None:
    imag(self)[...] = value


attribute("real", setter=_set_real)(real)
attribute("imag", setter=_set_imag)(imag)

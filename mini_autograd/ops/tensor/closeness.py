"""Whether numbers are finite, and whether they are close to others."""

from __future__ import annotations

from typing import Any

import numpy as np

from mini_autograd.arrays import dtypes, layout
from mini_autograd.core.modes.grad_mode import state, unrecorded
from mini_autograd.core.op import differentiable, public, quiet, unpromoted
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.core.tensor.version_counter import counter_of
from mini_autograd.messages.ops import pointwise as errors
from mini_autograd.ops.pointwise.comparison import eq
from mini_autograd.ops.pointwise.complexes import imag, real
from mini_autograd.parsing.overloads import composite
from mini_autograd.parsing.types import Array, Bool, Float


@public()
@differentiable()
def isnan(self: Array) -> Array:
    """Whether it is no number."""
    return np.isnan(self)


@public()
@unpromoted()
def isinf(self: Array) -> Array:
    """Whether it is infinite."""
    return _tested(np.isinf, self)


def _tested(test: np.ufunc, array: Array) -> Array:
    """Of integers torch makes a tensor like that, of others it is a kernel's result."""
    if array.dtype.kind not in "fc":
        return test(array, out=layout.empty_as(array, np.dtype(bool)))
    return layout.arranged(np.asarray(test(array)), array)


@unpromoted(name="isfinite")
def _is_finite(self: Array) -> Array:
    return _tested(np.isfinite, self)


@public()
@composite
def isfinite(self: Array) -> Any:
    """Whether it is neither infinite nor no number."""
    made: Tensor = _is_finite(self)
    is_complex = self.dtype.is_complex  # type: ignore[attr-defined]
    if is_complex:
        counter_of(made).version += 1  # torch combines the two parts
    if _is_recorded(self):  # and so are the magnitudes that torch looks at
        for part in (real(self), imag(self)) if is_complex else (self,):
            ops.abs(part)
    return made


def _is_recorded(*tensors: Any) -> bool:
    return state.enabled and any(each._requires_grad for each in tensors)


@public()
@composite
def isclose(
    self: Array, other: Array, rtol: Float = 1e-05, atol: Float = 1e-08, equal_nan: Bool = False
) -> Any:
    """Where `abs(self - other) <= atol + rtol * abs(other)`, or both are the same."""
    tensors: Any = self, other
    a, b = [each._array for each in tensors]
    if a.dtype != b.dtype:
        raise errors.dtypes_differ(dtypes.of(a), dtypes.of(b))
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if not tolerance >= 0:  # nor no number
            raise errors.negative_tolerance(name, tolerance)
    close = eq(self, other)  # to which torch writes the others
    if (rtol or atol) and _is_recorded(*tensors):
        # What torch computes for it is recorded, as hooks see, and views that may not be.
        ops.abs(other * rtol) + atol
        isfinite(ops.abs(self - other))
    writes = quiet.run(_close, a, b, close._array, rtol, atol, equal_nan)
    counter_of(close).version += writes
    return close


def _close(a: Any, b: Any, same: Any, rtol: float, atol: float, equal_nan: bool) -> int:
    """Writes where both are close, and gives how often torch writes for that."""
    writes = 0
    if equal_nan and a.dtype.kind in "fc":
        same |= np.isnan(a) & np.isnan(b)
        writes += 1
    if rtol == 0 and atol == 0:
        return writes
    if a.dtype.kind in "biu":  # in the default dtype, as integers of it would overflow
        default = dtypes.get_default_dtype().numpy
        a, b = a.astype(default), b.astype(default)
    error = np.abs(a - b)
    same |= np.isfinite(error) & (error <= atol + np.abs(rtol * b))
    return writes + 1


@public()
@composite
def allclose(
    self: Array, other: Array, rtol: Float = 1e-05, atol: Float = 1e-08, equal_nan: Bool = False
) -> bool:
    """Whether `isclose` holds everywhere."""
    with unrecorded():
        return bool(np.all(isclose(self, other, rtol, atol, equal_nan)._array))

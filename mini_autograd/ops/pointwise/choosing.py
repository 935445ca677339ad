"""What takes one operand or another at each element: where, maximum, minimum."""

from __future__ import annotations

from typing import Any

import numpy as np

from mini_autograd.arrays import dtypes, numbers
from mini_autograd.core.modes import warn_once
from mini_autograd.core.op import differentiable, public
from mini_autograd.core.saved.gradient_tensors import count_writes
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.graph import walk as walk_errors
from mini_autograd.messages.ops import pointwise as errors
from mini_autograd.messages.ops.kernels import no_complex_half
from mini_autograd.ops.pointwise.arithmetic import over
from mini_autograd.ops.pointwise.rounding import is_complex, kept
from mini_autograd.parsing.overloads import composite, overloaded
from mini_autograd.parsing.types import Array, Mask, Number


@differentiable(
    name="where",
    self=lambda grad, condition, self_dtype: of_kind(
        where(_in_walk(condition), grad, 0.0), self_dtype
    ),
    other=lambda grad, condition, other_dtype: of_kind(
        where(_in_walk(condition), 0.0, grad), other_dtype
    ),
)
def where(condition: Mask, self: Array | Number, other: Array | Number) -> Array:
    """`self` where the condition holds, else `other`."""
    if condition.dtype.kind != "b":
        condition = _truths(condition)
    if type(other) is float and not other:  # as rules call it
        return kept(self, condition)
    if type(self) is float and not self:
        return kept(other, ~condition)
    return np.where(condition, self, other)


def _truths(condition: Array) -> Array:
    """What a condition of bytes, which `where` still takes, says."""
    if condition.dtype != np.uint8:
        raise errors.condition_not_bool(dtypes.of(condition))
    warn_once.once(errors.uint8_condition(), stacklevel=7)
    return condition != 0


def _in_walk(condition: Any) -> Any:
    """Likewise for rules, which call `where` and so warn again."""
    if not isinstance(condition, np.ndarray) or condition.dtype.kind == "b":
        return condition
    message = errors.uint8_condition()
    warn_once.after_walk(message, str(message))
    return condition != 0


def of_kind(grad: Any, wanted: Any) -> Any:
    """The gradient; complex of a real operand, which torch refuses of some ops."""
    if is_complex(grad) and wanted.kind != "c":
        raise walk_errors.complex_gradient()
    return grad


def _first_zero(self: Any, other: Any) -> tuple[Any, Any]:
    """The operands in the order in which NumPy gives the first of two zeros, as torch does."""
    return (self, other) if self.dtype == np.float16 else (other, self)


def _tie_split(grad: Any, tied: Any, lost: Any) -> Any:
    """The gradient of a maximum: half where tied, none where the other won."""
    return count_writes(ops.masked_zero(where(tied, over(grad, 2), grad), lost), dispatched=True)


@public()
@differentiable(
    self=lambda grad, self, other: _tie_split(grad, self == other, self < other),
    other=lambda grad, self, other: _tie_split(grad, self == other, self > other),
)
def maximum(self: Array, other: Array) -> Array:
    """The greater of both; NaN if one is; a tie gives half the gradient to each."""
    if self.dtype.kind == "c":
        raise errors.extremum_of_complex("maximum")
    return np.maximum(*_first_zero(self, other))


@public()
@differentiable(
    self=lambda grad, self, other: _tie_split(grad, self == other, self > other),
    other=lambda grad, self, other: _tie_split(grad, self == other, self < other),
)
def minimum(self: Array, other: Array) -> Array:
    """The smaller of both; NaN if one is; a tie gives half the gradient to each."""
    if self.dtype.kind == "c":
        raise errors.extremum_of_complex("minimum")
    return np.minimum(*_first_zero(self, other))


@composite(name="where")
def where_indices(condition: Mask) -> Any:
    """The indices of the elements that are not zero: a tensor for each dim."""
    return ops.nonzero(condition, as_tuple=True)


@composite(name="where")
def where_parsed(condition: Mask, self: Array | Number, other: Array | Number) -> Array:
    """`self` where the condition holds, else `other`; both in their common dtype."""
    if isinstance(self, Tensor) and isinstance(other, Tensor):
        return where(condition, self, other)
    values = [each._array if isinstance(each, Tensor) else each for each in (self, other)]
    wanted = dtypes.result_type(values)
    if wanted is dtypes.COMPLEX_HALF:
        raise no_complex_half()
    return where(condition, _brought(self, wanted), _brought(other, wanted))


def _brought(value: Any, wanted: dtypes.dtype) -> Any:
    """Beside a number torch converts the tensor, and records that; beside a tensor it does not."""
    if not isinstance(value, Tensor):
        numbers.check_representable(value, wanted.numpy)
        return value
    if value._array.dtype != wanted.numpy:
        return ops.to_dtype(value, wanted)
    return value


@composite(name="where")
def where_of(self: Array, condition: Mask, other: Array | Number) -> Array:
    """`self` where the condition holds, else `other`: the method form."""
    return where_parsed(condition, self, other)


public(method=False)(
    overloaded(
        "where",
        where_indices,
        where_parsed,
        function_forms=(
            "(Tensor condition)",
            "(Tensor condition, Tensor input, Tensor other, *, Tensor out = None)",
            "(Tensor condition, Number self, Tensor other)",
            "(Tensor condition, Tensor input, Number other)",
            "(Tensor condition, Number self, Number other)",
        ),
    )
)
public(function=False)(
    overloaded(
        "where",
        where_of,
        method_forms=("(Tensor condition, Tensor other)", "(Tensor condition, Number other)"),
    )
)

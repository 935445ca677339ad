"""Two ways to compare Jacobians: element by element, or by projections on random vectors.

`slow` compares every element. `fast` compares numbers vᵀJu, whose cost does not grow with the
Jacobian (pytorch issue 53876); it computes the whole only for the message of a mismatch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mini_autograd.arrays import dtypes
from mini_autograd.autograd.functional.pushforward import pushforward
from mini_autograd.autograd.gradcheck import differences, gradient_rows
from mini_autograd.autograd.gradcheck.differences import (
    Function,
    Tensors,
    as_tuple,
    is_float_or_complex,
    places_with_grad,
)
from mini_autograd.autograd.levels import Level
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.creation import data
from mini_autograd.messages.functions import gradcheck as errors

# The default seed of torch's generators. Its numbers are reproduced, so that messages have torch's
# numbers.
_SEED = 67280421310721


@dataclass(frozen=True, slots=True)
class Comparison:
    """The tolerances and options of a comparison."""

    eps: float
    rtol: float
    atol: float
    nondet_tol: float
    forward: bool = False
    part: str = ""  # of complex numbers: "real" or "imaginary"
    complex_at: Sequence[int] = ()  # the complex outputs; in forward mode, inputs

    def agree(self, a: Tensor, b: Tensor, atol: float | None = None) -> bool:
        """Whether they are close, in their common dtype."""
        common = dtypes.promote_types(a.dtype, b.dtype)
        atol = self.atol if atol is None else atol
        return bool(a.to(common).allclose(b.to(common), self.rtol, atol))

    def mismatch_text(self, numerical: Any, analytical: Any, output: int, input: int) -> str:
        """The message for two Jacobians that differ."""
        part = self.part if (input if self.forward else output) in self.complex_at else ""
        return errors.mismatch_text(numerical, analytical, output, input, part, self.forward)


def slow(func: Function, func_out: Any, inputs: Tensors, outputs: Tensors, how: Comparison) -> None:
    """Compare whole Jacobians; a GradcheckError for the first pair that differs."""
    everything = as_tuple(func_out)
    by_input = differences.jacobians(func, inputs, everything, how.eps)
    if not outputs:
        if any(ops.ne(each, 0).any() for row in by_input for each in row):
            raise errors.expected_zero()
        return
    numerical = [
        row
        for output, row in zip(everything, zip(*by_input))  # noqa: B905 - integers have none
        if output.requires_grad
    ]
    forward = list(_forward_jacobians(func, inputs)) if how.forward else None
    for at, output in enumerate(outputs):
        if forward is None:
            row = gradient_rows.jacobians(inputs, output, how.nondet_tol)
        else:
            row = tuple(each[at] for each in forward)
        for index, (a, n) in enumerate(zip(row, numerical[at], strict=True)):
            if not how.agree(a, n):
                raise errors.GradcheckError(how.mismatch_text(n, a, at, index))


def fast(func: Function, func_out: Any, inputs: Tensors, outputs: Tensors, how: Comparison) -> None:
    """Compare projections of the Jacobians on random vectors."""
    random = _Uniform()
    everything, places = as_tuple(func_out), places_with_grad(inputs)
    directions = [
        (random.unit_like(each), random.unit_like(each)) if each.is_complex()
        else random.unit_like(each)
        for each in (inputs[at] for at in places)
    ]  # fmt: skip
    cotangents = [] if how.forward else [random.unit_like(each) for each in outputs]
    numerical = [
        _float_slopes(func, inputs, at, direction, everything, how.eps)
        for at, direction in zip(places, directions, strict=True)
    ]
    if how.forward:
        analytical = [list(row) for row in _forward_projections(func, inputs, directions)]
    else:
        if not outputs:
            _check_zero_slopes(func, inputs, places, directions, how)
        numerical = [
            [ops.mul(v, slope).sum() for v, slope in zip(cotangents, row)]  # noqa: B905 - as torch
            for row in numerical
        ]
        columns = [
            gradient_rows.projected(inputs, output, v, how.nondet_tol)
            for output, v in zip(outputs, cotangents, strict=True)
        ]
        analytical = [
            [_along(column[at], direction) for column in columns]
            for at, direction in enumerate(directions)
        ]
    for index, row in enumerate(numerical):
        for at, n in enumerate(row):
            a = analytical[index][at]
            v = cotangents[at] if cotangents else None
            if not how.agree(a, n, _scaled_tolerance(how.atol, directions[index], v)):
                text = how.mismatch_text(n, a, at, index)
                raise _full_mismatch(text, func, inputs, outputs, index, at, how)


def _float_slopes(
    func: Function, inputs: Tensors, at: int, direction: Any, outputs: Tensors, eps: float
) -> list[Tensor]:
    slopes = differences.along(func, inputs, at, direction, eps)
    if len(slopes) != len(outputs):
        raise errors.output_count(len(slopes), len(outputs))
    return [
        slope for slope, output in zip(slopes, outputs, strict=True) if is_float_or_complex(output)
    ]


def _check_zero_slopes(
    func: Function, inputs: Tensors, places: list[int], directions: list[Any], how: Comparison
) -> None:
    """Raise unless all slopes are zero: for outputs none of which has a graph."""
    for at, direction in zip(places, directions, strict=True):
        for slope in differences.along(func, inputs, at, direction, how.eps):
            if slope.numel() and slope.abs().max() > how.nondet_tol:
                raise errors.expected_zero()


def _along(column: Tensor, direction: Any) -> Tensor:
    """A Jacobian's column times a direction; for a complex input a direction for each part."""
    column = column.reshape(-1)
    if not column.is_complex():
        return (column * direction).sum()  # type: ignore[no-any-return]
    real, imaginary = direction
    # Not `dot`, in which a processor may round once where it could twice: the sum is printed.
    return (column.real * real).sum() + 1j * (column.imag * imaginary).sum()  # type: ignore[no-any-return]


def _scaled_tolerance(atol: float, direction: Any, cotangent: Tensor | None) -> float:
    """The error of a projection if each element of the Jacobian has the error `atol`."""
    parts = direction if isinstance(direction, tuple) else (direction,)
    scale = 1.0 if cotangent is None else float(cotangent.sum())
    return atol * sum(float(part.sum()) for part in parts) * scale


def _full_mismatch(
    text: str,
    func: Function,
    inputs: Tensors,
    outputs: Tensors,
    index: int,
    at: int,
    how: Comparison,
) -> errors.GradcheckError:
    """The error for projections that differ, which also prints the whole Jacobians."""
    numerical = differences.jacobians(func, inputs, outputs, how.eps)[index][at]
    if how.forward:
        analytical = list(_forward_jacobians(func, inputs))[index][at]
    else:
        analytical = gradient_rows.jacobians(inputs, outputs[at], float("inf"))[index]
    difference = ops.sub(numerical, analytical).abs().max()
    passes = analytical.allclose(numerical, how.rtol, how.atol)
    return errors.fast_mismatch(text, numerical, analytical, difference, slow_passes=passes)


def _pushed(func: Function, inputs: Tensors) -> tuple[Level, Any, list[Tensor], list[Tensor]]:
    """The level, the pushforward, and its inputs (those that require grad) and outputs.

    The inputs are new tensors: a tensor that the function captured counts as a constant.
    """
    given, moved = list(inputs), []
    with Level(records=False) as level:
        for at in places_with_grad(inputs):
            given[at] = level.wrap(inputs[at])
            moved.append(given[at])
        outputs = [each for each in as_tuple(func(*given)) if is_float_or_complex(each)]
        push = pushforward(tuple(outputs), tuple(moved))
    return level, push, moved, outputs


def _forward_jacobians(func: Function, inputs: Tensors) -> Iterator[Tensors]:
    """For each input the Jacobian of each real or complex output, column by column."""
    level, push, moved, outputs = _pushed(func, inputs)
    for place, each in enumerate(moved):
        found = tuple(output.new_zeros((each.numel(), output.numel())) for output in outputs)
        for row in range(each.numel()):
            tangents = [other.new_zeros(other.shape) for other in moved]
            tangents[place].view(-1)[row] = 1.0
            for jacobian, pushed in zip(found, push(tuple(tangents)), strict=True):
                if pushed is not None:
                    jacobian[row] = level.unwrap(pushed).reshape(-1)
        yield found


def _forward_projections(func: Function, inputs: Tensors, directions: list[Any]) -> Iterator[Any]:
    """For each input the outputs' tangents for a direction of that input, flattened."""
    level, push, moved, outputs = _pushed(func, inputs)
    for place, direction in enumerate(directions):
        tangents = [other.new_zeros(other.shape) for other in moved]
        tangents[place] = direction.reshape(moved[place].shape)
        yield [
            output.new_zeros(output.numel())
            if pushed is None
            else output.new_zeros(output.numel()).copy_(level.unwrap(pushed).reshape(-1))
            for output, pushed in zip(outputs, push(tuple(tangents)), strict=True)
        ]


class _Uniform:
    """The numbers of torch's generator with its default seed: Mersenne twister, 24 or 53 bits."""

    def __init__(self) -> None:
        self._bits = np.random.MT19937()
        self._bits._legacy_seeding(_SEED % 2**32)

    def unit_like(self, tensor: Tensor) -> Tensor:
        """A real unit vector with as many elements as the tensor."""
        count = tensor.numel()
        double = dtypes.get_default_dtype() is dtypes.float64
        raw = self._bits.random_raw(2 * count if double else count)
        if double:
            drawn = ((raw[0::2] << np.uint64(32) | raw[1::2]) & np.uint64(2**53 - 1)) / 2.0**53
        else:
            drawn = ((raw & np.uint64(2**24 - 1)) / 2.0**24).astype(np.float32)
        real = np.empty((), tensor._array.dtype).real.dtype
        vector = data.from_numpy(drawn.astype(real))
        return ops.div(vector, vector.norm())  # type: ignore[no-any-return]

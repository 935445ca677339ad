"""Jacobians by central differences, which `gradcheck` compares gradients with.

A Jacobian here has a row for each element of the input and a column for each of the output.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.functions import gradcheck as errors

Function = Callable[..., Any]
Tensors = tuple[Tensor, ...]


def as_tuple(given: Any) -> tuple[Any, ...]:
    """Arguments or results as a tuple; a list counts as several."""
    return tuple(given) if isinstance(given, (tuple, list)) else (given,)


def is_float_or_complex(value: Any) -> bool:
    """Whether it is a tensor that can have a derivative."""
    return isinstance(value, Tensor) and bool(value.is_floating_point() or value.is_complex())


def places_with_grad(inputs: Sequence[Any]) -> list[int]:
    """Which of the inputs are tensors that require grad."""
    return [at for at, each in enumerate(inputs) if isinstance(each, Tensor) and each.requires_grad]


def jacobians(func: Function, inputs: Sequence[Any], outputs: Tensors, eps: float) -> list[Tensors]:
    """For each input that requires grad, the Jacobian of each real or complex output."""
    return [_jacobians_by(func, inputs, at, outputs, eps) for at in places_with_grad(inputs)]


def _jacobians_by(
    func: Function, inputs: Sequence[Any], at: int, outputs: Tensors, eps: float
) -> Tensors:
    moved = inputs[at]
    kind = moved.dtype if moved.is_complex() else None
    found = tuple(
        each.new_zeros((moved.numel(), each.numel()), dtype=kind)
        for each in outputs
        if is_float_or_complex(each)
    )
    for row, index in enumerate(itertools.product(*map(range, moved.shape))):
        slopes = _slopes(func, inputs, moved.data[index], (eps, eps), eps, index)
        for jacobian, slope in zip(found, slopes):  # noqa: B905 - torch's: the first outputs'
            jacobian[row] = slope
    return found


def along(func: Function, inputs: Sequence[Any], at: int, direction: Any, eps: float) -> Tensors:
    """All outputs' slopes along a direction of one input; a complex input has two directions."""
    entry = inputs[at].data
    parts = direction if isinstance(direction, tuple) else (direction, direction)
    steps = tuple(part.reshape(entry.shape) * eps for part in parts)
    return _slopes(func, inputs, entry, steps, eps, None)


def _slopes(
    func: Function,
    inputs: Sequence[Any],
    entry: Tensor,
    steps: tuple[Any, Any],
    eps: float,
    index: tuple[int, ...] | None,
) -> Tensors:
    """Derivatives by a part of an input, flattened; by a complex part with torch's convention."""
    real = _central(func, inputs, entry, steps[0], eps, index)
    if not entry.is_complex():
        return real
    imaginary = _central(func, inputs, entry, steps[1] * 1j, eps, index)
    return tuple(ops.add(a, ops.mul(b, 1j)) for a, b in zip(real, imaginary, strict=True))


def _central(
    func: Function,
    inputs: Sequence[Any],
    entry: Tensor,
    step: Any,
    eps: float,
    index: tuple[int, ...] | None,
) -> Tensors:
    """The central difference: outputs one step up minus outputs one step down, by 2 `eps`.

    `entry` shares the input's memory, outside the graph and without its version counter: the
    function must see the change in the input itself, which it may have captured.
    """
    middle = entry.clone()
    entry.copy_(middle - step)
    below = [each.clone() for each in as_tuple(func(*inputs))]
    entry.copy_(middle + step)
    above = [each.clone() for each in as_tuple(func(*inputs))]
    entry.copy_(middle)
    slopes = []
    for low, high in zip(below, above):  # noqa: B905 - as torch
        for what in ("shape", "dtype"):
            pair = getattr(low, what), getattr(high, what)
            if pair[0] != pair[1]:
                raise errors.changed_by_perturbation(what, index, eps, pair)
        slopes.append(((high - low) / (2 * eps)).detach().reshape(-1))
    return tuple(slopes)

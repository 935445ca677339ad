"""Jacobians by the backward walk, which `gradcheck` compares with central differences.

Each is computed twice, since a gradient that differs the second time is an error too. The walk
already ensures that gradients have the right shape and dtype.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mini_autograd.core.backward.backward import grad
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.functions import gradcheck as errors

Tensors = tuple[Tensor, ...]


def with_grad(inputs: Any) -> list[Tensor]:
    """The tensors that require grad, in nested inputs too."""
    if isinstance(inputs, Tensor):
        return [inputs] if inputs.requires_grad else []
    if isinstance(inputs, (list, tuple, dict, set)):
        return [tensor for each in inputs for tensor in with_grad(each)]
    return []


def jacobians(inputs: Sequence[Any], output: Tensor, nondet_tol: float) -> Tensors:
    """For each input that requires grad, the Jacobian of one output."""
    seeds = []
    for column in range(output.numel()):
        seed = output.new_zeros(output.shape)
        seed.view(-1)[column] = 1.0
        seeds.append(seed)
    return _columns(with_grad(inputs), output, seeds, nondet_tol)


def projected(
    inputs: Sequence[Any], output: Tensor, cotangent: Tensor, nondet_tol: float
) -> Tensors:
    """For each input that requires grad, the Jacobian times a cotangent, as its one column."""
    seeds = [cotangent.reshape(output.shape)]
    return _columns(with_grad(inputs), output, seeds, nondet_tol)


def _columns(
    inputs: list[Tensor], output: Tensor, seeds: list[Tensor], nondet_tol: float
) -> Tensors:
    """A column for each seed; computed twice, with equal results."""
    first, second = (_walked(inputs, output, seeds) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        if a.numel() and ops.sub(a, b).abs().max() > nondet_tol:
            raise errors.not_reentrant(nondet_tol)
    return first


def _walked(inputs: list[Tensor], output: Tensor, seeds: list[Tensor]) -> Tensors:
    found = tuple(each.new_zeros((each.numel(), len(seeds))) for each in inputs)
    for column, seed in enumerate(seeds):
        grads = grad(output, inputs, seed, retain_graph=True, allow_unused=True)
        for jacobian, got in zip(found, grads, strict=True):
            if got is not None:
                jacobian[:, column] = got.reshape(-1)
    return found

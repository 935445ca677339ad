"""The steps of a check, and what it does to a function for one of second derivatives."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from mini_autograd.autograd.gradcheck.comparing import Comparison
from mini_autograd.autograd.gradcheck.differences import (
    Function,
    Tensors,
    as_tuple,
    places_with_grad,
)
from mini_autograd.autograd.gradcheck.gradient_rows import with_grad
from mini_autograd.core.backward.backward import grad
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.creation import sampling
from mini_autograd.messages.functions import gradcheck as errors


def gradient_of(func: Function, inputs: Sequence[Any], cotangents: Sequence[Any]) -> Function:
    """The function from inputs and cotangents to gradients."""
    by = places_with_grad(inputs)
    seeded = [at for at, each in enumerate(cotangents) if each.requires_grad]
    count = len(cotangents)

    def gradient(*args: Any) -> tuple[Tensor, ...]:
        given, seeds = list(args[:-count]), args[-count:]
        given = [each.requires_grad_() if at in by else each for at, each in enumerate(given)]
        outputs = outputs_with_grad(func(*given))
        for at in seeded:
            seeds[at].requires_grad_()
        wanted = [each for at, each in enumerate(given) if at in by]
        grads = grad(outputs, wanted, seeds, create_graph=True, allow_unused=True)
        return tuple(each for each in grads if each is not None)

    return gradient


def drawn_like(output: Tensor, gaps: bool) -> Tensor:
    """A random cotangent in [-1, 1); with `gaps` every second element of its memory."""
    shape = list(output.shape)
    if gaps and output.numel() > 1:
        shape[-1] *= 2
    drawn = sampling.rand(shape, dtype=output.dtype) * 2 - (1 + 1j if output.is_complex() else 1)
    return (drawn[..., ::2] if shape != list(output.shape) else drawn).requires_grad_()  # type: ignore[no-any-return]


def outputs_with_grad(outputs: Any) -> Tensors:
    return tuple(each for each in as_tuple(outputs) if each.requires_grad)


def check_inputs(inputs: Sequence[Any]) -> None:
    """Raise if no input requires grad or elements of one share memory."""
    places = places_with_grad(inputs)
    for at in places:
        each = inputs[at]
        if each._array.dtype.char not in "dD":
            warnings.warn(errors.not_double(at), UserWarning, stacklevel=3)
        if any(stride <= 0 and size > 1 for stride, size in zip(each.stride(), each.shape)):  # noqa: B905
            raise errors.overlapping_input(at)
    if not places:
        raise errors.nothing_to_check()


def compare_outputs(
    compare: Callable[..., None], func: Function, func_out: Any, inputs: Tensors, how: Comparison
) -> None:
    """Compare backward gradients; real and imaginary parts of outputs are checked separately."""
    if not any(each.is_complex() for each in as_tuple(func_out)):
        compare(func, func_out, inputs, outputs_with_grad(func_out), how)
        return
    at = [index for index, each in enumerate(outputs_with_grad(func_out)) if each.is_complex()]
    for part, name in (("imaginary", "imag"), ("real", "real")):

        def half(*args: Any, name: str = name) -> tuple[Any, ...]:
            outputs = as_tuple(func(*args))
            return tuple(getattr(o, name) if o.is_complex() else o for o in outputs)

        halved = half(*inputs)
        one_half = dataclasses.replace(how, part=part, complex_at=at)
        compare(half, halved, inputs, outputs_with_grad(halved), one_half)


def compare_inputs(
    compare: Callable[..., None], func: Function, func_out: Any, inputs: Tensors, how: Comparison
) -> None:
    """Compare forward-mode derivatives; real and imaginary parts of inputs separately."""
    how = dataclasses.replace(how, forward=True)
    at = [i for i, each in enumerate(inputs) if isinstance(each, Tensor) and each.is_complex()]
    if not at:
        compare(func, func_out, inputs, outputs_with_grad(func_out), how)
        return
    for part, name in (("imaginary", "imag"), ("real", "real")):

        def joined(*args: Any, name: str = name) -> Any:
            whole = list(args)
            for index in at:
                given, fixed = args[index], inputs[index]
                whole[index] = (
                    fixed.real + given * 1j if name == "imag" else given + fixed.imag * 1j
                )
            return as_tuple(func(*whole))

        halves = tuple(
            getattr(each, name) if index in at else each for index, each in enumerate(inputs)
        )
        made = joined(*halves)
        one_half = dataclasses.replace(how, part=part, complex_at=at)
        compare(joined, made, halves, outputs_with_grad(made), one_half)


def check_mul_by_grad_output(outputs: Tensors, inputs: Any, masked: bool | None) -> None:
    """Raise unless zero cotangents give zero gradients: a gradient is linear in its cotangent."""
    zeros = [each.new_zeros(each.shape) for each in outputs]
    for got in grad(outputs, with_grad(inputs), zeros, allow_unused=True):
        if got is None:
            continue
        still = got.allclose(got.new_zeros(got.shape)) if masked else got.eq(0).all()
        if not still:
            raise errors.not_multiplied()

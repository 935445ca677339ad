"""Checks and conversions of arguments and results, shared by all of `functional`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mini_autograd.core.backward.backward import grad
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.creation import fills
from mini_autograd.messages.functions import functional as errors

Tensors = tuple[Tensor, ...]
Grads = tuple[Tensor | None, ...]

OUTPUTS = "outputs of the user-provided function"


def tuple_of(given: Any, argument: str, function: str) -> tuple[bool, Tensors]:
    """Whether the user gave a tuple, and the tensors as one; a TypeError for anything else."""
    is_tuple = isinstance(given, tuple)
    tensors = given if is_tuple else (given,)
    for index, each in enumerate(tensors):
        if not isinstance(each, Tensor):
            raise errors.not_tensors(argument, function, each, index if is_tuple else None)
    return is_tuple, tensors


def grad_preprocess(tensors: Tensors, *, create_graph: bool, needs_grad: bool) -> Tensors:
    """The inputs as new tensors, to be passed to the user's function.

    They are new objects even with `create_graph`: a function that reads its input as a global
    variable must not count as depending on its argument.
    """
    return tuple(
        each.view_as(each)
        if create_graph and each.requires_grad
        else each.detach().requires_grad_(needs_grad)
        for each in tensors
    )


def vector(v: Any, function: str, like: Tensors, *, is_tuple: bool, create_graph: bool) -> Tensors:
    """The vector `v` of a product, with its number of tensors and their shapes checked."""
    _, given = tuple_of(v, "v", function)
    given = grad_preprocess(given, create_graph=create_graph, needs_grad=False)
    if len(like) != len(given):
        raise errors.vector_count(len(like), len(given), is_tuple=is_tuple)
    for index, (got, expected) in enumerate(zip(given, like, strict=True)):
        if got.shape != expected.shape:
            raise errors.vector_size(expected.shape, got.shape, index if is_tuple else None)
    return given


def is_one_number(tensors: Tensors) -> bool:
    """Whether it is one tensor of one element: `v` may then be omitted."""
    return len(tensors) == 1 and bool(tensors[0].numel() == 1)


def gradients(
    outputs: Grads,
    inputs: Tensors,
    cotangents: Grads | None = None,
    *,
    create_graph: bool = False,
    retain_graph: bool | None = None,
    is_grads_batched: bool = False,
) -> Grads:
    """As `autograd.grad`, for the outputs that require grad; all None if there are none."""
    cotangents = (None,) * len(outputs) if cotangents is None else cotangents
    pairs = [
        (output, cotangent)
        for output, cotangent in zip(outputs, cotangents, strict=True)
        if output is not None and output.requires_grad
    ]
    if not pairs:
        return (None,) * len(inputs)
    roots, seeds = zip(*pairs, strict=True)
    return grad(
        roots,
        inputs,
        seeds,
        retain_graph=retain_graph,
        create_graph=create_graph,
        allow_unused=True,
        is_grads_batched=is_grads_batched,
    )


def check_graph(tensors: Grads, of: str, *, strict: bool) -> None:
    """In strict mode, raise unless every tensor has a graph; `of` names them in the error."""
    if not strict:
        return
    for index, each in enumerate(tensors):
        if each is None:
            raise errors.independent_output(index)
        if not each.requires_grad:
            raise errors.no_graph(of, index)


def fill_in_zeros(
    grads: Grads, like: Sequence[Tensor], stage: str, *, strict: bool, create_graph: bool
) -> Tensors:
    """The gradients with zeros for None, or in strict mode an error that depends on `stage`."""
    filled = []
    for index, each in enumerate(grads):
        if each is None:
            if strict:
                raise errors.independent(stage, index)
            filled.append(fills.zeros_like(like[index]))
            continue
        if strict and create_graph and not each.requires_grad:
            raise errors.constant("hessian" if "double" in stage else "jacobian", index)
        filled.append(each)
    return tuple(filled)


def grad_postprocess(results: Any, *, create_graph: bool) -> Any:
    """The results, nested tuples of tensors, detached unless `create_graph`."""
    if not isinstance(results[0], Tensor):
        return tuple(grad_postprocess(each, create_graph=create_graph) for each in results)
    return results if create_graph else tuple(each.detach() for each in results)


def unpacked(results: Any, is_tuple: bool) -> Any:
    """The tuple of results if the user gave a tuple, else its only element."""
    return results if is_tuple else results[0]


def unpacked_matrix(results: Any, is_outputs_tuple: bool, is_inputs_tuple: bool) -> Any:
    """The same for results by output and input."""
    return unpacked(tuple(unpacked(row, is_inputs_tuple) for row in results), is_outputs_tuple)

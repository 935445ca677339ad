"""What `functional` gives the user's function, asks of its results, and hands back."""

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
    """Other tensors with the same values for the function to take.

    They are new objects even where a graph leads on to the user's, so that a function which also
    captures its input by name does not count as depending on its argument.
    """
    return tuple(
        each.view_as(each)
        if create_graph and each.requires_grad
        else each.detach().requires_grad_(needs_grad)
        for each in tensors
    )


def vector(v: Any, function: str, like: Tensors, *, is_tuple: bool, create_graph: bool) -> Tensors:
    """The vector of a product, checked against what it multiplies."""
    _, given = tuple_of(v, "v", function)
    given = grad_preprocess(given, create_graph=create_graph, needs_grad=False)
    if len(like) != len(given):
        raise errors.vector_count(len(like), len(given), is_tuple=is_tuple)
    for index, (got, expected) in enumerate(zip(given, like, strict=True)):
        if got.shape != expected.shape:
            raise errors.vector_size(expected.shape, got.shape, index if is_tuple else None)
    return given


def is_one_number(tensors: Tensors) -> bool:
    """Whether a vector for them may be left out."""
    return len(tensors) == 1 and bool(tensors[0].numel() == 1)


def gradients(
    outputs: Grads,
    inputs: Tensors,
    cotangents: Grads | None = None,
    *,
    create_graph: bool = False,
    retain_graph: bool | None = None,
) -> Grads:
    """As `autograd.grad`, of those outputs that depend on anything: none, no gradient."""
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
    )


def check_graph(tensors: Grads, of: str, *, strict: bool) -> None:
    """In strict mode, every tensor must have a graph; `of` names them for the error."""
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
    """Zeros where no gradient came; in strict mode an error, which the stage words."""
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
    """Tuples of tensors, nested or not: without their graph unless it was asked for."""
    if not isinstance(results[0], Tensor):
        return tuple(grad_postprocess(each, create_graph=create_graph) for each in results)
    return results if create_graph else tuple(each.detach() for each in results)


def unpacked(results: Any, is_tuple: bool) -> Any:
    """One result as the user gave what it belongs to: alone, or in a tuple."""
    return results if is_tuple else results[0]


def unpacked_matrix(results: Any, is_outputs_tuple: bool, is_inputs_tuple: bool) -> Any:
    """Likewise a result for each output and each input."""
    return unpacked(tuple(unpacked(row, is_inputs_tuple) for row in results), is_outputs_tuple)

"""Derivatives along a tangent without a forward mode, and the tangents that make a Jacobian.

The backward walk is linear in its cotangents: its derivative by them, seeded with a tangent, is
the Jacobian times that tangent (the double backward trick), whatever their value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mini_autograd.autograd.functional.arguments import Grads, Tensors, gradients
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.creation import fills
from mini_autograd.messages.functions import functional as errors


def pushforward(outputs: Tensors, inputs: Tensors) -> Callable[[Grads], Grads]:
    """Gives the outputs' tangents for tangents of the inputs; None for what is independent.

    The outputs were computed from the inputs with grad enabled; tangents can be pushed again and
    again, and what comes has a graph.
    """
    cotangents = tuple(fills.zeros_like(each, requires_grad=each.requires_grad) for each in outputs)
    places = [at for at, each in enumerate(cotangents) if each.requires_grad]
    roots = tuple(outputs[at] for at in places)
    seeds = tuple(cotangents[at] for at in places)
    grads = gradients(roots, inputs, seeds, create_graph=True) if places else ()

    def push(tangents: Grads) -> Grads:
        found: list[Tensor | None] = [None] * len(outputs)
        if places:
            pushed = gradients(grads, seeds, tangents, create_graph=True, retain_graph=True)
            for at, each in zip(places, pushed, strict=True):
                found[at] = each
        return tuple(found)

    return push


def basis(tensors: Sequence[Tensor]) -> list[Tensor]:
    """The unit vectors of all tensors' elements together: for each tensor its columns.

    Raises:
        AssertionError: no tensors.
    """
    if not tensors:
        raise errors.no_tensors()
    counts = [each.numel() for each in tensors]
    total, start, whole = sum(counts), 0, []
    for each, count in zip(tensors, counts, strict=True):
        columns = each.new_zeros((total, count))
        columns.diagonal(-start).fill_(1)
        whole.append(columns)
        start += count
    return whole

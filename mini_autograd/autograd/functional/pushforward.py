"""Jacobian times tangent without forward mode, and the unit vectors for a whole Jacobian.

The gradients are linear in the cotangents. So their derivative by the cotangents, seeded with a
tangent, is the Jacobian times that tangent, whatever the cotangents are (double backward trick).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from mini_autograd.autograd.functional.arguments import Grads, Tensors, gradients
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.creation import fills
from mini_autograd.messages.functions import functional as errors


def pushforward(outputs: Tensors, inputs: Tensors) -> Callable[[Grads], Grads]:
    """A function from tangents of the inputs to tangents of the outputs; None for independent ones.

    The outputs must have a graph from the inputs. The function can be called repeatedly, and its
    results have a graph.
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
    """The unit vectors of all tensors' elements together, split into one matrix per tensor.

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


def units(tensors: Sequence[Tensor]) -> Iterable[tuple[Tensor, ...]]:
    """The unit vectors of all elements together.

    For no elements one vector of zeros, whose column is removed later: so the empty result has the
    graph that torch's has.
    """
    if any(each.numel() for each in tensors):
        return zip(*basis(tensors), strict=True)
    return [tuple([fills.zeros_like(each) for each in tensors])]

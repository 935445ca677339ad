"""Jacobian times tangent without forward mode, and the unit vectors for a whole Jacobian.

The gradients are linear in the cotangents. So their derivative by the cotangents, seeded with a
tangent, is the Jacobian times that tangent, whatever the cotangents are (double backward trick).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

import numpy as np

from mini_autograd.autograd.functional.arguments import Grads, Tensors
from mini_autograd.core.backward.arithmetic import TensorArithmetic
from mini_autograd.core.backward.backward import captures_of, walk_from
from mini_autograd.core.graph.graph import Edge, Node
from mini_autograd.core.op import OpNode
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.history import edge_of
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.creation import fills
from mini_autograd.messages.functions import functional as errors
from mini_autograd.ops.pointwise.arithmetic import mul
from mini_autograd.ops.pointwise.division import true_divide


def pushforward(outputs: Tensors, inputs: Tensors) -> Callable[[Grads], Grads]:
    """A function from tangents of the inputs to tangents of the outputs; None for independent ones.

    The outputs must have a graph from the inputs. The function can be called repeatedly, and its
    results have a graph.
    """
    cotangents = tuple(fills.zeros_like(each, requires_grad=each.requires_grad) for each in outputs)
    places = [at for at, each in enumerate(cotangents) if each.requires_grad]
    roots = tuple(outputs[at] for at in places)
    seeds = tuple(cotangents[at] for at in places)
    arithmetic = _LinearArithmetic()
    grads = _linearized(roots, inputs, seeds, arithmetic) if places else ()

    def push(tangents: Grads) -> Grads:
        found: list[Tensor | None] = [None] * len(outputs)
        if places:
            pushed = _walked(grads, seeds, tangents, _TangentArithmetic(arithmetic.nothings))
            for at, each in zip(places, pushed, strict=True):
                found[at] = each
        return tuple(found)

    return push


class _LinearArithmetic(TensorArithmetic):
    """That of the gradients of which tangents are the derivatives.

    In torch's forward mode a factor that has no tangent has one of zeros, and so the product's
    tangent depends on the other factor: not in its value, but it has a graph.
    """

    def __init__(self) -> None:
        self.nothings: set[Node] = set()  # that made those zeros

    def node_backward(
        self, node: Node, grads: list[Tensor | None], wanted: Sequence[Edge | None]
    ) -> Sequence[Tensor | None]:
        """The gradients by the node's rules; of a product by one factor with a graph to that."""
        found = super().node_backward(node, grads, wanted)
        term = _TERMS.get(node.op) if isinstance(node, OpNode) else None
        places = [at for at, edge in enumerate(wanted) if edge is not None]
        if term is None or len(places) != 1 or found[places[0]] is None:
            return found
        (at,) = places
        nothing = _nothing_of(wanted[at])
        self.nothings.add(nothing._node)  # type: ignore[arg-type]
        return [*found[:at], term(found[at], grads[0], nothing), *found[at + 1 :]]


def _nothing_of(edge: Any) -> Tensor:
    """Zeros that are computed of what an edge leads to, and stay zeros whatever that is."""
    node, output = edge
    standing = make(np.zeros(*node.accepted[output]))
    zeros = make(np.zeros(*node.accepted[output]))
    standing._node, standing._output_nr, standing._requires_grad = node, output, True
    return ops.mul(standing, zeros)  # type: ignore[no-any-return]


_TERMS: Final[dict[Any, Callable[[Any, Any, Tensor], Tensor]]] = {
    mul.op: lambda found, grad, nothing: ops.add(found, ops.mul(grad, nothing)),
    true_divide.op: lambda found, grad, nothing: ops.sub(found, ops.mul(found, nothing)),
}


def _linearized(
    roots: Tensors, inputs: Tensors, seeds: Tensors, arithmetic: _LinearArithmetic
) -> Grads:
    """The gradients of the roots, as functions of the seeds."""
    captures, edges = captures_of(inputs)
    places = [edge for edge in map(edge_of, roots) if edge is not None]  # each has one
    found = walk_from(places, list(seeds), arithmetic, True, captures)
    return tuple([None if edge is None else found[captures[edge][0]] for edge in edges])


class _TangentArithmetic(TensorArithmetic):
    """That of tangents, which keep their dtype beside primals of another.

    `nothings` are the nodes of the zeros of `_LinearArithmetic`, with which a sum is the same.
    """

    def __init__(self, nothings: AbstractSet[Node]) -> None:
        self.nothings = nothings

    def add(self, a: Tensor, b: Tensor) -> Tensor:
        """The sum; with zeros that stand for none the other, even if that is a negative zero."""
        made = super().add(a, b)
        for other, zeros in ((a, b), (b, a)):
            edges = () if zeros._node is None else zeros._node.edges
            if any(edge is not None and edge[0] in self.nothings for edge in edges):
                made._array = other._array.astype(made._array.dtype)
        return made

    def cast(self, grad: Tensor, dtype: np.dtype[Any]) -> Tensor:
        """The tangent itself."""
        return grad

    real_for = cast


def _walked(grads: Grads, seeds: Tensors, tangents: Grads, arithmetic: _TangentArithmetic) -> Grads:
    """The derivatives of the gradients by their seeds, along the tangents."""
    pairs = [
        (edge, tangent)
        for each, tangent in zip(grads, tangents, strict=True)
        if each is not None and tangent is not None and (edge := edge_of(each)) is not None
    ]
    if not pairs:
        return (None,) * len(seeds)
    roots, given = zip(*pairs, strict=True)
    captures, edges = captures_of(seeds)
    found = walk_from(list(roots), list(given), arithmetic, keep_graph=True, captures=captures)
    return tuple([None if edge is None else found[captures[edge][0]] for edge in edges])


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

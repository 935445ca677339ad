"""A walk with a batch of cotangents: the first dim of every gradient is the batch.

torch's `vmap` runs a batch through one walk, and the results' graph has batched ops. Here an
elementwise rule runs on the batch as it is, since broadcasting aligns dims from the last; a few
other ops have a batch rule below; all others run row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from mini_autograd.arrays.dims import broadcast_dims
from mini_autograd.arrays.layout import dense_like_rows
from mini_autograd.core.backward.arithmetic import TENSORS, TensorArithmetic
from mini_autograd.core.backward.backward import captures_of, walk_from
from mini_autograd.core.graph.graph import Edge, Node, Shape
from mini_autograd.core.op import OpNode
from mini_autograd.core.table import ops, shared
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.ops.reduction.reductions import sum_all
from mini_autograd.ops.shape.views import expand


class BatchArithmetic(TensorArithmetic):
    """The arithmetic on tensors, on batches of `count` rows."""

    def __init__(self, count: int, *, records: bool) -> None:
        self.count = count
        self.records = records

    def sum_to(self, grad: Tensor, shape: Shape) -> Tensor | None:
        """Sum over the dims that broadcasting added, but never over the batch."""
        dims = broadcast_dims(grad._array.shape[1:], shape)
        if dims is None:
            return None
        summed = ops.sum(grad, tuple([dim + 1 for dim in dims]), bool(shape)) if dims else grad
        whole = (self.count, *shape)
        return summed if summed._array.shape == whole else ops.view(summed, whole)

    def node_backward(
        self, node: Node, grads: list[Tensor | None], wanted: Sequence[Edge | None]
    ) -> Sequence[Tensor | None]:
        """The batches of gradients for a node's edges, from those of its outputs."""
        if isinstance(node, OpNode) and node.op.outputs is None and grads[0] is not None:
            rule = _RULES.get(node.op)
            if rule is not None and wanted[0] is not None:
                target, output = wanted[0]
                return (rule(self, grads[0], target.accepted[output][0]),)
            if node.op.elementwise:
                return node.backward_for(grads, self, wanted)
        rows = [
            node.backward_for([None if g is None else _row(g, row) for g in grads], TENSORS, wanted)
            for row in range(max(self.count, 1))
        ]
        return [_stacked(column, self.count) for column in zip(*rows, strict=True)]


def _row(batch: Tensor, row: int) -> Tensor:
    """One row; of an empty batch zeros, to find out which gradients a node gives."""
    given: Any = batch
    return given.select(0, row) if len(batch) else given.new_zeros(given.shape[1:])  # type: ignore[no-any-return]


def _stacked(rows: Sequence[Tensor | None], count: int) -> Tensor | None:
    """The rows as a batch, with each row's order of dims in memory."""
    if any(each is None for each in rows):
        return None
    stacked: Tensor = ops.stack(rows)
    first: Any = rows[0]
    if not stacked._requires_grad:
        stacked = make(dense_like_rows(stacked._array, first._array))
    return stacked if count else ops.narrow(stacked, 0, 0, 0)


def _spread(batch: BatchArithmetic, grad: Tensor, shape: Shape) -> Tensor:
    """The batch rule of `sum_all`'s gradient: each row's gradient, expanded."""
    if shape:
        grad = ops.view(grad, (batch.count, *[1] * len(shape)))
    return expand(grad, (batch.count, *shape))  # type: ignore[no-any-return]


_RULES: Final[dict[Any, Callable[[BatchArithmetic, Tensor, Shape], Any]]] = {
    sum_all.op: _spread,
    expand.op: BatchArithmetic.sum_to,
}


@shared
def batch_gradients(
    roots: Sequence[Edge],
    inputs: Sequence[Any],
    seeds: Sequence[Tensor],
    *,
    records: bool,
    keep_graph: bool = True,
) -> list[Tensor | None]:
    """A batch of gradients for each input, None where there is none."""
    arithmetic = BatchArithmetic(len(seeds[0]), records=records)
    captures, edges = captures_of(inputs)
    found = walk_from(list(roots), list(seeds), arithmetic, keep_graph, captures)
    return [None if edge is None else found[captures[edge][0]] for edge in edges]

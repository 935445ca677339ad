"""`grad(…, is_grads_batched=True)`: a walk for each row of the cotangents.

torch gives a batch of rows to one walk; the gradients, which are stacked likewise, are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mini_autograd.core.backward.edges import GradientEdge
from mini_autograd.core.backward.seeds import as_tuple, metadata_of
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.size import Size
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.graph import backward as errors


def walked_by_rows(
    gradients: Callable[..., list[Tensor | None]],
    outputs: Sequence[Any],
    inputs: Sequence[Any],
    grad_outputs: Any,
    keep_graph: bool,
    create_graph: bool,
    allow_unused: bool,
) -> list[Tensor | None]:
    """The gradients for each row of `grad_outputs`, stacked; None for an unused input.

    `gradients` computes them for one row.

    Raises:
        RuntimeError: rows of another shape than their output's; as `grad`.
        ValueError: other numbers of rows, or none given.
    """
    given: tuple[Any, ...] = (None,) * len(outputs)
    if grad_outputs is not None:
        given = as_tuple(grad_outputs)
    shapes = [metadata_of(each)[0] for each in outputs]
    for index, (output, shape, rows) in enumerate(zip(outputs, shapes, given)):  # noqa: B905 - counted in `grad`
        if rows is None and any(size != 1 for size in shape):
            raise errors.not_scalar()
        if rows is not None and rows[0].shape != shape:
            if isinstance(output, GradientEdge):
                raise errors.edge_batched()
            raise errors.grad_row_shape(index, rows.shape[2:], Size(shape))
    if any(rows is None for rows in given):
        raise errors.no_rows()
    counts = [len(rows) for rows in given]
    if len(set(counts)) > 1:
        raise errors.row_counts(counts)
    found = [
        gradients(
            outputs,
            inputs,
            [rows[at] for rows in given],
            keep_graph or at + 1 < counts[0],
            create_graph,
            allow_unused,
        )
        for at in range(counts[0])
    ]
    return [
        None if any(each is None for each in column) else ops.stack(column)
        for column in zip(*found, strict=True)
    ]

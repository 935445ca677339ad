"""`grad(…, is_grads_batched=True)`: one walk for a batch of cotangents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mini_autograd.core.backward.arithmetic import TENSORS
from mini_autograd.core.backward.edges import GradientEdge
from mini_autograd.core.backward.seeds import as_tuple, metadata_of, roots_and_seeds
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.size import Size
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.graph import backward as errors


def walked_in_batch(
    outputs: Sequence[Any],
    inputs: Sequence[Any],
    grad_outputs: Any,
    keep_graph: bool,
    create_graph: bool,
) -> list[Tensor | None]:
    """The gradients for each row of `grad_outputs`, as a batch; None for an unused input.

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
    roots, *_ = roots_and_seeds(outputs, [rows[0] for rows in given], TENSORS)  # each is checked
    return ops.batch_gradients(  # type: ignore[no-any-return]
        roots, inputs, given, records=create_graph, keep_graph=keep_graph
    )

"""Gradient seeds: what stands as `gradient` or `grad_outputs`, of every kind."""

from __future__ import annotations

import numpy as np

from conformance.program.values import DIFFERENTIABLE, NUMPY_DTYPES, Value
from conformance.strategies import shaping, tensors
from conformance.strategies.drawing import Drawing, Live
from conformance.strategies.tape import Tape, weighted
from conformance.strategies.values import elements

# All ones is left out: it cannot tell a wrong permutation.
_KINDS = weighted(
    ("drawn", 52), ("one-hot", 16), ("zeros", 5), ("transposed", 12), ("expanded", 10), ("same", 5)
)


def seed(drawing: Drawing, root: Live, *, graph: bool = False) -> Value:
    """A gradient for the root: none where none is needed, else mostly one that fits. Where the
    pass makes a `graph`, the gradient is a part of it at times."""
    tape = drawing.tape
    if root.size == 1 and not tape.chance(35):
        return None
    if drawing.flawed and tape.chance(40):
        return _wrong(drawing, root)
    kind = tape.pick(_KINDS)
    # Torch makes a complex32 of float16 and a complex number; no input can hold one.
    if kind == "same" or root.dtype not in NUMPY_DTYPES:
        return root.ref
    values = _values(tape, root, kind)
    layout = kind if kind in ("transposed", "expanded") else "contiguous"
    # A seed that requires grad is a factor of the double backward.
    grad = tape.chance(40 if graph else 4) and root.dtype in DIFFERENTIABLE
    return drawing.fresh(lambda name: tensors.laid_out(name, values, layout, grad)).ref


def _values(tape: Tape, root: Live, kind: str) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    count = shaping.product(root.shape)
    if kind in ("one-hot", "zeros"):
        values = np.zeros(count, NUMPY_DTYPES[root.dtype])
        if kind == "one-hot" and count:
            values[tape.below(count)] = 1
    else:
        values = elements(tape, count, root.dtype, special=tape.chance(5))
    return values.reshape(root.shape)


def _wrong(drawing: Drawing, root: Live) -> Value:
    """A gradient of another shape or dtype, or none where one is needed."""
    tape = drawing.tape
    way = tape.pick(("none", "shape", "dtype", "number"))
    if way == "none":
        return None
    if way == "number":
        return 1.0
    shape = shaping.partner(tape, root.shape) if way == "shape" else root.shape
    if way == "shape" and shape == root.shape:
        shape = (1, *shape)
    same = way == "shape" and root.dtype in NUMPY_DTYPES
    dtype = root.dtype if same else tensors.dtype(tape)
    return drawing.fresh(
        lambda name: tensors.tensor(tape, name, dtype, shape, special=False, grad_percent=0)
    ).ref

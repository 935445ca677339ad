"""Gradient seeds: what stands as `gradient` or `grad_outputs`, of every kind."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import numpy as np

from conformance.generate.drawing.drawing import Drawing, Live
from conformance.generate.drawing.tape import Tape, weighted
from conformance.generate.values import shaping
from conformance.generate.values.making import DRAWN
from conformance.generate.values.shaping import Shape
from conformance.generate.values.values import Array, elements
from conformance.program.inputs import Input
from conformance.program.inputs.laying import laid_out
from conformance.program.values import DIFFERENTIABLE, HELD, Value

SeedKind: TypeAlias = Literal[
    "drawn",
    "one-hot",
    "zeros",
    "transposed",
    "expanded",
    "requires grad",
    "none",
    "wrong shape",
    "wrong dtype",
    "not a tensor",
]
"""What a seed is. The first six fit the root; of these all but the first are for what engines get
wrong: sums that a seed of ones hides, layouts, and a seed with a graph of its own. None fits a
real root of one element only. Of a wrong dtype torch takes what it can cast; of the other two
nothing."""

KINDS: tuple[SeedKind, ...] = get_args(SeedKind)

# All ones is left out: it cannot tell a wrong permutation.
_FITTING: tuple[SeedKind | Literal["root"], ...] = weighted(
    ("drawn", 52), ("one-hot", 16), ("zeros", 5), ("transposed", 12), ("expanded", 10), ("root", 5)
)
OF_ONE_PERCENT = 65.0  # of the roots of one element have a seed: 1 is what much else gives, too
_WRONG: tuple[SeedKind, ...] = ("none", "wrong shape", "wrong dtype", "not a tensor")


def seed(drawing: Drawing, root: Live, *, graph: bool = False) -> Value:
    """A gradient for the root: none where none is needed, else mostly one that fits. Where the
    pass makes a `graph`, the gradient is a part of it at times."""
    tape = drawing.tape
    if root.size == 1 and not tape.chance(OF_ONE_PERCENT):
        return None
    if drawing.flawed and tape.chance(40):
        return _placed(drawing, tape.pick(_WRONG), root)
    kind = tape.pick(_FITTING)
    # Torch makes a complex32 of float16 and a complex number.
    if kind == "root" or root.dtype not in DRAWN:
        return root.ref
    # A seed that requires grad is a factor of the double backward.
    grad = tape.chance(40 if graph else 4)
    return _placed(drawing, kind, root, grad)


def _placed(drawing: Drawing, kind: SeedKind, root: Live, grad: bool = False) -> Value:
    tape = drawing.tape
    if kind == "none":
        return None
    if kind == "not a tensor":
        return not_a_tensor(tape)
    shape, dtype = root.shape, root.dtype if root.dtype in DRAWN else "complex64"
    return drawing.fresh(lambda name: made(tape, name, kind, shape, dtype, grad)).ref


def not_a_tensor(tape: Tape) -> Value:
    """What a person may take for a gradient."""
    return tape.pick((1.0, [1.0], "1"))


def made(
    tape: Tape, name: str, kind: SeedKind, shape: Shape, dtype: str, grad: bool = False
) -> Input:
    """The seed of a kind that is a tensor, for a root of that shape and dtype."""
    if kind == "wrong shape":
        partner = shaping.partner(tape, shape)
        shape = (1, *shape) if partner == shape else partner
    if kind == "wrong dtype":
        others = [each for each in _DTYPES if each != dtype]
        dtype = tape.pick(others)
    values = _values(tape, shape, dtype, kind)
    requires_grad = (grad or kind == "requires grad") and dtype in DIFFERENTIABLE
    layout = kind if kind in ("transposed", "expanded") else "contiguous"
    return laid_out(name, values, layout, requires_grad, dtype)


_DTYPES = ("float32", "float64", "complex64", "int64", "float16", "bool")


def _values(tape: Tape, shape: Shape, dtype: str, kind: SeedKind) -> Array:
    count = shaping.product(shape)
    if kind in ("one-hot", "zeros"):
        values = np.zeros(count, HELD[dtype])
        if kind == "one-hot" and count:
            values[tape.below(count)] = 1
    else:
        values = elements(tape, count, dtype, special=tape.chance(5))
    return values.reshape(shape)

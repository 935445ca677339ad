"""Drawn inputs: a dtype, a shape, values, and a memory layout that need not be contiguous."""

from __future__ import annotations

from functools import cache

import numpy as np

from conformance.catalogue.entry import ANY, Category, Domain, SampleInput
from conformance.generate.drawing.tape import Tape, weighted
from conformance.generate.values.shaping import Shape, product
from conformance.generate.values.values import elements
from conformance.program.inputs import Input
from conformance.program.inputs.held import rounded
from conformance.program.inputs.laying import laid_out
from conformance.program.values import COMPLEX, DIFFERENTIABLE, FLOATING, HELD, NUMPY_DTYPES

DTYPES: tuple[tuple[str, int], ...] = (
    ("float32", 132),
    ("float64", 32),
    ("int64", 20),
    ("bool", 10),
    ("complex64", 14),
    ("float16", 14),
    ("complex128", 8),
    ("int32", 7),
    ("uint8", 7),
    ("int16", 4),
    ("int8", 4),
)

MIXED_PERCENT = 25.0  # of the programs have inputs of two dtypes, each of which is as frequent


def dtypes_of_a_program(tape: Tape) -> tuple[str, ...]:
    """The two dtypes of most of a program's inputs, if it has few: else hardly any two that are
    rare would meet. One of them has a gradient, for the most part."""
    if not tape.chance(MIXED_PERCENT):
        return ()
    names = [name for name, _ in DTYPES]
    one = tape.pick(names)
    inexact = [name for name in names if name in DIFFERENTIABLE]
    return one, tape.pick(names if one in inexact else (*inexact, *inexact, *names))


_IN_PLACE_OF = {"bfloat16": "float32"}
"""Those that not every engine has, each drawn in one of the places of another: what they are in
tells the other engines nothing, so they are rare, and all other programs are as without them."""

DRAWN = frozenset({*NUMPY_DTYPES, *_IN_PLACE_OF})
"""The dtypes of which tensors are drawn, or used where an op gives them. Torch's own warning calls
complex32 an experiment."""

LAYOUTS = weighted(
    ("contiguous", 76), ("transposed", 10), ("strided", 6), ("offset", 4), ("expanded", 4)
)


def category(dtype: str) -> Category:
    """What sort of number a dtype holds."""
    if dtype in FLOATING:
        return "float"
    if dtype in COMPLEX:
        return "complex"
    return "bool" if dtype == "bool" else "int"


def _row(names: tuple[str, ...]) -> tuple[str, ...]:
    row = [*weighted(*[entry for entry in DTYPES if entry[0] in names])]
    for rare, common in _IN_PLACE_OF.items():
        if rare in names and common in names:
            row[row.index(common) + row.count(common) - 1] = rare
    return tuple(row)


@cache
def _dtypes_of(categories: frozenset[Category]) -> tuple[str, ...]:
    names = (*_IN_PLACE_OF, *(name for name, _ in DTYPES))
    return _row(tuple(name for name in names if category(name) in categories))


def dtype(tape: Tape, categories: frozenset[Category] = ANY) -> str:
    """A dtype of one of the categories: of those that the program has, if it has few; else float32
    most of all."""
    if own := [each for each in tape.dtypes if category(each) in categories]:
        return tape.pick(own)
    return tape.pick(_dtypes_of(categories))


def others(tape: Tape, dtype: str, categories: frozenset[Category]) -> list[str]:
    """The other dtypes of a program that has few; halves and complex numbers beside each other
    would make what no input can be."""
    made = {dtype, *tape.dtypes}
    if "float16" in made and not COMPLEX.isdisjoint(made):
        return []
    return [each for each in tape.dtypes if each != dtype and category(each) in categories]


def dtype_of_numpy(tape: Tape, categories: frozenset[Category] = ANY) -> str:
    """The same, but one that NumPy has, and so nearly every engine."""
    drawn = dtype(tape, categories)
    return drawn if drawn in NUMPY_DTYPES else "float32"


@cache
def _among(names: tuple[str, ...]) -> tuple[str, ...]:
    return _row(names) or names


def dtype_among(tape: Tape, names: tuple[str, ...]) -> str:
    """One of these dtypes, as `dtype` gives one of some categories."""
    if own := [each for each in tape.dtypes if each in names]:
        return tape.pick(own)
    return tape.pick(_among(names))


def tensor(
    tape: Tape,
    name: str,
    dtype: str,
    shape: Shape,
    *,
    domain: Domain = "real",
    special: bool = True,
    edges: bool = False,
    grad_percent: float = 85,
    dense: bool = False,
) -> Input:
    """An input of that dtype and shape, with drawn values, layout and requires_grad; not expanded
    if it is to be `dense`."""
    layout = _layout(tape, dense)
    values = elements(tape, product(shape), dtype, domain, special=special, edges=edges)
    values = values.reshape(shape)
    # Read before the layout, so that the layout may be shrunk without the flag changing.
    grad = dtype in DIFFERENTIABLE and not tape.chance(100 - grad_percent)
    return laid_out(name, values, layout, grad, dtype)


OWN_PERCENT = 75.0  # of the tensors whose values matter have those of the sample


def like_sample(
    tape: Tape,
    name: str,
    given: SampleInput,
    dtype: str,
    *,
    special: bool = True,
    grad_percent: float = 85,
    dense: bool = False,
) -> Input:
    """An input as a sample has it, of drawn values where not its own matter."""
    if given.values is None or tape.chance(100 - OWN_PERCENT):
        return tensor(
            tape,
            name,
            dtype,
            given.shape,
            special=special,
            grad_percent=grad_percent,
            dense=dense,
        )
    layout = _layout(tape, dense=True)  # Expanded, it would have the values of its first row only.
    values = np.asarray(given.values).astype(HELD[dtype]).reshape(given.shape)
    grad = dtype in DIFFERENTIABLE and not tape.chance(100 - grad_percent)
    return laid_out(name, rounded(values, dtype), layout, grad, dtype)


def _layout(tape: Tape, dense: bool) -> str:
    layout = tape.pick(LAYOUTS)
    return "contiguous" if dense and layout == "expanded" else layout

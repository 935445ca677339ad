"""The parts of programs as strategies of their own, for tests that build their programs by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import strategies as st

from conformance.catalogue.entry import ANY, Category
from conformance.program.inputs import Input
from conformance.strategies import shaping, tensors
from conformance.strategies.shaping import Shape
from conformance.strategies.tape import Tape

T = TypeVar("T")


def read_from_tape(read: Callable[[Tape], T], *, size: int = 24) -> st.SearchStrategy[T]:
    """What a function reads from a tape of so many drawn bytes."""
    return st.binary(min_size=size, max_size=size).map(lambda data: read(Tape(data)))


def shapes() -> st.SearchStrategy[Shape]:
    """Shapes of up to four dims; 0-d ones and sizes of 1 are common, sizes of 0 rare."""
    return read_from_tape(shaping.shape)


def partner_shapes(of: Shape) -> st.SearchStrategy[Shape]:
    """Shapes that broadcast with another."""
    return read_from_tape(lambda tape: shaping.partner(tape, of))


def dtypes(categories: frozenset[Category] = ANY) -> st.SearchStrategy[str]:
    """Names of dtypes of the categories, float32 most of all."""
    return read_from_tape(lambda tape: tensors.dtype(tape, categories))


def inputs(
    name: str = "x0", *, shape: Shape | None = None, dtype: str | None = None
) -> st.SearchStrategy[Input]:
    """Inputs of every shape, dtype, memory layout and sort of values, or of those given."""

    def read(tape: Tape) -> Input:
        of = tensors.dtype(tape) if dtype is None else dtype
        return tensors.tensor(tape, name, of, shaping.shape(tape) if shape is None else shape)

    return read_from_tape(read)

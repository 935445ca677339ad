"""What a node keeps for its rules, one slot for each thing that a rule names."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final, NamedTuple


class Keep(Enum):
    """What is kept of an argument or an output."""

    OPERAND = auto()
    VALUE = auto()
    SHAPE = auto()
    STRIDES = auto()
    DTYPE = auto()
    DIM = auto()
    NUMEL = auto()
    SHAPES = auto()
    DTYPES = auto()
    RESULT = auto()


class Slot(NamedTuple):
    """One saved thing: of which parameter or output, and the only operand that needs it."""

    keep: Keep
    index: int  # type: ignore[assignment]  # hides a tuple's method
    only_for: int | None  # a parameter; None if several rules use it


FREED: Final = object()  # what stands for a tensor in what a freed node still shows
TENSORS: Final = frozenset(
    {Keep.OPERAND, Keep.RESULT}
)  # what backward frees, and checks for writes

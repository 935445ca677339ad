"""How large a program may be: what would fill the memory is refused before it is run.

The limits are far above what any case needs. They catch what a file says by itself; what only a run
shows (a product of two large inputs) is the business of the process that runs it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.program.steps import Call
from conformance.program.values import ProgramError, Value, brief, scalars

TEXT = 2**26  # characters of a file
ELEMENTS = 2**22  # of an input's storage, of what it is seen as, and of what a call asks for
DIMS = 64  # more than that neither NumPy nor torch can have
INTEGER = 2**64  # beyond what any argument can be, and printed in a line
STRING = 1000  # characters
BLOCKS = 8  # `with` blocks in one another: Python compiles 20, each may need two and a `try` within


@dataclass(frozen=True, slots=True)
class Sized:
    """Where a call says how many elements it gives: the places among its arguments, and whether
    numbers less than one count too, as the step of a range does."""

    first: int
    last: int | None = None
    steps: bool = False

    def numbers(self, step: Call) -> Iterator[float]:
        """The numbers there, each as a factor."""
        named = [value for name, value in step.kwargs.items() if name in _NAMES]
        for value in scalars([*step.args[self.first : self.last], *named]):
            if type(value) in (int, float) and math.isfinite(value) and value:
                yield max(abs(value), 1 / abs(value) if self.steps else 1)


_NAMES = frozenset({"size", "shape", "repeats", "dims", "sizes", "steps", "n", "m", "end", "step"})
_NAMES |= {"pad", "num_classes", "N", "row", "col", "output_size", "scale_factor", "padding"}

SIZED: Mapping[str, Sized] = {
    **dict.fromkeys(("zeros", "ones", "eye", "tril_indices", "triu_indices"), Sized(0)),
    **dict.fromkeys(("expand", "broadcast_to", "repeat", "tile", "new_zeros"), Sized(1)),
    **dict.fromkeys(("new_ones", "repeat_interleave", "unflatten"), Sized(1)),
    **dict.fromkeys(("nn.functional.pad", "nn.functional.interpolate"), Sized(1)),
    **dict.fromkeys(("nn.functional.one_hot", "linalg.vander"), Sized(1)),
    **dict.fromkeys(("full",), Sized(0, 1)),
    **dict.fromkeys(("new_full", "as_strided"), Sized(1, 2)),
    **dict.fromkeys(("linspace", "logspace"), Sized(2, 3)),
    "arange": Sized(0, steps=True),
    "range": Sized(0, steps=True),
}
"""The calls whose arguments alone decide how large the result is."""


def check_number(value: Value, where: str) -> None:
    """Check that a scalar can be printed and passed.

    Raises:
        ProgramError: an integer or a text is too long.
    """
    if isinstance(value, int) and not -INTEGER <= value <= INTEGER:
        raise ProgramError(f"{where}: the integer {brief(value)} is beyond 2**64")
    if isinstance(value, str) and len(value) > STRING:
        raise ProgramError(f"{where}: a text of {len(value)} characters; the most are {STRING}")


def check_size(step: Call, where: str) -> None:
    """Check that the call does not ask for more elements than a case may have.

    Raises:
        ProgramError: it does.
    """
    if (sized := SIZED.get(step.op)) is None:
        return
    asked = 1.0
    for number in sized.numbers(step):
        asked *= number
        if asked > ELEMENTS:
            raise ProgramError(f"{where}: {step.op} is asked for more than {ELEMENTS} elements")


def check_layout(shape: tuple[Any, ...], strides: tuple[Any, ...], offset: int, held: int) -> None:
    """Check that an input is no bomb: a few bytes that are seen as a thousand million elements.
    `held` is how many elements its storage has.

    Raises:
        ProgramError: it has too many dims or elements, or reaches too far.
    """
    if len(shape) > DIMS:
        raise ProgramError(f"{len(shape)} dims; the most are {DIMS}")
    if math.prod(max(size, 1) for size in shape) > ELEMENTS:
        raise ProgramError(f"shape={brief(shape)} has more than {ELEMENTS} elements")
    if max((*strides, offset, held)) > ELEMENTS:
        raise ProgramError(f"a stride, an offset or a storage of more than {ELEMENTS} elements")

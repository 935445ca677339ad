"""How large a program may be: what would fill the memory is refused before it is run.

The limits are far above what any case needs. They catch what a file says by itself; what only a run
shows (a product of two large inputs) is the business of the process that runs it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from conformance.program.steps import Call
from conformance.program.values import ProgramError, Value, brief, scalars

TEXT = 2**26  # characters of a file
ELEMENTS = 2**22  # of an input's storage, of what it is seen as, and of what a call asks for
DIMS = 64  # more than that neither NumPy nor torch can have
INTEGER = 2**64  # beyond what any argument can be, and printed in a line
STRING = 1000  # characters
BLOCKS = 8  # `with` blocks in one another: Python compiles 20, each may need two and a `try` within


_SIZES = frozenset({"size", "shape", "repeats", "sizes", "steps", "n", "m", "N", "row", "col"})
_SIZES |= {"pad", "num_classes", "scale_factor", "output_size"}


def _product(first: int, last: int | None = None) -> Callable[[Call], float]:
    """The sizes stand in these places among the arguments, or under one of those names."""

    def elements(step: Call) -> float:
        named = [value for name, value in step.kwargs.items() if name in _SIZES]
        sizes = [*step.args[first:last], *named]
        numbers = [float(abs(size)) for size in scalars(sizes) if _is_number(size)]
        return math.prod(max(number, 1.0) for number in numbers)

    return elements


def _range(step: Call) -> float:
    places = ("start", "end", "step") if len(step.args) > 1 else ("end",)
    given = {**dict(zip(places, step.args, strict=False)), **step.kwargs}
    start, end, by = (given.get(name, default) for name, default in _RANGE.items())
    if not all(map(_is_number, (start, end, by))) or not by:
        return 0  # Torch refuses it.
    return float((end - start) / by)


_RANGE: Mapping[str, Any] = {"start": 0, "end": None, "step": 1}


def _is_number(value: Value) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


SIZED: Mapping[str, Callable[[Call], float]] = {
    **dict.fromkeys(("zeros", "ones", "eye", "tril_indices", "triu_indices"), _product(0)),
    **dict.fromkeys(("expand", "broadcast_to", "repeat", "tile", "new_zeros"), _product(1)),
    **dict.fromkeys(("new_ones", "repeat_interleave", "unflatten"), _product(1)),
    **dict.fromkeys(("nn.functional.pad", "nn.functional.interpolate"), _product(1)),
    **dict.fromkeys(("nn.functional.one_hot", "linalg.vander"), _product(1)),
    **dict.fromkeys(("new_full", "as_strided"), _product(1, 2)),
    **dict.fromkeys(("linspace", "logspace"), _product(2, 3)),
    "full": _product(0, 1),
    "arange": _range,
}
"""For each call whose arguments alone decide how large its result is: how many elements it has."""


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
    sized = SIZED.get(step.op)
    if sized is not None and sized(step) > ELEMENTS:
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

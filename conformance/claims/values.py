"""Which errors are about values: an engine that claims none cannot raise them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from conformance.engines import Engine
from conformance.engines.execute import execute
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.trace import Raised, Trace

Array = np.ndarray[Any, Any]


def _identity(storage: Array, entry: Input) -> Array:
    """Ones on the diagonal of each matrix, as far as its layout is plain: what can be inverted."""
    columns = entry.shape[-1] if entry.shape else 1
    ones: Array = np.arange(storage.size) % (columns + 1) == 0
    return ones.astype(storage.dtype)


_OTHERS: tuple[Callable[[Array, Input], Array], ...] = (
    lambda storage, entry: np.zeros_like(storage),
    lambda storage, entry: np.ones_like(storage),
    _identity,
)
"""What the values of an input may be exchanged for: what is right for indices, and for matrices."""


def raises_by_values(program: Program, expected: Trace, reference: Engine) -> bool:
    """Whether an error of the reference's comes of the values of the inputs: with others of the
    same shapes and dtypes it is gone, or another."""
    errors = {n: each for n, each in enumerate(expected.outcomes) if isinstance(each, Raised)}
    if not errors:
        return False
    for other in _OTHERS:
        inputs = tuple(_with(entry, other) for entry in program.inputs)
        found = execute(replace(program, inputs=inputs), reference).outcomes
        if any(found[number] != error for number, error in errors.items()):
            return True
    return False


def _with(entry: Input, other: Callable[[Array, Input], Array]) -> Input:
    storage = entry.storage
    return replace(entry, data=other(storage, entry).astype(storage.dtype).tobytes())

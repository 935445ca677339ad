"""Other values in the inputs of a drawn program: its structure is drawn once and run with several.

Drawing costs more than running, and whether an engine is right often hangs on a tie, a zero, or
a sign that one draw of values does not have.
"""

from __future__ import annotations

import numpy as np

from conformance.generate.drawing.tape import Tape
from conformance.generate.values.values import Array, elements
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.values import FLOATING

MODERATE = 100  # what an op needs that takes integers of any width; the values drawn are far less


def filled(program: Program, data: bytes) -> Program:
    """The program with other values in its inputs of real numbers, which the bytes choose.

    Values that were drawn to be positive, one-hot, or free of zeros or infinities stay so.
    Integers may be indices, and truth values choose shapes: they stay as they are.
    """
    tape = Tape(data)
    return Program(tuple([_filled(tape, entry) for entry in program.inputs]), program.steps)


def _filled(tape: Tape, entry: Input) -> Input:
    if entry.dtype not in FLOATING:
        return entry
    old = entry.storage
    nonzero = np.count_nonzero(old)
    if nonzero <= 1 and old.size > 1:  # a seed of zeros, or a one-hot one
        return _holding(entry, np.roll(old, 1))
    special = not (np.abs(old) < MODERATE).all()  # NaN is not less
    new: Array = elements(tape, old.size, entry.dtype, special=special)
    if (old > 0).all():
        new = np.abs(new)
    if nonzero == old.size and np.count_nonzero(new) < old.size:
        new = np.where(new == 0, old, new)
    return _holding(entry, new)


def _holding(entry: Input, values: Array) -> Input:
    # `dataclasses.replace` takes as long as drawing the values.
    data, grad = values.tobytes(), entry.requires_grad
    return Input(entry.name, entry.dtype, entry.shape, data, grad, entry.strides, entry.offset)

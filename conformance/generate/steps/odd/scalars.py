"""Operators between a tensor and a scalar of NumPy's."""

from __future__ import annotations

from conformance.catalogue.entry import Category, OpEntry, Operand
from conformance.generate.drawing.drawing import Drawing
from conformance.generate.drawing.ops import operators_of
from conformance.generate.drawing.tape import Tape, weighted
from conformance.generate.values.values import number
from conformance.program.steps import Call, Step
from conformance.program.values import NumPyScalar

_DTYPES = {
    "float": weighted(("float64", 4), ("float32", 3), ("float16", 1)),
    "int": weighted(("int64", 4), ("int32", 2), ("uint8", 1)),
    "bool": ("bool",),
}


def scalar_operand(drawing: Drawing) -> Step | None:
    """An operator one of whose two operands is a scalar of NumPy's, the first or the second."""
    ops, tape = drawing.ops, drawing.tape
    writes = "in-place" in drawing.features and tape.chance(20)
    entries = ops.written_from_numbers if writes else ops.beside_numbers
    if not entries:
        return None
    entry = drawing.pick_op(entries)
    form = tape.pick(operators_of(entry, entry.inplace if writes else entry.forms))
    dtypes = _first(entry).dtypes
    live = drawing.one(lambda live: live.category in dtypes and live.category != "complex", 5)
    if live is None or (writes and live.is_leaf and live.requires_grad and drawing.grad_enabled):
        return None
    scalar = _scalar(tape, live.category if not tape.chance(25) else tape.pick(("float", "int")))
    reflected = not writes and tape.chance(50)
    args = (scalar, live.ref) if reflected else (live.ref, scalar)
    return Call(form.op, args, {}, "operator", None if writes else drawing.result())


def _first(entry: OpEntry) -> Operand:
    first = entry.signatures[0][0]
    assert isinstance(first, Operand)
    return first


def _scalar(tape: Tape, category: Category) -> NumPyScalar:
    kind = category if category in _DTYPES else "float"
    dtype = tape.pick(_DTYPES[kind])
    value = number(tape, frozenset({category if kind == category else "float"}))
    real = value.real if isinstance(value, complex) else value
    if kind == "bool":
        return NumPyScalar(dtype, bool(real))
    if kind == "int":
        return NumPyScalar(dtype, abs(int(real)) if dtype == "uint8" else int(real))
    return NumPyScalar(dtype, float(real))

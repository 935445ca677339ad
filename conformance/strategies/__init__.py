"""Hypothesis strategies: programs of autograd, and what they are made of."""

from __future__ import annotations

from conformance.strategies.fills import filled
from conformance.strategies.ops import entries_of
from conformance.strategies.parts import dtypes, inputs, partner_shapes, read_from_tape, shapes
from conformance.strategies.programs import HEADER, ROW, Drawn, interpret, programs

__all__ = [
    "HEADER",
    "ROW",
    "Drawn",
    "dtypes",
    "entries_of",
    "filled",
    "inputs",
    "interpret",
    "partner_shapes",
    "programs",
    "read_from_tape",
    "shapes",
]

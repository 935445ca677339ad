"""Hypothesis strategies: programs of autograd, calls of ops, and what they are made of."""

from __future__ import annotations

from conformance.generate.asking import op_calls, programs
from conformance.generate.drawing.drawn import Drawn
from conformance.generate.drawing.features import FEATURES
from conformance.generate.ingredients import (
    GradientSeed,
    dtypes,
    gradient_seeds,
    partner_shapes,
    shapes,
    tensors,
)

__all__ = [
    "FEATURES",
    "Drawn",
    "GradientSeed",
    "dtypes",
    "gradient_seeds",
    "op_calls",
    "partner_shapes",
    "programs",
    "shapes",
    "tensors",
]

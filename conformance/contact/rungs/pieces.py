"""What the rungs' programs are made of."""

from __future__ import annotations

import numpy as np

from conformance.contact.rungs.rung import Field
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import Call, Step
from conformance.program.values import Ref, Value

X, W, Y, Z, S = (Ref(name) for name in ("x", "w", "y", "z", "s"))


def of(name: str, dtype: str, values: object, requires_grad: bool = False) -> Input:
    """An input of this dtype."""
    return Input.of(name, np.array(values, dtype), requires_grad)


PLAIN = of("x", "float32", [0.5, 2.0])
LEAF = of("x", "float32", [0.5, 2.0], True)
TWICE = of("x", "float64", [0.5, 2.0], True)
OTHER = of("w", "float32", [3.0, 5.0], True)
SEED = of("w", "float32", [10.0, 100.0])

FLAGS: tuple[Field, ...] = ("shape", "dtype", "values", "requires_grad", "is_leaf")


def op(symbol: str, *args: Value, result: str | None = None) -> Call:
    """An operator."""
    return Call(symbol, args, form="operator", result=result)


def method(name: str, *args: Value, result: str | None = None) -> Call:
    """A method of the first argument."""
    return Call(name, args, form="method", result=result)


def program(*inputs: Input, steps: tuple[Step, ...] = ()) -> Program:
    """Inputs, and what is done with them."""
    return Program(inputs, steps)


SQUARE = op("*", X, X, result="y")

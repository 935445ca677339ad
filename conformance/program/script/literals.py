"""Values and inputs as Python source that gives back exactly the same value."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from conformance.program.inputs import Input
from conformance.program.inputs.held import rounded
from conformance.program.inputs.layout import View
from conformance.program.values import (
    COMPLEX,
    FLOATING,
    HELD,
    NUMPY_DTYPES,
    Constant,
    DType,
    NumPyScalar,
    Ref,
    Value,
)

# The dtypes that torch.tensor gives to Python numbers, so that `dtype=` need not be written.
_INFERRED = frozenset({"float32", "int64", "bool", "complex64"})

_DIGITS = 6  # more than a number needs that has 12 bits or fewer


def literal(value: Value) -> str:
    """A value as Python source."""
    if isinstance(value, Ref):
        return value.name
    if isinstance(value, (DType, Constant)):
        return f"torch.{value.name}"
    if isinstance(value, NumPyScalar):
        name = "bool_" if value.dtype == "bool" else value.dtype
        return f"np.{name}({literal(value.value)})"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, complex):
        return f"complex({number(value.real)}, {number(value.imag)})"
    if isinstance(value, list):
        return f"[{', '.join(literal(item) for item in value)}]"
    if isinstance(value, tuple):
        comma = "," if len(value) == 1 else ""
        return f"({', '.join(literal(item) for item in value)}{comma})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {literal(item)}' for key, item in value.items())}}}"
    if isinstance(value, slice):
        return f"slice({literal(value.start)}, {literal(value.stop)}, {literal(value.step)})"
    return "..." if value is Ellipsis else repr(value)


def operand(value: Value) -> str:
    """A value as an operand: a negative number in brackets, since `-2.0 ** x` is `-(2.0 ** x)`."""
    text = literal(value)
    return f"({text})" if text.startswith("-") else text


def index(value: Value) -> str:
    """What stands between square brackets."""
    if isinstance(value, tuple) and value:
        comma = "," if len(value) == 1 else ""
        return ", ".join(_subscript(item) for item in value) + comma
    return _subscript(value)


def _subscript(value: Value) -> str:
    if not isinstance(value, slice):
        return literal(value)
    start, stop, step = (
        "" if part is None else literal(part) for part in (value.start, value.stop, value.step)
    )
    return f"{start}:{stop}" + (f":{step}" if step else "")


def number(value: float) -> str:
    """A float as torch users write it: `2.` for 2.0, and a call for what has no literal."""
    if not math.isfinite(value):
        return f'float("{value}")'
    return repr(value).removesuffix("0") if repr(value).endswith(".0") else repr(value)


def tensor(entry: Input) -> str:
    """The expression that makes an input, with its values, layout and flags."""
    layout = entry.layout
    if 0 in layout.base:
        arguments = literal(layout.base)
        made = f"torch.zeros({arguments}"
        named = entry.dtype != "float32"
    else:
        made = f"torch.tensor({_nested(entry.storage.reshape(layout.base), entry.dtype)}"
        named = entry.dtype not in _INFERRED
    if named:
        made += f", dtype=torch.{entry.dtype}"
    if entry.requires_grad and not layout.views:
        made += ", requires_grad=True"
    made += ")" + "".join(_view(view) for view in layout.views)
    if entry.requires_grad and layout.views:
        made += ".requires_grad_()"
    return made


def _view(view: View) -> str:
    if view.method == "[]":
        return f"[{index(view.args[0])}]"
    return f".{view.method}({', '.join(literal(arg) for arg in view.args)})"


def _nested(array: np.ndarray[Any, Any], dtype: str) -> str:
    if array.ndim:
        return f"[{', '.join(_nested(item, dtype) for item in array)}]"
    value = array[()]
    if dtype in COMPLEX:
        return f"complex({_element(value.real, dtype)}, {_element(value.imag, dtype)})"
    if dtype in FLOATING:
        return _element(value, dtype)
    return repr(value.item())


def _element(value: Any, dtype: str) -> str:
    """The shortest decimal that torch.tensor turns into this very element.

    Torch parses a double and then rounds, through float for the halves, so the element's own
    shortest decimal could be rounded twice; where it would, the exact double is written.
    """
    exact = float(value)
    if dtype not in NUMPY_DTYPES:
        return number(_shortest(exact, dtype))
    short = float(str(value))
    with np.errstate(all="ignore"):
        reached = type(value)(np.float32(short) if value.itemsize < 8 else short)
    return number(short if reached == exact else exact)


def _shortest(exact: float, dtype: str) -> float:
    """The number of the fewest digits that is rounded to this one of a dtype that NumPy has not."""
    for digits in range(1, _DIGITS):
        short = float(f"{exact:.{digits}g}")
        with np.errstate(all="ignore"):
            held = np.asarray(np.float32(short)).astype(HELD[dtype])
        if rounded(held, dtype) == exact:
            return short
    return exact

"""How operands come to one dtype, to one shape, and how NumPy is kept quiet."""

from __future__ import annotations

import contextvars
import re
import threading
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes
from mini_autograd.messages.ops import shapes as shape_errors
from mini_autograd.messages.tensors import state as tensor_errors


class Promotion(Enum):
    """How the operands of an op come to one dtype."""

    NONE = auto()  # each keeps its own; the forward complains where it must
    COMMON = auto()  # torch's result type
    FLOATING = auto()  # the result type, or the default dtype where that is integral


_CONTEXT: Final = contextvars.Context()
_CONTEXT.run(lambda: np.seterr(all="ignore"))


class _Quiet(threading.local):
    """`quiet.run(f, *args)` calls with NumPy's floating-point warnings off, as torch has none.

    It runs in a context of its own: a tenth of the cost of `np.errstate`, and nothing changes
    for the user. No context is entered twice at a time, so each thread has one.
    """

    def __init__(self) -> None:
        self.run: Callable[..., Any] = _CONTEXT.copy().run


quiet: Final = _Quiet()
# Another such context: `quiet_context().run(f, *args)` is for what may itself call ops.
quiet_context: Final = _CONTEXT.copy


def promote(values: Sequence[Any], promotion: Promotion) -> tuple[list[NDArray[Any]], dtypes.dtype]:
    """Arrays and Python numbers as arrays of the dtype that the op computes in, and that."""
    found = dtypes.result_type(values)
    if promotion is Promotion.FLOATING:
        found = dtypes.to_floating(found)
    return [_cast(value, found.numpy) for value in values], found


def _cast(value: Any, wanted: np.dtype[Any]) -> NDArray[Any]:
    if not isinstance(value, np.ndarray):
        return dtypes.number_array(value, wanted)
    return value if value.dtype == wanted else value.astype(wanted)


def raise_of_rule(error: ValueError) -> None:
    """torch's error for NumPy's, where arrays in a walk do not broadcast: somebody gave a tensor
    other data meanwhile.
    """
    text = str(error)
    shapes = [tuple(map(int, _SIZE.findall(each))) for each in _SHAPE.findall(text)]
    if text.startswith("operands could not be broadcast together"):
        raise_broadcast(*shapes)
    if text.startswith("non-broadcastable output operand"):
        raise tensor_errors.result_shape(*shapes) from None


_SHAPE: Final = re.compile(r"\(([\d,]*)\)")
_SIZE: Final = re.compile(r"\d+")


def raise_broadcast(*shapes: tuple[int, ...]) -> None:
    """torch's error if the shapes do not broadcast; a forward's own ValueError is another."""
    common: tuple[int, ...] = ()
    for shape in shapes:
        try:
            common = np.broadcast_shapes(common, shape)
        except ValueError:
            raise shape_errors.broadcast(common, shape) from None

"""How operands come to one dtype, to one shape, and how NumPy is kept quiet."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd import dtypes
from mini_autograd.errors import shapes as shape_errors


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

    @staticmethod
    def run_reentrant(function: Callable[..., Any], *args: Any) -> Any:
        """As `run`, for a function that may itself call ops."""
        return _CONTEXT.copy().run(function, *args)


quiet: Final = _Quiet()


def promote(values: Sequence[Any], promotion: Promotion) -> list[NDArray[Any]]:
    """Arrays and Python numbers as arrays of the dtype that the op computes in."""
    if promotion is Promotion.NONE:
        return [np.asarray(value) for value in values]
    found = dtypes.result_type(values)
    if promotion is Promotion.FLOATING:
        found = dtypes.to_floating(found)
    return [_cast(value, found.numpy) for value in values]


def _cast(value: Any, wanted: np.dtype[Any]) -> NDArray[Any]:
    if not isinstance(value, np.ndarray):
        return dtypes.number_array(value, wanted)
    return value if value.dtype == wanted else value.astype(wanted)


def raise_broadcast(*shapes: tuple[int, ...]) -> None:
    """torch's error if the shapes do not broadcast; a forward's own ValueError is another."""
    common: tuple[int, ...] = ()
    for shape in shapes:
        try:
            common = np.broadcast_shapes(common, shape)
        except ValueError:
            raise shape_errors.broadcast(common, shape) from None

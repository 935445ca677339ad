"""Values that are no tensors, in the harness's own terms, whatever an engine gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from conformance.engines.observing.failures import type_name
from conformance.engines.observing.observe import dtype_name, is_numeric, seen_by_hook
from conformance.engines.observing.texts import text_of
from conformance.program.trace import Opaque, Text
from conformance.program.values import DType, Value

BITS = 256  # of an integer: torch's have 64, and Python writes none of 4,300 digits
DEPTH = 100  # of lists in lists: a tensor has at most 64 dims
ITEMS = 1_000_000  # in one value, all lists together
BYTES = 1 << 28  # of an array, which may be a view of next to nothing

_EXACT = (bool, float, complex, type(None), Text)


def plain(value: Any, dtype_type: type | None) -> Value | Opaque | np.ndarray[Any, Any]:
    """A value that is no tensor: of exact built-in types, bounded in size and depth, so that it
    can be compared, written and sent. `dtype_type` is the class of the engine's dtypes, if it has
    one; what the harness has no form for is `Opaque`."""
    kind = type(value)
    if kind in _EXACT:
        return value
    if kind is str:
        return text_of(value)
    try:
        return _Plain(dtype_type, None).of(value, DEPTH)
    except _Endless:
        return Opaque(f"{type_name(kind)} that has no end")


def given(value: Any, tensor_type: type[Any], dtype_type: type | None) -> Any:
    """What a hook was given, with a state for each tensor and a tuple for each list."""
    try:
        return _Plain(dtype_type, tensor_type).of(value, DEPTH)
    except Exception:  # To look at it must not change what the hook does.
        return Opaque(type_name(type(value)))


class _Endless(Exception):  # noqa: N818 - it never gets out of here
    """The value has too many items, or lists in lists."""


class _Plain:
    """One value on its way, and how many more items it may have."""

    __slots__ = ("dtype_type", "left", "tensor_type")

    def __init__(self, dtype_type: type | None, tensor_type: type[Any] | None) -> None:
        self.dtype_type, self.tensor_type, self.left = dtype_type, tensor_type, ITEMS

    def of(self, value: Any, depth: int) -> Any:
        kind = type(value)
        self.left -= 1
        if kind in _EXACT:
            return value
        if kind is str:
            return text_of(value)
        if kind is int:
            bits = value.bit_length()
            return value if bits <= BITS else Opaque(f"int of {bits} bits")
        if not depth or self.left < 0:
            raise _Endless
        if self.tensor_type is not None and isinstance(value, self.tensor_type):
            return seen_by_hook(value)
        return self._other(value, depth)

    def _other(self, value: Any, depth: int) -> Any:
        if isinstance(value, np.ndarray):
            return _array(value)
        if self.dtype_type is not None and isinstance(value, self.dtype_type):
            return DType(dtype_name(value))
        if isinstance(value, tuple):  # torch.Size and named tuples too
            return tuple(self._all(value, depth))
        if isinstance(value, list):
            items = self._all(value, depth)
            return items if self.tensor_type is None else tuple(items)
        if isinstance(value, dict):
            return {_key(key): self.of(item, depth - 1) for key, item in value.items()}
        if isinstance(value, np.generic):
            item = value.item()
            return Opaque(type_name(type(item))) if item is value else self.of(item, depth - 1)
        return Opaque(type_name(type(value)))

    def _all(self, values: Iterable[Any], depth: int) -> list[Any]:
        found = []
        for value in values:
            if self.left < 0:
                raise _Endless
            found.append(self.of(value, depth - 1))
        return found


def _array(value: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | Opaque:
    if not is_numeric(value) or value.nbytes > BYTES:
        return Opaque(f"array of {value.dtype.name}, {value.size} items")
    return np.array(value, subok=False)


def _key(key: Any) -> str:
    try:
        return text_of(str(key))
    except Exception:
        return type_name(type(key))

"""Traces as bytes, and back: what crosses the border between an engine's process and the judge's.

The bytes hold numbers, texts and arrays, never code: unlike a pickle, what an engine's process
sends can make nothing in the judge's process but a `Trace`. Equal traces have equal bytes, so most
answers are known to agree without being read.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping
from dataclasses import fields
from marshal import dumps  # by its own name, as an engine may replace that in `marshal`
from typing import Any

import numpy as np

from conformance.program.trace import (
    UNOBSERVED,
    Called,
    NotRun,
    Opaque,
    Raised,
    Returned,
    TensorState,
    Text,
    Trace,
    Unobserved,
    Unsupported,
    Warned,
)
from conformance.program.values import DType, Ref

VERSION = 0  # of marshal's format: later ones write one value in several ways
NUMERIC = "biufc"  # the kinds of NumPy's dtypes that an array may have here

_CLASSES: tuple[type[Any], ...] = (
    TensorState,
    Returned,
    Raised,
    Unsupported,
    NotRun,
    Called,
    Warned,
    Ref,
    DType,
    Text,
    Opaque,
)
_TRACE = tuple(entry.name for entry in fields(Trace) if entry.name not in ("engine", "end"))

_TUPLE, _ARRAY, _UNOBSERVED, _SLICE, _ELLIPSIS, _DICT, _FIRST_CLASS = 0, 1, 2, 3, 4, 5, 6
_FIELDS = {kind: tuple(entry.name for entry in fields(kind)) for kind in _CLASSES}


def encode(trace: Trace) -> bytes:
    """The trace but for the name of the engine.

    Raises:
        TypeError: it holds a value of a type that no trace may hold.
    """
    return dumps([_packed(getattr(trace, name)) for name in _TRACE], VERSION)


def decode(data: bytes, engine: str) -> Trace:
    """The trace that `encode` wrote, as one of the engine of that name.

    Raises:
        ValueError: the bytes are no trace.
    """
    try:
        values = [_unpacked(value) for value in marshal.loads(data)]
        return Trace(engine, **dict(zip(_TRACE, values, strict=True)))
    except (TypeError, ValueError, EOFError, LookupError, RecursionError) as error:
        raise ValueError(f"the bytes are no trace: {error}") from error


def _tuple(value: tuple[Any, ...]) -> Any:
    return (_TUPLE, *[item if type(item) in _PLAIN else _packed(item) for item in value])


def _array(value: np.ndarray[Any, Any]) -> Any:
    if value.dtype.kind not in NUMERIC:
        raise TypeError(f"an array of {value.dtype}")
    return _ARRAY, value.dtype.str, value.shape, value.tobytes()


def _mapping(value: Mapping[Any, Any]) -> Any:
    return (_DICT, *[(_packed(key), _packed(item)) for key, item in value.items()])


def _of_class(kind: type[Any], code: int) -> Callable[[Any], Any]:
    """The packing of a dataclass, written out for its fields: this is the hot path."""
    parts = ", ".join(
        f"v.{name} if type(v.{name}) in plain else packed(v.{name})" for name in _FIELDS[kind]
    )
    namespace: dict[str, Any] = {"plain": _PLAIN}
    exec(f"def pack(v, packed):\n    return ({code}, {parts},)", namespace)
    pack = namespace["pack"]
    return lambda value: pack(value, _packed)


_PLAIN = frozenset({int, str, bool, type(None), float, complex, bytes})
_PACK: dict[type[Any], Callable[[Any], Any]] = {
    tuple: _tuple,
    list: lambda value: [_packed(item) for item in value],
    dict: _mapping,
    np.ndarray: _array,
    Unobserved: lambda value: (_UNOBSERVED,),
    slice: lambda value: (_SLICE, _packed(value.start), _packed(value.stop), _packed(value.step)),
    type(Ellipsis): lambda value: (_ELLIPSIS,),
    **{kind: _of_class(kind, _FIRST_CLASS + n) for n, kind in enumerate(_CLASSES)},
}


def _packed(value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    pack = _PACK.get(kind)
    if pack is None:
        raise TypeError(f"a trace cannot hold a {kind.__name__}")
    return pack(value)


def _unpacked(value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is list:
        return [_unpacked(item) for item in value]
    code = value[0]
    if code >= _FIRST_CLASS:
        return _CLASSES[code - _FIRST_CLASS](*[_unpacked(item) for item in value[1:]])
    return _UNPACK[code](*value[1:])


def _array_of(dtype: str, shape: tuple[int, ...], data: bytes) -> np.ndarray[Any, Any]:
    kind = np.dtype(dtype)
    if kind.kind not in NUMERIC:
        raise ValueError(f"an array of {kind}")
    return np.frombuffer(data, kind).reshape(shape)


_UNPACK: Mapping[int, Callable[..., Any]] = {
    _TUPLE: lambda *items: tuple([_unpacked(item) for item in items]),
    _ARRAY: _array_of,
    _UNOBSERVED: lambda: UNOBSERVED,
    _SLICE: lambda *parts: slice(*map(_unpacked, parts)),
    _ELLIPSIS: lambda: Ellipsis,
    _DICT: lambda *pairs: {_unpacked(key): _unpacked(item) for key, item in pairs},
}

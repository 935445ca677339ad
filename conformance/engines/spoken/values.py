"""What stands in a trace, as JSON: a program's values, and arrays, texts and tensors beside them.

Numbers of a tensor are little-endian bytes in base64, so that NaN, infinities and -0.0 arrive with
every bit; an engine whose language has no such bytes may give numbers instead.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import numpy as np

from conformance.program.trace import (
    UNOBSERVED,
    Observed,
    Opaque,
    Raised,
    TensorState,
    Text,
)
from conformance.program.values import HELD, brief, decode, encode

Json = dict[str, Any]

_FLAGS = {"requires_grad": bool, "is_leaf": bool, "version": int, "output_nr": int}
_STATE = frozenset(
    {
        "shape", "dtype", "bytes", "values", "values_dtype", "grad", "grad_fn", "node", "stride",
        "unread", *_FLAGS,
    }
)  # fmt: skip
_KINDS = "biufc"  # of NumPy's dtypes that an array may have in a trace
_LARGEST = 1 << 28  # bytes of an array


class Unsaid(ValueError):  # noqa: N818 - of a tensor, no error of the engine's
    """Of a tensor, shape and dtype were not said: nothing is known of it."""


def bytes_of(array: np.ndarray[Any, Any]) -> str:
    """The elements in a row, little-endian, in base64."""
    if array.dtype.byteorder == ">":
        array = array.astype(array.dtype.newbyteorder("<"))
    return base64.b64encode(array.tobytes()).decode("ascii")


def value_to_json(value: Any) -> Any:
    """A value of a trace as JSON."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    write = _WRITTEN.get(kind)
    return encode(value) if write is None else write(value)


def _dict(value: Mapping[str, Any]) -> Json:
    return {"dict": {key: value_to_json(item) for key, item in value.items()}}


def _array(value: np.ndarray[Any, Any]) -> Json:
    return {"array": {"dtype": value.dtype.name, "shape": [*value.shape], "bytes": bytes_of(value)}}


_PLAIN = frozenset({int, str, bool, type(None)})
_WRITTEN: Mapping[type, Callable[[Any], Any]] = {
    list: lambda value: [value_to_json(item) for item in value],
    tuple: lambda value: {"tuple": [value_to_json(item) for item in value]},
    dict: _dict,
    np.ndarray: _array,
    Text: lambda value: {"text": value.text},
    Opaque: lambda value: {"opaque": value.type},
    TensorState: lambda value: {"tensor": state_to_json(value)},
}


def value_from_json(data: Any) -> Any:
    """The value that `value_to_json` wrote.

    Raises:
        ValueError: it is none, TypeError and others likewise.
    """
    if not isinstance(data, dict | list):
        return decode(data)
    if isinstance(data, list):
        return [value_from_json(item) for item in data]
    if len(data) == 1:
        ((kind, body),) = data.items()
        if (read := _READ.get(kind)) is not None:
            return read(body)
    return decode(data)


def _read_array(data: Json) -> np.ndarray[Any, Any]:
    return array_of(data, tuple(map(whole, data["shape"])), np.dtype(text(data["dtype"])))


def _read_float(data: Any) -> float:
    """Also a number that is whole, which a language may write without its point."""
    return float(data) if type(data) in (int, float) else float(decode({"float": data}))


_READ: Mapping[str, Callable[[Any], Any]] = {
    "tuple": lambda data: tuple([value_from_json(item) for item in data]),
    "dict": lambda data: {text(key): value_from_json(item) for key, item in data.items()},
    "array": _read_array,
    "float": _read_float,
    "text": lambda data: Text(text(data)),
    "opaque": lambda data: Opaque(text(data)),
    "tensor": lambda data: state_from_json(data),
}


def array_of(data: Json, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """The array that `bytes`, or else `values`, give.

    Raises:
        ValueError: they are none of that shape and dtype.
    """
    if dtype.kind not in _KINDS:
        raise ValueError(f"an array of {dtype}")
    count = prod(shape)
    if "bytes" in data:
        exact = base64.b64decode(text(data["bytes"]), validate=True)
        if len(exact) != (needed := count * dtype.itemsize):
            raise ValueError(f"{len(exact)} bytes; {dtype} of shape {[*shape]} has {needed}")
        return np.frombuffer(exact, dtype.newbyteorder("<")).reshape(shape)
    items = list[Any]()
    _flatten(data["values"], items)
    if len(items) != count or count * dtype.itemsize > _LARGEST:
        raise ValueError(f"{len(items)} values, while shape {[*shape]} has {count}")
    with np.errstate(all="ignore"):
        found = np.array(items, dtype if not items or dtype.kind != "c" else "c16")
        return found.astype(dtype.newbyteorder("<"), copy=False).reshape(shape)


def _flatten(data: Any, into: list[Any]) -> None:
    """The numbers of nested lists in a row."""
    if isinstance(data, list):
        for item in data:
            _flatten(item, into)
        return
    value = value_from_json(data) if isinstance(data, dict) else data
    if not isinstance(value, int | float | complex):
        raise TypeError(f"{brief(data)} is no number")
    into.append(value)


def state_to_json(state: TensorState) -> Json:
    """A tensor's state; what is not observable is left out."""
    data: Json = {"shape": [*state.shape], "dtype": state.dtype}
    if state.values is not UNOBSERVED:
        data["bytes"] = bytes_of(state.values)
        held = HELD.get(state.dtype)
        if held is None or state.values.dtype != held:
            data["values_dtype"] = state.values.dtype.name
    for name in _FLAGS:
        if (value := getattr(state, name)) is not UNOBSERVED:
            data[name] = value
    if state.grad is not UNOBSERVED:
        data["grad"] = _grad_to_json(state.grad)
    if state.node is not UNOBSERVED:
        data["node"] = state.node
    if state.grad_fn is not UNOBSERVED:
        data["grad_fn"] = state.grad_fn
    if state.stride is not UNOBSERVED:
        data["stride"] = [*state.stride]
    if state.unread:
        data["unread"] = {name: why_to_json(why) for name, why in state.unread.items()}
    return data


def _grad_to_json(grad: TensorState | Opaque | None) -> Any:
    if grad is None:
        return None
    return {"opaque": grad.type} if isinstance(grad, Opaque) else state_to_json(grad)


def state_from_json(data: Json) -> TensorState:
    """The state that `state_to_json` wrote, or that an engine says.

    Raises:
        Unsaid: it says neither shape nor dtype.
        ValueError: it is none, TypeError and others likewise.
    """
    if unknown := data.keys() - _STATE:
        raise ValueError(f"a tensor has no field {brief(min(unknown))}")
    if "shape" not in data or "dtype" not in data:
        raise Unsaid("shape and dtype")
    shape, dtype = tuple(map(whole, data["shape"])), text(data["dtype"])
    values: Observed[np.ndarray[Any, Any]] = UNOBSERVED
    if "bytes" in data or "values" in data:
        held = data.get("values_dtype")
        values = array_of(data, shape, HELD[dtype] if held is None else np.dtype(text(held)))
    flags = [
        _exactly(kind, data[name]) if name in data else UNOBSERVED for name, kind in _FLAGS.items()
    ]
    requires_grad, is_leaf, version, output_nr = flags
    grad = data.get("grad", UNOBSERVED)
    if isinstance(grad, dict):
        grad = Opaque(text(grad["opaque"])) if "opaque" in grad else state_from_json(grad)
    elif grad is not None and grad is not UNOBSERVED:
        raise TypeError(f"{brief(grad)} is no gradient")
    stride = tuple(map(whole, data["stride"])) if "stride" in data else UNOBSERVED
    return TensorState(
        shape,
        dtype,
        values,
        requires_grad,
        is_leaf,
        grad,
        _or_none(text, data.get("grad_fn", UNOBSERVED)),
        _or_none(whole, data.get("node", UNOBSERVED)),
        stride,
        version,
        output_nr,
        {name: why_from_json(why) for name, why in data["unread"].items()}
        if "unread" in data
        else {},
    )


def why_to_json(why: Raised | Text) -> Json:
    """Why something could not be read."""
    return {"text": why.text} if isinstance(why, Text) else {"raised": raised_to_json(why)}


def why_from_json(data: Json) -> Raised | Text:
    """What `why_to_json` wrote."""
    return Text(text(data["text"])) if "text" in data else raised_from_json(data["raised"])


def raised_to_json(raised: Raised) -> Json:
    """An error, without what it need not say."""
    data: Json = {"type": raised.error, "message": raised.message}
    if raised.bases:
        data["bases"] = [*raised.bases]
    if raised.printed:
        data["printed"] = raised.printed
    if raised.lacking:
        data["lacking"] = raised.lacking
    return data


def raised_from_json(data: Json) -> Raised:
    """The error that `raised_to_json` wrote; an engine in another language need not say bases."""
    if unknown := data.keys() - {"type", "message", "bases", "printed", "lacking"}:
        raise ValueError(f"an error has no field {brief(min(unknown))}")
    error = text(data["type"])
    bases = tuple(map(text, data.get("bases", (error,))))
    more = (text(data.get(name, "")) for name in ("printed", "lacking"))
    return Raised(error, text(data["message"]), bases, *more)


def _or_none(read: Callable[[Any], Any], data: Any) -> Any:
    return data if data is None or data is UNOBSERVED else read(data)


def _exactly(kind: type, data: Any) -> Any:
    if type(data) is not kind:
        raise TypeError(f"{brief(data)} is no {kind.__name__}")
    return data


def whole(data: Any) -> int:
    """An integer, and no truth value."""
    number: int = _exactly(int, data)
    return number


def text(data: Any) -> str:
    """A text."""
    found: str = _exactly(str, data)
    return found

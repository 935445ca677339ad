"""The values that may stand in a program as arguments, and their exact form in JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

NUMPY_DTYPES: Mapping[str, np.dtype[Any]] = {
    "bool": np.dtype("?"),
    "uint8": np.dtype("u1"),
    "int8": np.dtype("i1"),
    "int16": np.dtype("<i2"),
    "int32": np.dtype("<i4"),
    "int64": np.dtype("<i8"),
    "float16": np.dtype("<f2"),
    "float32": np.dtype("<f4"),
    "float64": np.dtype("<f8"),
    "complex64": np.dtype("<c8"),
    "complex128": np.dtype("<c16"),
}
"""The dtypes that an input may have, by torch's name; little-endian, as they are stored."""

FLOATING: frozenset[str] = frozenset({"float16", "float32", "float64"})
COMPLEX: frozenset[str] = frozenset({"complex64", "complex128"})
DIFFERENTIABLE: frozenset[str] = FLOATING | COMPLEX


class ProgramError(ValueError):
    """A program, or the file that holds it, is broken; the message says where and what."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A value that the program has named: `x0`, `t1`, or an item of a tuple, `t1[0]`."""

    name: str

    @property
    def base(self) -> str:
        """The name that was bound, without an index: `t1` of `t1[0]`."""
        return self.name.partition("[")[0]


@dataclass(frozen=True, slots=True)
class DType:
    """A dtype as an argument: `DType("float32")` is `torch.float32`."""

    name: str


Value: TypeAlias = Any
"""Ref, DType, None, bool, int, float, complex, str, slice, Ellipsis, and lists, tuples and
dicts (with str keys) of these. `encode` refuses anything else."""


def refs(value: Value) -> Iterator[Ref]:
    """Every reference inside a value, in reading order."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, _SEQUENCES):
        for item in value:
            if not isinstance(item, _SCALARS):
                yield from refs(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from refs(item)
    elif isinstance(value, slice):
        yield from refs((value.start, value.stop, value.step))


# Tuples, since `isinstance` takes twice as long with a union; this is asked for each argument.
_SEQUENCES = (list, tuple)
_SCALARS = (int, float, str, type(None))


def _encode_float(value: float) -> Any:
    return value if math.isfinite(value) else {"float": repr(value)}


_ENCODE: Mapping[type, Callable[[Any], Any]] = {
    type(None): lambda value: value,
    bool: lambda value: value,
    int: lambda value: value,
    str: lambda value: value,
    float: _encode_float,
    complex: lambda value: {"complex": [_encode_float(value.real), _encode_float(value.imag)]},
    list: lambda value: [encode(item) for item in value],
    tuple: lambda value: {"tuple": [encode(item) for item in value]},
    dict: lambda value: {"dict": {key: encode(item) for key, item in value.items()}},
    slice: lambda value: {"slice": [encode(value.start), encode(value.stop), encode(value.step)]},
    type(Ellipsis): lambda value: {"ellipsis": True},
    Ref: lambda value: {"ref": value.name},
    DType: lambda value: {"dtype": value.name},
}


def encode(value: Value) -> Any:
    """A value as JSON. What JSON cannot say is an object with one key that names its type.

    Raises:
        ProgramError: the value is of a type that a program cannot hold.
    """
    encoder = _ENCODE.get(type(value))
    if encoder is None:
        raise ProgramError(f"a program cannot hold a {type(value).__name__}: {value!r}")
    return encoder(value)


def _decode_float(data: Any) -> float:
    if isinstance(data, dict):
        data = data["float"]
    return float(data)


_DECODE: Mapping[str, Callable[[Any], Value]] = {
    "float": float,
    "complex": lambda data: complex(_decode_float(data[0]), _decode_float(data[1])),
    "tuple": lambda data: tuple(decode(item) for item in data),
    "dict": lambda data: {str(key): decode(item) for key, item in data.items()},
    "slice": lambda data: slice(*(decode(item) for item in data)),
    "ellipsis": lambda data: Ellipsis,
    "ref": lambda data: Ref(_expect_str(data)),
    "dtype": lambda data: DType(_expect_str(data)),
}


def _expect_str(data: Any) -> str:
    if not isinstance(data, str):
        raise TypeError(f"expected a string, not {data!r}")
    return data


def decode(data: Any) -> Value:
    """The value that `encode` wrote.

    Raises:
        ProgramError: the data is not of the form that `encode` writes.
    """
    if isinstance(data, list):
        return [decode(item) for item in data]
    if not isinstance(data, dict):
        return data
    if len(data) != 1 or next(iter(data)) not in _DECODE:
        known = ", ".join(_DECODE)
        raise ProgramError(f"expected an object with one key of {known}, not {data!r}")
    ((kind, body),) = data.items()
    try:
        return _DECODE[kind](body)
    except ProgramError:
        raise
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise ProgramError(f"{body!r} is no {kind}: {error}") from error

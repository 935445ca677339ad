"""The values that may stand in a program as arguments, and their exact form in JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from reprlib import Repr
from typing import Any, TypeAlias, TypeVar

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
"""The dtypes that torch shares with NumPy, by torch's name; little-endian, as they are stored."""

HELD: Mapping[str, np.dtype[Any]] = {
    **NUMPY_DTYPES,
    "bfloat16": NUMPY_DTYPES["float32"],
    "complex32": NUMPY_DTYPES["complex64"],
}
"""The dtypes that an input may have, and that in which its values are stored and compared: NumPy
has none of the last two, so they are held in the next wider one, which has all their values."""

FLOATING: frozenset[str] = frozenset({"float16", "bfloat16", "float32", "float64"})
COMPLEX: frozenset[str] = frozenset({"complex32", "complex64", "complex128"})
DIFFERENTIABLE: frozenset[str] = FLOATING | COMPLEX


class ProgramError(ValueError):
    """A program, or the file that holds it, is broken; the message says where and what."""


BRIEF = 60  # characters of a value in a message


def brief(value: object) -> str:
    """What stands for a value from a file in a message: its `repr` in a line, not too long."""
    try:
        text = _REPR.repr(value)
    except ValueError:  # an integer of more digits than Python writes
        return f"a {type(value).__name__} of too many digits"
    return text if len(text) <= BRIEF else f"{text[: BRIEF - 3]}..."


def plain(name: str) -> str:
    """A name from a file in a message: itself, where it is one."""
    return name if name.isidentifier() and len(name) <= BRIEF else brief(name)


_REPR = Repr()
_REPR.maxlevel, _REPR.maxstring, _REPR.maxother = 3, BRIEF, BRIEF


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


@dataclass(frozen=True, slots=True)
class Constant:
    """A memory format or a layout as an argument: `Constant("channels_last")`."""

    name: str


@dataclass(frozen=True, slots=True)
class NumPyScalar:
    """A scalar of NumPy's as an argument: `NumPyScalar("float64", 2.0)` is `np.float64(2.)`."""

    dtype: str
    value: bool | int | float

    def __post_init__(self) -> None:
        if self.dtype not in NUMPY_DTYPES or self.dtype in COMPLEX:
            raise ProgramError(f"dtype={brief(self.dtype)} is none of a NumPy scalar")
        if type(self.value) is not type(NUMPY_DTYPES[self.dtype].type(0).item()):
            raise ProgramError(f"{brief(self.value)} is no value of {self.dtype}")
        self.made()

    def made(self) -> Any:
        """The scalar itself.

        Raises:
            ProgramError: the dtype has no such value.
        """
        try:
            return NUMPY_DTYPES[self.dtype].type(self.value)
        except OverflowError as error:
            raise ProgramError(f"{brief(self.value)} is no value of {self.dtype}") from error


T = TypeVar("T")
Value: TypeAlias = Any
"""Ref, DType, Constant, NumPyScalar, None, bool, int, float, complex, str, slice, Ellipsis, and
lists, tuples and dicts (with str keys) of these. `encode` refuses anything else."""


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


def map_refs(value: Value, of: Callable[[Ref], Value]) -> Value:
    """The value with every reference in it replaced by what `of` gives for it."""
    if isinstance(value, Ref):
        return of(value)
    if isinstance(value, list):
        return [map_refs(item, of) for item in value]
    if isinstance(value, tuple):
        return tuple(map_refs(item, of) for item in value)
    if isinstance(value, dict):
        return {key: map_refs(item, of) for key, item in value.items()}
    return value


def scalars(value: Value) -> Iterator[Value]:
    """Everything inside a value that holds nothing itself, in reading order."""
    if isinstance(value, _SEQUENCES):
        for item in value:
            yield from scalars(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from scalars(item)
    elif isinstance(value, slice):
        yield from scalars((value.start, value.stop, value.step))
    else:
        yield value


# Tuples, since `isinstance` takes twice as long with a union; this is asked for each argument.
_SEQUENCES = (list, tuple)
_SCALARS = (int, float, str, type(None))


def _encode_float(value: float) -> Any:
    return value if math.isfinite(value) else {"float": repr(value)}


_ENCODE: Mapping[type, Callable[[Any], Any]] = {
    **dict.fromkeys((type(None), bool, int, str), lambda value: value),
    float: _encode_float,
    complex: lambda value: {"complex": [_encode_float(value.real), _encode_float(value.imag)]},
    list: lambda value: [encode(item) for item in value],
    tuple: lambda value: {"tuple": [encode(item) for item in value]},
    dict: lambda value: {"dict": {key: encode(item) for key, item in value.items()}},
    slice: lambda value: {"slice": [encode(value.start), encode(value.stop), encode(value.step)]},
    type(Ellipsis): lambda value: {"ellipsis": True},
    Ref: lambda value: {"ref": value.name},
    DType: lambda value: {"dtype": value.name},
    Constant: lambda value: {"constant": value.name},
    NumPyScalar: lambda value: {"numpy": [value.dtype, encode(value.value)]},
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
    if isinstance(data, dict) and data.keys() == {"float"}:
        return _named_float(data["float"])
    if type(data) not in (int, float):
        raise TypeError(f"expected a number, not {brief(data)}")
    return float(data)


def _named_float(data: Any) -> float:
    if data not in ("nan", "inf", "-inf"):
        raise ValueError("only nan, inf and -inf are written so")
    return float(data)


def _decode_complex(data: Any) -> complex:
    real, imag = _expect(list, data)
    return complex(_decode_float(real), _decode_float(imag))


def _decode_slice(data: Any) -> slice:
    start, stop, step = _expect(list, data)
    return slice(decode(start), decode(stop), decode(step))


def _decode_numpy(data: Any) -> NumPyScalar:
    dtype, value = _expect(list, data)
    return NumPyScalar(_expect(str, dtype), decode(value))


def _decode_ellipsis(data: Any) -> Any:
    if data is not True:
        raise ValueError("only true is")
    return Ellipsis


_DECODE: Mapping[str, Callable[[Any], Value]] = {
    "float": _named_float,
    "complex": _decode_complex,
    "tuple": lambda data: tuple(decode(item) for item in _expect(list, data)),
    "dict": lambda data: {key: decode(item) for key, item in _expect(dict, data).items()},
    "slice": _decode_slice,
    "ellipsis": _decode_ellipsis,
    "ref": lambda data: Ref(_expect(str, data)),
    "dtype": lambda data: DType(_expect(str, data)),
    "constant": lambda data: Constant(_expect(str, data)),
    "numpy": _decode_numpy,
}


def _expect(kind: type[T], data: Any) -> T:
    if not isinstance(data, kind):
        raise TypeError(f"expected a {kind.__name__}, not a {type(data).__name__}")
    return data


def decode(data: Any) -> Value:
    """The value that `encode` wrote.

    Raises:
        ProgramError: the data is not of the form that `encode` writes.
    """
    if isinstance(data, list):
        return [decode(item) for item in data]
    if not isinstance(data, dict):
        if isinstance(data, float) and not math.isfinite(data):
            raise ProgramError(f'JSON has no {data}: write {{"float": "{data}"}}')
        if not isinstance(data, _SCALARS):
            raise ProgramError(f"a program cannot hold a {type(data).__name__}")
        return data
    if len(data) != 1 or next(iter(data)) not in _DECODE:
        known = ", ".join(_DECODE)
        raise ProgramError(f"expected an object with one key of {known}, not {brief(data)}")
    ((kind, body),) = data.items()
    try:
        return _DECODE[kind](body)
    except ProgramError:
        raise
    except (TypeError, ValueError, OverflowError) as error:
        raise ProgramError(f"{brief(body)} is no {kind}: {error}") from error

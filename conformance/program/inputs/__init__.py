"""The leaf tensors that a program starts from: dtype, shape, exact values, memory layout."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from conformance.program.inputs.held import has_all, rounded
from conformance.program.inputs.layout import Layout, contiguous_strides, layout_of, span
from conformance.program.limits import check_layout
from conformance.program.values import (
    DIFFERENTIABLE,
    HELD,
    ProgramError,
    brief,
    decode,
    encode,
    plain,
)


@dataclass(frozen=True, slots=True)
class Input:
    """A leaf tensor that the program starts from.

    Attributes:
        data: the elements of its storage, little-endian: the only truth about its values, so that
            NaN, inf, -0.0, subnormals and every bit survive. Those of a dtype that NumPy has not
            are of the one that `HELD` names.
        strides: in elements, into the storage; with `offset` they make transposed, sliced and
            expanded (stride 0) inputs. Left out, the tensor is contiguous.

    Raises:
        ProgramError: an unknown dtype, one that cannot require grad, values that the dtype has
            not, or a layout that reaches outside the storage.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    data: bytes
    requires_grad: bool = False
    strides: tuple[int, ...] = ()
    offset: int = 0

    def __post_init__(self) -> None:
        if not self.strides:
            object.__setattr__(self, "strides", contiguous_strides(self.shape))
        _check(self)

    @classmethod
    def of(cls, name: str, values: Any, requires_grad: bool = False, dtype: str = "") -> Input:
        """An input with the dtype, values and memory layout of a NumPy array (or of what NumPy
        makes of nested lists). A layout with negative strides, which torch has not, is copied.

        Args:
            dtype: one that NumPy has not; the values are of the one that holds it, or made so.
        """
        array = np.asarray(values, HELD.get(dtype))
        size = array.itemsize
        if any(stride < 0 or stride % size for stride in array.strides):
            array = np.ascontiguousarray(array)
        strides = tuple(stride // size for stride in array.strides)
        if array.flags.c_contiguous:  # NumPy leaves the strides of sizes 0 and 1 to chance.
            strides = contiguous_strides(array.shape)
        storage, offset = _storage_of(array)
        data = storage.astype(storage.dtype.newbyteorder("<"), copy=False).tobytes()
        kind = dtype or array.dtype.name
        return cls(name, kind, array.shape, data, requires_grad, strides, offset)

    @property
    def storage(self) -> np.ndarray[Any, Any]:
        """The elements of the storage in a row, read-only."""
        return np.frombuffer(self.data, HELD[self.dtype])

    @property
    def array(self) -> np.ndarray[Any, Any]:
        """The values as an array of the input's own layout, read-only."""
        storage = self.storage[self.offset :]
        strides = tuple(stride * storage.itemsize for stride in self.strides)
        return np.lib.stride_tricks.as_strided(storage, self.shape, strides, writeable=False)

    @property
    def layout(self) -> Layout:
        """The ordinary views by which an engine, or the printed script, makes this layout."""
        elements = len(self.data) // HELD[self.dtype].itemsize
        return layout_of(self.shape, self.strides, self.offset, elements)

    def to_json(self, *, readable: bool = True) -> dict[str, Any]:
        """The input as JSON data; `readable` adds the storage's elements as numbers."""
        data: dict[str, Any] = {"name": self.name, "dtype": self.dtype, "shape": [*self.shape]}
        data["bytes"] = base64.b64encode(self.data).decode()
        if readable:
            data["values"] = encode(self.storage.tolist())
        if self.requires_grad:
            data["requires_grad"] = True
        if self.strides != contiguous_strides(self.shape):
            data["strides"] = [*self.strides]
        if self.offset:
            data["offset"] = self.offset
        return data

    @classmethod
    def from_json(cls, data: Any) -> Input:
        """The input that `to_json` wrote; `values` alone, without `bytes`, will do.

        Raises:
            ProgramError: a field is missing, unknown or of the wrong type, or `values` and
                `bytes` disagree.
        """
        if not isinstance(data, dict):
            raise ProgramError(f"expected an object, not {brief(data)}")
        if unknown := data.keys() - _FIELDS.keys():
            raise ProgramError(f"an input has no field {plain(min(unknown, key=str))}")
        for key, kind in _FIELDS.items():
            if key in data and type(data[key]) is not kind:
                raise ProgramError(f"{key}={brief(data[key])} is no {kind.__name__}")
        if missing := [key for key in ("name", "dtype", "shape") if key not in data]:
            raise ProgramError(f"an input without {', '.join(missing)}")
        for key in ("shape", "strides"):
            if not all(type(size) is int for size in data.get(key, ())):
                raise ProgramError(f"{key}={brief(data[key])} is no list of integers")
        return cls(
            data["name"],
            data["dtype"],
            tuple(data["shape"]),
            _decode_data(data),
            data.get("requires_grad", False),
            tuple(data.get("strides", ())),
            data.get("offset", 0),
        )


_FIELDS: Mapping[str, type] = {
    "name": str,
    "dtype": str,
    "shape": list,
    "bytes": str,
    "values": list,
    "requires_grad": bool,
    "strides": list,
    "offset": int,
}


def _decode_data(data: dict[str, Any]) -> bytes:
    dtype = HELD.get(data["dtype"])
    if dtype is None:
        raise ProgramError(f"dtype={brief(data['dtype'])} is none of {', '.join(HELD)}")
    read = None
    if "values" in data:
        read = rounded(_decode_values(data["values"], dtype), data["dtype"])
    if "bytes" not in data:
        if read is None:
            raise ProgramError("an input needs bytes or values")
        return read.tobytes()
    try:
        exact = base64.b64decode(data["bytes"], validate=True)
    except ValueError as error:
        raise ProgramError(f"bytes: {error}") from error
    if read is not None and (
        len(exact) != read.nbytes
        or not np.array_equal(np.frombuffer(exact, dtype), read, equal_nan=dtype.kind in "fc")
    ):
        raise ProgramError("values and bytes disagree; remove the one that is wrong")
    return exact


def _decode_values(data: list[Any], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """The elements, in a row; a text or a fraction is no integer."""
    try:
        read = np.array(decode(data))
        if read.dtype.kind not in "biufc":
            raise TypeError("they are no numbers")
        if read.dtype.kind in "iu" and dtype.kind in "iu":
            if (read != read.astype(dtype)).any():
                raise OverflowError(f"out of the range of {dtype}")
        elif read.size and not np.can_cast(read.dtype, dtype, "same_kind"):
            raise TypeError(f"a {read.dtype} is no {dtype}")
    except (TypeError, ValueError, OverflowError) as error:
        raise ProgramError(f"values: {error}") from error
    with np.errstate(all="ignore"):
        return read.ravel().astype(dtype)


def _storage_of(array: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], int]:
    """The elements that hold the array, and where in them it begins."""
    if array.flags.c_contiguous:
        return array.ravel(), 0
    owner = array
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    if owner.dtype == array.dtype and (owner.flags.c_contiguous or owner.flags.f_contiguous):
        first = array.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
        return owner.ravel(order="K"), first // array.itemsize
    strides = tuple(stride // array.itemsize for stride in array.strides)
    length = span(array.shape, strides, 0)
    return np.lib.stride_tricks.as_strided(array, (length,), (array.itemsize,)), 0


def _check(entry: Input) -> None:
    try:
        _check_fields(entry)
    except ProgramError as error:
        raise ProgramError(f"{plain(entry.name)}: {error}") from error


def _check_fields(entry: Input) -> None:
    dtype = HELD.get(entry.dtype)
    if dtype is None:
        raise ProgramError(f"dtype={brief(entry.dtype)} is none of {', '.join(HELD)}")
    if entry.requires_grad and entry.dtype not in DIFFERENTIABLE:
        raise ProgramError(f"a {entry.dtype} input cannot require grad")
    shape, strides, offset = entry.shape, entry.strides, entry.offset
    if len(strides) != len(shape):
        raise ProgramError(f"strides={brief(strides)} for shape={brief(shape)}")
    if min((*shape, *strides, offset)) < 0:
        raise ProgramError(
            f"a negative size, stride or offset in shape={brief(shape)}, "
            f"strides={brief(strides)}, offset={brief(offset)}"
        )
    check_layout(shape, strides, offset, len(entry.data) // dtype.itemsize)
    needed = span(shape, strides, offset) * dtype.itemsize
    if len(entry.data) % dtype.itemsize or len(entry.data) < needed:
        raise ProgramError(
            f"{len(entry.data)} bytes of {entry.dtype}, while "
            f"shape={brief(shape)} with strides={brief(strides)} at {offset} needs {needed}"
        )
    if not has_all(entry.dtype, entry.storage):
        raise ProgramError(f"the values hold one that {entry.dtype} has not")

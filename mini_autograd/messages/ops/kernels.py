"""Errors of torch's kernels and of the conversions before them, whatever the op."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mini_autograd.messages.message import Message

if TYPE_CHECKING:
    from mini_autograd.arrays.dtypes import dtype

# fmt: off

not_implemented = Message(NotImplementedError,
    "\"{kernel}\" not implemented for '{found.scalar_name}'")


class ComplexHalfError(NotImplementedError):
    """A result that torch has in complex32, which is no dtype here."""


no_complex_half = Message(ComplexHalfError, "complex32 is no dtype of mini_autograd")
overflow = Message(RuntimeError, "value cannot be converted to type {type_name} without overflow")


_C_NAMES = {
    "int8": "int8_t", "uint8": "uint8_t", "int16": "int16_t", "int32": "int", "int64": "int64_t",
}


def dtype_overflow(found: dtype) -> RuntimeError:
    """A number that a dtype cannot hold, named as C does."""
    return overflow(_C_NAMES.get(found.name, found.cpp_name))


scalar_type = Message(RuntimeError,
    "expected scalar type {expected.scalar_name} but found {found.scalar_name}")
no_history = Message(RuntimeError, "Autograd not support dtype: {found.scalar_name}")
resized_output = Message(UserWarning,
    "An output with one or more elements was resized since it had shape {shape:list}, which does "
    "not match the required output shape {wanted:list}. This behavior is deprecated, and in a "
    "future PyTorch release outputs will not be resized unless they have zero elements. You can "
    "explicitly reuse an out tensor t by resizing it, inplace, to zero elements with t.resize_(0).")

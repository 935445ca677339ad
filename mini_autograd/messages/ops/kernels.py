"""Errors of torch's kernels and of the conversions before them, whatever the op."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mini_autograd.arrays.dtypes import dtype


def not_implemented(kernel: str, found: dtype) -> NotImplementedError:
    """A kernel that torch does not have for a dtype; `kernel` as torch names it."""
    return NotImplementedError(f"\"{kernel}\" not implemented for '{found.scalar_name}'")


class ComplexHalfError(NotImplementedError):
    """A result that torch has in complex32, which is no dtype here."""


def no_complex_half() -> ComplexHalfError:
    """Refuses such a result."""
    return ComplexHalfError("complex32 is no dtype of mini_autograd")


def overflow(type_name: str) -> RuntimeError:
    """A number that a type cannot hold, named as torch does there."""
    return RuntimeError(f"value cannot be converted to type {type_name} without overflow")


def dtype_overflow(found: dtype) -> RuntimeError:
    """A number that a dtype cannot hold, named as C does."""
    return overflow(_C_NAMES.get(found.name, found.cpp_name))


_C_NAMES = {
    "int8": "int8_t", "uint8": "uint8_t", "int16": "int16_t", "int32": "int", "int64": "int64_t",
}  # fmt: skip


def scalar_type(expected: dtype, found: dtype) -> RuntimeError:
    """Operands of a kernel that does not promote."""
    return RuntimeError(
        f"expected scalar type {expected.scalar_name} but found {found.scalar_name}"
    )


def no_history(found: dtype) -> RuntimeError:
    """A result in an integer dtype, of what requires grad."""
    return RuntimeError(f"Autograd not support dtype: {found.scalar_name}")

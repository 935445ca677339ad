"""Errors of elementwise ops: arithmetic, elementary functions, comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mini_autograd.messages.ops.kernels import not_implemented as not_implemented

if TYPE_CHECKING:
    from mini_autograd.arrays.dtypes import dtype

UINT8_CONDITION = (
    "where received a uint8 condition tensor. This behavior is deprecated and will be removed in a "
    "future version of PyTorch. Use a boolean condition instead."
)


def bool_negation() -> RuntimeError:
    """`-mask`."""
    return RuntimeError(
        "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to "
        "invert a mask, use the `~` or `logical_not()` operator instead."
    )


def bool_subtraction() -> RuntimeError:
    """`mask - mask`."""
    return RuntimeError(
        "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or "
        "`logical_xor()` operator instead."
    )


def bool_subtraction_mixed() -> RuntimeError:
    """`mask - 1`, `1 - mask`."""
    return RuntimeError(
        "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to "
        "invert a mask, use the `~` or `logical_not()` operator instead."
    )


def bool_alpha() -> RuntimeError:
    """`alpha=True` for a result that is not bool."""
    return RuntimeError("Boolean alpha only supported for Boolean results.")


def fractional_alpha() -> RuntimeError:
    """`alpha=1.5` for integers."""
    return RuntimeError(
        "For integral input tensors, argument alpha must not be a floating point number."
    )


def complex_alpha() -> RuntimeError:
    """`alpha=1j` for real tensors."""
    return RuntimeError(
        "For non-complex input tensors, argument alpha must not be a complex number."
    )


def rounding_mode(mode: str) -> RuntimeError:
    """A `rounding_mode` that `div` does not know: before it looks at operands and memory."""
    error = RuntimeError(
        f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{mode}'"
    )
    vars(error)["at_once"] = True
    return error


def is_at_once(error: Exception) -> bool:
    """Whether an op in place raises it before all that it has to say of operands and memory."""
    return "at_once" in vars(error)


def zero_division() -> RuntimeError:
    """Integers divided by zero."""
    return RuntimeError("ZeroDivisionError")


def negative_integer_power() -> RuntimeError:
    """`integers ** -1`."""
    return RuntimeError("Integers to negative integer powers are not allowed.")


def bool_relu() -> RuntimeError:
    """`relu(mask)`."""
    return RuntimeError("Boolean inputs not supported for relu")


def clamp_without_bounds() -> RuntimeError:
    """`clamp(x)`."""
    return RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")


def condition_not_bool(found: dtype) -> RuntimeError:
    """`where` on a condition of another dtype."""
    return RuntimeError(
        "where expected condition to be a boolean tensor, but got a tensor with dtype "
        f"{found.scalar_name}"
    )


def imag_of_real() -> RuntimeError:
    """`imag(x)` of a real tensor."""
    return RuntimeError("imag is not implemented for tensors with non-complex dtypes.")


def inverted_float() -> TypeError:
    """`~x` of a floating-point tensor."""
    return TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")


def bool_positive() -> RuntimeError:
    """`+mask`."""
    return RuntimeError("The `+` operator, on a bool tensor is not supported.")


def sign_of_complex() -> NotImplementedError:
    """`sign` of complex numbers."""
    return NotImplementedError(
        "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use "
        "torch.sgn instead."
    )


def rounding_of_complex(name: str) -> NotImplementedError:
    """`floor` and its like of complex numbers."""
    return NotImplementedError(f"{name} is not supported for complex inputs")


def clamp_of_complex() -> NotImplementedError:
    """`clamp` of complex numbers."""
    return NotImplementedError("clamp is not supported for complex types")


def extremum_of_complex(name: str) -> RuntimeError:
    """`maximum` of complex numbers."""
    return RuntimeError(f"{name} not implemented for complex tensors.")


def signbit_of_complex() -> NotImplementedError:
    """`signbit` of complex numbers."""
    return NotImplementedError("signbit is not implemented for complex tensors.")


def view_as_real_of_real() -> RuntimeError:
    """`view_as_real` of a real tensor."""
    return RuntimeError("view_as_real is only supported for complex tensors")


def dtypes_differ(a: dtype, b: dtype) -> RuntimeError:
    """`isclose` of tensors of two dtypes."""
    return RuntimeError(f"{a.scalar_name} did not match {b.scalar_name}")


def negative_tolerance(name: str, value: float) -> RuntimeError:
    """`isclose` with a tolerance below zero."""
    return RuntimeError(f"{name} must be greater than or equal to zero, but got {value:g}")


def view_as_complex_dtype(found: dtype) -> RuntimeError:
    """`view_as_complex` of what is no float."""
    return RuntimeError(
        "view_as_complex is only supported for half, float and double tensors, but got a tensor "
        f"of scalar type: {found.scalar_name}"
    )


def check_pairs(shape: Sequence[int], strides: Sequence[int], start: int) -> None:
    """The last dim of `view_as_complex`'s input must hold pairs; elements are counted."""
    if not shape:
        raise RuntimeError("Input tensor must have one or more dimensions")
    if shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    if strides[-1] != 1:
        raise RuntimeError("Tensor must have a last dimension with stride 1")
    if any(stride % 2 for stride in strides[:-1]):
        raise RuntimeError("Tensor must have a stride divisible by 2 for all but last dimension")
    if start % 2:
        raise RuntimeError("Tensor must have a storage_offset divisible by 2")


def complex_of_dtypes(real: dtype, imag: dtype) -> RuntimeError:
    """`complex` of parts that are no floats."""
    names = [each.scalar_name for each in (real, imag)]
    return RuntimeError(
        "Expected both inputs to be Half, Float or Double tensors but got "
        f"{names[0]} and {names[1]}"
    )


def complex_of_two_dtypes(real: dtype, imag: dtype) -> RuntimeError:
    """`complex` of parts of two dtypes."""
    names = [each.scalar_name for each in (real, imag)]
    return RuntimeError(
        f"Expected object of scalar type {names[0]} but got scalar type {names[1]} for second "
        "argument"
    )

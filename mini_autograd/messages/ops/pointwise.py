"""Errors of elementwise ops: arithmetic, elementary functions, comparisons."""

from __future__ import annotations

from collections.abc import Sequence

from mini_autograd.messages.message import Message
from mini_autograd.messages.ops.kernels import not_implemented as not_implemented

# fmt: off

uint8_condition = Message(UserWarning,
    "where received a uint8 condition tensor. This behavior is deprecated and will be removed in "
    "a future version of PyTorch. Use a boolean condition instead.")

# Arithmetic.
bool_negation = Message(RuntimeError,
    "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a "
    "mask, use the `~` or `logical_not()` operator instead.")
bool_subtraction = Message(RuntimeError, "Subtraction, the `-` operator, with two bool tensors is "
    "not supported. Use the `^` or `logical_xor()` operator instead.")
bool_subtraction_mixed = Message(RuntimeError,
    "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to "
    "invert a mask, use the `~` or `logical_not()` operator instead.")
bool_alpha = Message(RuntimeError, "Boolean alpha only supported for Boolean results.")
fractional_alpha = Message(RuntimeError,
    "For integral input tensors, argument alpha must not be a floating point number.")
complex_alpha = Message(RuntimeError,
    "For non-complex input tensors, argument alpha must not be a complex number.")
rounding_mode = Message(RuntimeError, "div expected rounding_mode to be one of None, 'trunc', or "
    "'floor' but found '{mode}'", mark="at_once")


def is_at_once(error: Exception) -> bool:
    """Whether an op in place raises it before all that it has to say of operands and memory."""
    return "at_once" in vars(error)


zero_division = Message(RuntimeError, "ZeroDivisionError")
negative_integer_power = Message(RuntimeError,
    "Integers to negative integer powers are not allowed.")
bool_relu = Message(RuntimeError, "Boolean inputs not supported for relu")

# `clamp`, `where`, and what a dtype does not have.
clamp_without_bounds = Message(RuntimeError,
    "torch.clamp: At least one of 'min' or 'max' must not be None")
condition_not_bool = Message(RuntimeError, "where expected condition to be a boolean tensor, but "
    "got a tensor with dtype {found.scalar_name}")
imag_of_real = Message(RuntimeError, "imag is not implemented for tensors with non-complex dtypes.")
inverted_float = Message(TypeError,
    "~ (operator.invert) is only implemented on integer and Boolean-type tensors")
bool_positive = Message(RuntimeError, "The `+` operator, on a bool tensor is not supported.")
sign_of_complex = Message(NotImplementedError, "Unlike NumPy, torch.sign is not intended to "
    "support complex numbers. Please use torch.sgn instead.")
rounding_of_complex = Message(NotImplementedError, "{name} is not supported for complex inputs")
clamp_of_complex = Message(NotImplementedError, "clamp is not supported for complex types")
extremum_of_complex = Message(RuntimeError, "{name} not implemented for complex tensors.")
signbit_of_complex = Message(NotImplementedError, "signbit is not implemented for complex tensors.")
view_as_real_of_conjugated = Message(RuntimeError, "view_as_real doesn't work on unresolved "
    "conjugated tensors.  To resolve the conjugate tensor so you can view it as real, use "
    "self.resolve_conj(); however, be warned that the resulting tensor will NOT alias the "
    "original.")
view_as_real_of_real = Message(RuntimeError, "view_as_real is only supported for complex tensors")

# `isclose`.
dtypes_differ = Message(RuntimeError, "{a.scalar_name} did not match {b.scalar_name}")
negative_tolerance = Message(RuntimeError,
    "{name} must be greater than or equal to zero, but got {value:g}")

# Complex tensors made of real ones.
view_as_complex_dtype = Message(RuntimeError, "view_as_complex is only supported for half, float "
    "and double tensors, but got a tensor of scalar type: {found.scalar_name}")
_pairs_of_number = Message(RuntimeError, "Input tensor must have one or more dimensions")
_pairs_size = Message(RuntimeError, "Tensor must have a last dimension of size 2")
_pairs_stride = Message(RuntimeError, "Tensor must have a last dimension with stride 1")
_pairs_strides = Message(RuntimeError,
    "Tensor must have a stride divisible by 2 for all but last dimension")
_pairs_offset = Message(RuntimeError, "Tensor must have a storage_offset divisible by 2")


def check_pairs(shape: Sequence[int], strides: Sequence[int], start: int) -> None:
    """The last dim of `view_as_complex`'s input must hold pairs; elements are counted."""
    if not shape:
        raise _pairs_of_number()
    if shape[-1] != 2:
        raise _pairs_size()
    if strides[-1] != 1:
        raise _pairs_stride()
    if any(stride % 2 for stride in strides[:-1]):
        raise _pairs_strides()
    if start % 2:
        raise _pairs_offset()


complex_half = Message(UserWarning,
    "ComplexHalf support is experimental and many operators don't support it yet.")
complex_of_dtypes = Message(RuntimeError, "Expected both inputs to be Half, Float or Double "
    "tensors but got {real.scalar_name} and {imag.scalar_name}")
complex_of_two_dtypes = Message(RuntimeError, "Expected object of scalar type {real.scalar_name} "
    "but got scalar type {imag.scalar_name} for second argument")

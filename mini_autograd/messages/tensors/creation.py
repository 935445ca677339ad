"""Errors of making tensors and choosing dtypes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mini_autograd.messages.arguments import type_name
from mini_autograd.messages.ops.kernels import not_implemented as not_implemented
from mini_autograd.messages.ops.kernels import overflow


def default_dtype_type(value: object) -> TypeError:
    """`set_default_dtype` was given something else than a dtype."""
    return TypeError(
        "invalid dtype object: only floating-point types are supported as the default type"
    )


def default_dtype_not_float(value: object) -> TypeError:
    """`set_default_dtype` was given an integer or complex dtype."""
    return TypeError("only floating-point types are supported as the default type")


def unsupported_numpy_type(found: np.dtype[Any]) -> TypeError:
    """A NumPy array of a type that torch lacks (strings, objects, extended precision)."""
    kind = "numpy.object_" if found.kind == "O" else f"numpy.{found.type.__name__}"
    return TypeError(
        f"can't convert np.ndarray of type {kind}. The only supported types are: float64, "
        "float32, float16, complex64, complex128, int64, int32, int16, int8, uint64, uint32, "
        "uint16, uint8, and bool."
    )


SLOW_ARRAY_LIST = (
    "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider "
    "converting the list to a single numpy.ndarray with numpy.array() before converting to a "
    "tensor."
)

COPY_CONSTRUCT = (
    "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
    "sourceTensor.detach().clone().requires_grad_(True), rather than {call}(sourceTensor)."
)


def invalid_data_type(data: object) -> TypeError:
    """Text where numbers are wanted."""
    return TypeError(f"new(): invalid data type '{type_name(data)}'")


def too_many_dimensions(data: object) -> ValueError:
    """Nested too deeply; a string is, for its items are strings."""
    return ValueError(f"too many dimensions '{type_name(data)}'")


def not_inferable(data: object) -> RuntimeError:
    """An element that is no number."""
    return RuntimeError(f"Could not infer dtype of {type_name(data)}")


def ragged(expected: int, dim: int, got: int) -> ValueError:
    """Sequences of differing lengths."""
    return ValueError(f"expected sequence of length {expected} at dim {dim} (got {got})")


def not_a_sequence() -> TypeError:
    """A number beside sequences."""
    return TypeError("not a sequence")


def not_real(value: object) -> TypeError:
    """An element that is no real number."""
    return TypeError(f"must be real number, not {type_name(value)}")


def not_an_integer(value: object) -> TypeError:
    """What Python's own functions say of something that is no integer."""
    return TypeError(f"'{type_name(value)}' object cannot be interpreted as an integer")


def int64_overflow() -> ValueError:
    """An integer beyond int64."""
    return ValueError("Overflow when unpacking long long")


def conversion_overflow(found: object) -> RuntimeError:
    """A number outside of the dtype's range."""
    name = str(found).removeprefix("torch.")
    return overflow(name)


def byte_order() -> ValueError:
    """An array of another machine's byte order."""
    return ValueError(
        "given numpy array has byte order different from the native byte order. "
        "Conversion between byte orders is currently not supported."
    )


def negative_strides() -> ValueError:
    """A reversed NumPy array."""
    return ValueError(
        "At least one stride in the given numpy array is negative, and tensors with negative "
        "strides are not currently supported. (You can probably work around this by making a "
        "copy of your array  with array.copy().) "
    )


def expected_ndarray(value: object) -> TypeError:
    """`from_numpy` was given something else."""
    return TypeError(f"expected np.ndarray (got {type_name(value)})")


def negative_size(name: str, size: int, sizes: Sequence[int]) -> RuntimeError:
    """A negative dimension."""
    if name == "zeros":
        return RuntimeError("zeros: Dimension size must be non-negative.")
    return RuntimeError(f"Trying to create tensor with negative dimension {size}: {list(sizes)}")


def negative_count(name: str, value: int) -> RuntimeError:
    """`eye` of a negative size."""
    return RuntimeError(f"{name} must be greater or equal to 0, got {value}")


def negative_steps() -> RuntimeError:
    """`linspace` of a negative number of steps."""
    return RuntimeError("number of steps must be non-negative")


def zero_step() -> RuntimeError:
    """A range that does not move."""
    return RuntimeError("step must be nonzero")


def zero_integral_step() -> ValueError:
    """A fractional step that an integer dtype makes zero."""
    return ValueError("step must be nonzero")


def unbounded_range(start: object, end: object) -> RuntimeError:
    """A range to infinity."""
    return RuntimeError(f"unsupported range: {start} -> {end}")


def range_direction() -> RuntimeError:
    """A range that moves away from its end."""
    return RuntimeError("upper bound and lower bound inconsistent with step sign")


READ_ONLY_ARRAY = (
    "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. "
    "This means writing to this tensor will result in undefined behavior. You may want to copy the "
    "array to protect its data or make it writable before converting it to a tensor. This type of "
    "warning will be suppressed for the rest of this program."
)


def no_cuda() -> AssertionError:
    """`device="cuda"`."""
    return AssertionError("Torch not compiled with CUDA enabled")


def unknown_device(name: str) -> RuntimeError:
    """A device that torch does not know."""
    return RuntimeError(
        "Expected one of cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, "
        "xla, lazy, vulkan, mps, meta, hpu, mtia, privateuseone device type at start of device "
        f"string: {name}"
    )


def random_bounds(low: int, high: int) -> RuntimeError:
    """`randint` of an empty range."""
    return RuntimeError(
        f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
    )


def unpacked_size(name: str, position: int, value: object) -> TypeError:
    """Something among the sizes that is no int."""
    return TypeError(
        f"{name}(): argument 'size' failed to unpack the object at pos {position} with error "
        f'"type must be tuple of ints,but got {type_name(value)}"'
    )


def data_not_a_sequence(value: object) -> TypeError:
    """`Tensor(2.5)`."""
    return TypeError(f"new(): data must be a sequence (got {type_name(value)})")


def not_floating_limits() -> TypeError:
    """`finfo` of an integer dtype."""
    return TypeError(
        "torch.finfo() requires a floating point input type. Use torch.iinfo to handle "
        "'torch.finfo'"
    )


def not_integer_limits() -> TypeError:
    """`iinfo` of a floating-point dtype."""
    return TypeError(
        "torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'"
    )


def bool_limits() -> TypeError:
    """`iinfo` of bool."""
    return TypeError("torch.bool is not supported by torch.iinfo")


def linspace_ends(start: int, end: int) -> RuntimeError:
    """`linspace` between tensors of several elements."""
    return RuntimeError(
        "linspace only supports 0-dimensional start and end tensors, but got start with "
        f"{start} dimension(s) and end with {end} dimension(s)."
    )

"""Errors and warnings of making tensors and choosing dtypes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mini_autograd.messages.message import Message
from mini_autograd.messages.ops.kernels import not_implemented as not_implemented
from mini_autograd.messages.ops.kernels import overflow as overflow

if TYPE_CHECKING:
    import numpy as np

# fmt: off

# The default dtype.
default_dtype_type = Message(TypeError,
    "invalid dtype object: only floating-point types are supported as the default type")
default_dtype_not_float = Message(TypeError,
    "only floating-point types are supported as the default type")

preserve_nothing = Message(RuntimeError, "unsupported memory format Preserve")

# Data: arrays and nested sequences.
_unsupported_numpy_type = Message(TypeError, "can't convert np.ndarray of type {kind}. The only "
    "supported types are: float64, float32, float16, complex64, complex128, int64, int32, int16, "
    "int8, uint64, uint32, uint16, uint8, and bool.")


def unsupported_numpy_type(found: np.dtype[Any]) -> TypeError:
    """A NumPy array of a type that torch lacks (strings, objects, extended precision)."""
    kind = "numpy.object_" if found.kind == "O" else f"numpy.{found.type.__name__}"
    return _unsupported_numpy_type(kind)


slow_array_list = Message(UserWarning, "Creating a tensor from a list of numpy.ndarrays is "
    "extremely slow. Please consider converting the list to a single numpy.ndarray with "
    "numpy.array() before converting to a tensor.")
copy_construct = Message(UserWarning,
    "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
    "sourceTensor.detach().clone().requires_grad_(True), rather than {call}(sourceTensor).")
read_only_array = Message(UserWarning,
    "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. "
    "This means writing to this tensor will result in undefined behavior. You may want to copy "
    "the array to protect its data or make it writable before converting it to a tensor. This "
    "type of warning will be suppressed for the rest of this program.")
invalid_data_type = Message(TypeError, "new(): invalid data type '{data:type}'")
too_many_dimensions = Message(ValueError, "too many dimensions '{data:type}'")
not_inferable = Message(RuntimeError, "Could not infer dtype of {data:type}")
ragged = Message(ValueError, "expected sequence of length {expected} at dim {dim} (got {got})")
not_a_sequence = Message(TypeError, "not a sequence")
not_real = Message(TypeError, "must be real number, not {value:type}")
not_an_integer = Message(TypeError, "'{value:type}' object cannot be interpreted as an integer")
int64_overflow = Message(ValueError, "Overflow when unpacking long long")


def conversion_overflow(found: object) -> RuntimeError:
    """A number outside of the dtype's range."""
    return overflow(str(found).removeprefix("torch."))


byte_order = Message(ValueError, "given numpy array has byte order different from the native byte "
    "order. Conversion between byte orders is currently not supported.")
negative_strides = Message(ValueError, "At least one stride in the given numpy array is negative, "
    "and tensors with negative strides are not currently supported. (You can probably work around "
    "this by making a copy of your array  with array.copy().) ")
expected_ndarray = Message(TypeError, "expected np.ndarray (got {value:type})")
unpacked_size = Message(TypeError, "{name}(): argument 'size' failed to unpack the object at pos "
    '{position} with error "type must be tuple of ints,but got {value:type}"')
_OPTIONS: Final = ("TensorOptions(dtype={%s.cpp_name}, device=cpu, layout=Strided, "
    "requires_grad=false (default), pinned_memory=false (default), memory_format=(nullopt))")
legacy_dtype = Message(TypeError,
    f"expected {_OPTIONS % 'wanted'} (got {_OPTIONS % 'found'})", order="wanted found")
data_not_a_sequence = Message(TypeError, "new(): data must be a sequence (got {value:type})")

# Sizes and ranges.
_negative_zeros = Message(RuntimeError, "zeros: Dimension size must be non-negative.")
_negative_size = Message(RuntimeError,
    "Trying to create tensor with negative dimension {size}: {sizes:list}")


def negative_size(name: str, size: int, sizes: Sequence[int]) -> RuntimeError:
    """A negative dimension."""
    return _negative_zeros() if name == "zeros" else _negative_size(size, sizes)


negative_count = Message(RuntimeError, "{name} must be greater or equal to 0, got {value}")
negative_steps = Message(RuntimeError, "number of steps must be non-negative")
_linspace_ends = Message(RuntimeError,
    "linspace only supports 0-dimensional start and end tensors, but got {listed}.")


def linspace_ends(ranks: Mapping[str, int]) -> RuntimeError:
    """Ends of a range of which one has dims; those that are numbers are not told."""
    return _linspace_ends(" and ".join([f"{k} with {v} dimension(s)" for k, v in ranks.items()]))


linspace_dtype = Message(RuntimeError, "torch.linspace(): inferred dtype {inferred.cpp_name} can't "
    "be safely cast to passed dtype {wanted.scalar_name}")
zero_step = Message(RuntimeError, "step must be nonzero")
zero_integral_step = Message(ValueError, "step must be nonzero")
unbounded_range = Message(RuntimeError, "unsupported range: {start:g} -> {end:g}")
range_direction = Message(RuntimeError, "upper bound and lower bound inconsistent with step sign")

# Devices.
no_cuda = Message(AssertionError, "Torch not compiled with CUDA enabled")
unknown_device = Message(RuntimeError, "Expected one of cpu, cuda, ipu, xpu, mkldnn, opengl, "
    "opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, mps, meta, hpu, mtia, privateuseone "
    "device type at start of device string: {name}")

# `finfo`, `iinfo`.
not_floating_limits = Message(TypeError,
    "torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'")
not_integer_limits = Message(TypeError,
    "torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'")
bool_limits = Message(TypeError, "torch.bool is not supported by torch.iinfo")

# `Variable`, as tensors with a graph were called.
volatile = Message(UserWarning,
    "volatile was removed and now has no effect. Use `with torch.no_grad():` instead.")
variable_keyword = Message(TypeError, "'{name}' is an invalid keyword argument for this function")
deprecated_variable = Message(RuntimeError,
    "torch.autograd.variable(...) is deprecated, use torch.tensor(...) instead")

"""Errors and warnings of losses, one_hot and softmax."""

from __future__ import annotations

from collections.abc import Sequence

from mini_autograd.messages.message import Message
from mini_autograd.messages.ops.kernels import scalar_type as scalar_type

# fmt: off

reduction = Message(ValueError, "{name} is not a valid value for reduction")
reduction_mode = Message(ValueError,
    "Invalid reduction mode: {name}. Expected one of 'none', 'mean', 'sum'.")
weight_size = Message(ValueError, "Weights and input must have the same size.")

# Losses of classes: what fits their input.
batch_size = Message(ValueError,
    "Expected input batch_size ({given}) to match target batch_size ({target}).")
no_dims = Message(ValueError, "Expected 1 or more dimensions (got 0)")
target_size = Message(RuntimeError, "Expected target size {expected:list}, got {got:list}")
multi_target = Message(RuntimeError, "0D or 1D target tensor expected, multi-target not supported")
size_mismatch = Message(RuntimeError,
    "size mismatch (got input: {given:list}, target: {target:list})")
target_of_a_row = Message(ValueError,
    "For 1D input, 1D target must have size 1, but got target size: {size}")
no_spatial_targets = Message(RuntimeError,
    "only batches of spatial targets supported (3D tensors) but got targets of dimension: {dims}")
# Without the closing bracket, as torch has it.
spatial_size_mismatch = Message(RuntimeError,
    "size mismatch (got input: {given:list} , target: {target:list}")
_class_weights = Message(RuntimeError, "{prefix}weight tensor should be defined either for all "
    "{classes} classes or no classes but got weight tensor of shape: {shape:list}")


def class_weights(classes: int, shape: Sequence[int], *, probabilities: bool) -> RuntimeError:
    """Weights for another number of classes."""
    return _class_weights("cross_entropy: " if probabilities else "", classes, shape)


# The gradient of images lies as they do, and torch's kernel knows only those in order.
images_not_in_order = Message(RuntimeError, "grad_input must be contiguous")
spatial_class_weights = Message(RuntimeError,
    "weight tensor should be defined either for all or no classes")
weight_without_derivative = Message(RuntimeError, "The function '{name}' is not differentiable "
    "with respect to argument 'weight'. This input cannot have requires_grad True.")

# Losses of classes: targets and options.
target_dtype = Message(RuntimeError,
    "expected target dtype to be Long or Byte, but got {found.scalar_name}")
probabilities_dtype = Message(RuntimeError,
    "Expected floating point type for target with class probabilities, got {found.scalar_name}")
target_out_of_bounds = Message(IndexError, "Target {target} is out of bounds.")
ignore_index_of_probabilities = Message(RuntimeError,
    "ignore_index is not supported for floating point target")
label_smoothing = Message(RuntimeError,
    "label_smoothing must be between 0.0 and 1.0. Got: {value:g}")

# `one_hot`.
one_hot_dtype = Message(RuntimeError,
    "one_hot is only applicable to index tensor of type LongTensor.")
one_hot_negative = Message(RuntimeError, "Class values must be non-negative.")
one_hot_too_large = Message(RuntimeError, "Class values must be smaller than num_classes.")
one_hot_empty = Message(RuntimeError, "Can not infer total number of classes from empty tensor.")

# Warnings.
implicit_dim = Message(UserWarning, "Implicit dimension choice for {name} has been deprecated. "
    "Change the call to include dim=X as an argument.")
old_reduction = Message(UserWarning,
    "size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.")
unequal_sizes = Message(UserWarning,
    "Using a target size ({target}) that is different to the input size ({input}). This will "
    "likely lead to incorrect results due to broadcasting. Please ensure they have the same size.")

"""Errors of losses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mini_autograd.messages.ops.kernels import scalar_type as scalar_type

if TYPE_CHECKING:
    from mini_autograd.arrays.dtypes import dtype


def reduction(name: object) -> ValueError:
    """A reduction other than none, mean and sum."""
    return ValueError(f"{name} is not a valid value for reduction")


def weight_size() -> ValueError:
    """A weight for each element has the input's size."""
    return ValueError("Weights and input must have the same size.")


def batch_size(given: int, target: int) -> ValueError:
    """Input and target have not as many rows."""
    return ValueError(f"Expected input batch_size ({given}) to match target batch_size ({target}).")


def no_dims() -> ValueError:
    """A loss by class of a 0-d input."""
    return ValueError("Expected 1 or more dimensions (got 0)")


def target_size(expected: Sequence[int], got: Sequence[int]) -> RuntimeError:
    """The target of a spatial input."""
    return RuntimeError(f"Expected target size {list(expected)}, got {list(got)}")


def multi_target() -> RuntimeError:
    """A target of several dims for rows of classes."""
    return RuntimeError("0D or 1D target tensor expected, multi-target not supported")


def size_mismatch(given: Sequence[int], target: Sequence[int]) -> RuntimeError:
    """Input and target of other sizes."""
    return RuntimeError(f"size mismatch (got input: {list(given)}, target: {list(target)})")


def target_of_a_row(size: int) -> ValueError:
    """Several targets for an input of one dim."""
    return ValueError(f"For 1D input, 1D target must have size 1, but got target size: {size}")


def no_spatial_targets(dims: int) -> RuntimeError:
    """Targets of images that have no three dims."""
    return RuntimeError(
        "only batches of spatial targets supported (3D tensors) but got targets of dimension: "
        f"{dims}"
    )


def spatial_size_mismatch(given: Sequence[int], target: Sequence[int]) -> RuntimeError:
    """Likewise of a spatial input; without the closing bracket, as torch has it."""
    return RuntimeError(f"size mismatch (got input: {list(given)} , target: {list(target)}")


def class_weights(classes: int, shape: Sequence[int], *, probabilities: bool) -> RuntimeError:
    """Weights for another number of classes."""
    prefix = "cross_entropy: " if probabilities else ""
    return RuntimeError(
        f"{prefix}weight tensor should be defined either for all {classes} classes or no classes "
        f"but got weight tensor of shape: {list(shape)}"
    )


def spatial_class_weights() -> RuntimeError:
    """Likewise for images."""
    return RuntimeError("weight tensor should be defined either for all or no classes")


def weight_without_derivative(name: str) -> RuntimeError:
    """The weights of classes require grad."""
    return RuntimeError(
        f"The function '{name}' is not differentiable with respect to argument 'weight'. "
        "This input cannot have requires_grad True."
    )


def target_dtype(found: dtype) -> RuntimeError:
    """Classes are int64 or uint8."""
    return RuntimeError(f"expected target dtype to be Long or Byte, but got {found.scalar_name}")


def probabilities_dtype(found: dtype) -> RuntimeError:
    """A target of the input's shape holds probabilities."""
    return RuntimeError(
        f"Expected floating point type for target with class probabilities, got {found.scalar_name}"
    )


def target_out_of_bounds(target: int) -> IndexError:
    """A class that there is not."""
    return IndexError(f"Target {target} is out of bounds.")


def ignore_index_of_probabilities() -> RuntimeError:
    """`ignore_index` with probabilities."""
    return RuntimeError("ignore_index is not supported for floating point target")


def label_smoothing(value: float) -> RuntimeError:
    """Smoothing outside of the unit interval."""
    return RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {value:g}")


def one_hot_dtype() -> RuntimeError:
    """Classes of another dtype than int64."""
    return RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")


def one_hot_negative() -> RuntimeError:
    """A negative class."""
    return RuntimeError("Class values must be non-negative.")


def one_hot_too_large() -> RuntimeError:
    """A class beyond their number."""
    return RuntimeError("Class values must be smaller than num_classes.")


def one_hot_empty() -> RuntimeError:
    """No elements, and no number of classes."""
    return RuntimeError("Can not infer total number of classes from empty tensor.")


def one_hot_count() -> RuntimeError:
    """A number of classes that is no such."""
    return RuntimeError("num_classes should be positive")


def implicit_dim(name: str) -> str:
    """The warning of a softmax over a dim that is not said."""
    return (
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include "
        "dim=X as an argument."
    )


def old_reduction(reduction: str) -> str:
    """The warning of the reduction said in the old way."""
    return (
        "size_average and reduce args will be deprecated, please use "
        f"reduction='{reduction}' instead."
    )


def unequal_sizes(target: object, input: object) -> str:
    """The warning of a loss that broadcasts."""
    return (
        f"Using a target size ({target}) that is different to the input size ({input}). This will "
        "likely lead to incorrect results due to broadcasting. Please ensure they have the same "
        "size."
    )


def resized_output(shape: Sequence[int], wanted: Sequence[int]) -> str:
    """The warning of a gradient that was made for an input of another shape."""
    return (
        f"An output with one or more elements was resized since it had shape {[*shape]}, which "
        f"does not match the required output shape {[*wanted]}. This behavior is deprecated, and "
        "in a future PyTorch release outputs will not be resized unless they have zero elements. "
        "You can explicitly reuse an out tensor t by resizing it, inplace, to zero elements with "
        "t.resize_(0)."
    )

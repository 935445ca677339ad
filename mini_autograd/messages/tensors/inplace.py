"""Errors of writing into a tensor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mini_autograd.messages.ops import shapes
from mini_autograd.messages.ops.filling import C_TYPES
from mini_autograd.messages.tensors import state

if TYPE_CHECKING:
    from mini_autograd.arrays.dtypes import dtype


def fill_value_rank(ndim: int) -> RuntimeError:
    """`fill_` with a tensor that is no scalar."""
    return RuntimeError(
        f"fill_ only supports 0-dimension value tensor but got tensor with {ndim} dimensions."
    )


def copy_shape(shape: Sequence[int], src: Sequence[int]) -> RuntimeError:
    """`copy_` from what does not broadcast to the tensor."""
    try:
        common = np.broadcast_shapes(tuple(shape), tuple(src))
    except ValueError:
        return shapes.broadcast(shape, src)
    return state.result_shape(shape, common)


def overlapping_write() -> RuntimeError:
    """Writing into an expanded tensor."""
    return RuntimeError(
        "unsupported operation: more than one element of the written-to tensor refers to a "
        "single memory location. Please clone() the tensor before performing the operation."
    )


def bad_dtype(found: dtype, asked: dtype) -> RuntimeError:
    """A running sum in another dtype than that of the tensor that is to hold it."""
    return RuntimeError(
        f"Bad in-place call: input tensor dtype {found.cpp_name} and output tensor dtype "
        f"{asked.cpp_name} should match"
    )


def bad_size(given: Sequence[int], result: Sequence[int]) -> RuntimeError:
    """The result of a matrix product does not have the shape of the tensor that is to hold it."""
    return RuntimeError(
        f"Bad in-place call: input tensor size {list(given)} and output tensor size "
        f"{list(result)} should match"
    )


def partly_overlapping() -> RuntimeError:
    """Reading from the memory that is written to, other than place by place."""
    return RuntimeError(
        "unsupported operation: some elements of the input tensor and the written-to tensor refer "
        "to a single memory location. Please clone() the tensor before performing the operation."
    )


def forbidden_view(creation: str, node: str | None, output: int, *, indirect: bool) -> RuntimeError:
    """A view may not be given a new history: it was made as `creation`, torch's name for it, says.

    It is written to; or, `indirect`, its history is wanted after a write elsewhere in the memory.
    `node` is the name of what made the view, if a graph was recorded.
    """
    written = "its base or another view of its base has been" if indirect else "is being"
    view = "A view" if node is None else f"Output {output} of {told_name(node)} is a view"
    modes = _MODES.get(creation, _MODES["NO_GRAD_MODE"] if node is None else None)
    if modes is None:
        found = f"{view} and {written} modified inplace."
    else:
        made = f"{view} was" if node is None else f"{view} of a view which was"
        found = f"{made} {modes[0]} and {written} {modes[1]}."
    return RuntimeError(f"{found} {_ADVICE[creation]}")


_MODES = {
    "NO_GRAD_MODE": ("created in no_grad mode", "modified inplace with grad mode enabled"),
    "INFERENCE_MODE": ("created in inference mode", "modified inplace in normal mode"),
}
_AMBIGUOUS = (
    "Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your "
    "code by moving both the view and the inplace either both inside the {} block (if you "
    "don't want the inplace to be tracked) or both outside (if you want the inplace to be tracked)."
)
_ADVICE = {
    "NO_GRAD_MODE": _AMBIGUOUS.format("no_grad"),
    "INFERENCE_MODE": _AMBIGUOUS.format("inference_mode"),
    "MULTI_OUTPUT_NODE": (
        "This view is the output of a function that returns multiple views. Such functions do not "
        "allow the output views to be modified inplace. You should replace the inplace operation "
        "by an out-of-place one."
    ),
    "IN_CUSTOM_FUNCTION": (
        "This view was created inside a custom Function (or because an input was returned as-is) "
        "and the autograd logic to handle view+inplace would override the custom backward "
        "associated with the custom Function, leading to incorrect gradients. This behavior is "
        "forbidden. You can fix this by cloning the output of the custom Function."
    ),
}


def told_name(node: str) -> str:
    """A node's name in errors: "MulBackward0" is told as Mul, "SumBackward1" as Sum1."""
    stem, _, number = node.rpartition("Backward")
    return stem + number.removeprefix("0") if not number or number.isdigit() else node


def expanded_write(name: str) -> str:
    """The warning of a masked or indexed write to an expanded tensor."""
    indices, value = ("indices", "tensor") if name == "index_put_" else ("mask", "scalar")
    return (
        f"Use of {name} on expanded tensors is deprecated. Please clone() the tensor before "
        f"performing this operation. This also applies to advanced indexing e.g. tensor[{indices}] "
        f"= {value}"
    )


def complex_in_place(name: str) -> RuntimeError:
    """`abs_` would make a complex tensor real."""
    return RuntimeError(f"In-place {name} is not supported for complex tensors.")


def not_a_matrix(ndim: int) -> RuntimeError:
    """`t_` of more than two dims."""
    return RuntimeError(f"t_() expects a tensor with <= 2 dimensions, but self is {ndim}D")


def diagonal_rank() -> RuntimeError:
    """`fill_diagonal_` of less than a matrix."""
    return RuntimeError("dimensions must larger than 1")


def diagonal_shape() -> RuntimeError:
    """`fill_diagonal_` of more dims that are not all of one size."""
    return RuntimeError("all dimensions of input must be of equal length")


def set_dtype(given: dtype, found: dtype) -> RuntimeError:
    """`set_` to memory of another dtype."""
    return RuntimeError(
        f"Could not set tensor of type {C_TYPES[given.name]} to a tensor of type "
        f"{C_TYPES[found.name]}"
    )


def resize_with_grad() -> RuntimeError:
    """`resize_` of what requires grad."""
    return RuntimeError("cannot resize variables that require grad")


def resize_overflow() -> RuntimeError:
    """`resize_` to a negative size."""
    return RuntimeError("numel: integer multiplication overflow")


def set_derivative() -> RuntimeError:
    """Going backward through `set_`."""
    return RuntimeError("derivative for set_ is not implemented")


def renamed(error: TypeError, name: str) -> TypeError:
    """The error of an op's parser as that of its in-place form, which has the same parameters."""
    return TypeError(re.sub(r"^(TensorBase\.)?\w+\(\)", rf"\g<1>{name}()", str(error)))

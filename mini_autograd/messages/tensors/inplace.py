"""Errors and warnings of writing into a tensor."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from mini_autograd.messages.message import Message
from mini_autograd.messages.ops import shapes
from mini_autograd.messages.tensors import state

# fmt: off

fill_value_rank = Message(RuntimeError,
    "fill_ only supports 0-dimension value tensor but got tensor with {ndim} dimensions.")


def copy_shape(shape: Sequence[int], src: Sequence[int]) -> RuntimeError:
    """`copy_` from what does not broadcast to the tensor."""
    try:
        common = np.broadcast_shapes(tuple(shape), tuple(src))
    except ValueError:
        return shapes.broadcast(shape, src)
    return state.result_shape(shape, common)


overlapping_write = Message(RuntimeError,
    "unsupported operation: more than one element of the written-to tensor refers to a single "
    "memory location. Please clone() the tensor before performing the operation.")
bad_dtype = Message(RuntimeError, "Bad in-place call: input tensor dtype {found.cpp_name} and "
    "output tensor dtype {asked.cpp_name} should match")
bad_size = Message(RuntimeError, "Bad in-place call: input tensor size {given:list} and output "
    "tensor size {result:list} should match")
partly_overlapping = Message(RuntimeError,
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to "
    "a single memory location. Please clone() the tensor before performing the operation.")


_AMBIGUOUS = (
    "Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your "
    "code by moving both the view and the inplace either both inside the {} block (if you "
    "don't want the inplace to be tracked) or both outside (if you want the inplace to be tracked)."
)
_MODES = {
    "NO_GRAD_MODE": ("created in no_grad mode", "modified inplace with grad mode enabled"),
    "INFERENCE_MODE": ("created in inference mode", "modified inplace in normal mode"),
}
_ADVICE = {
    "NO_GRAD_MODE": _AMBIGUOUS.format("no_grad"),
    "INFERENCE_MODE": _AMBIGUOUS.format("inference_mode"),
    "MULTI_OUTPUT_NODE":
        "This view is the output of a function that returns multiple views. Such functions do not "
        "allow the output views to be modified inplace. You should replace the inplace operation "
        "by an out-of-place one.",
    "IN_CUSTOM_FUNCTION":
        "This view was created inside a custom Function (or because an input was returned as-is) "
        "and the autograd logic to handle view+inplace would override the custom backward "
        "associated with the custom Function, leading to incorrect gradients. This behavior is "
        "forbidden. You can fix this by cloning the output of the custom Function.",
}
_forbidden_view = Message(RuntimeError, "{made} and {written} {how}. {advice}")


def forbidden_view(creation: str, node: str | None, output: int, *, indirect: bool) -> RuntimeError:
    """A view may not be given a new history: it was made as `creation`, torch's name for it, says.

    It is written to; or, `indirect`, its history is wanted after a write elsewhere in the memory.
    `node` is the name of what made the view, if a graph was recorded.
    """
    written = "its base or another view of its base has been" if indirect else "is being"
    made = "A view" if node is None else f"Output {output} of {given_name(node)} is a view"
    how = "modified inplace"
    modes = _MODES.get(creation, _MODES["NO_GRAD_MODE"] if node is None else None)
    if modes is not None:
        made += (" was " if node is None else " of a view which was ") + modes[0]
        how = modes[1]
    return _forbidden_view(made, written, how, _ADVICE[creation])


def given_name(node: str) -> str:
    """A node's name in errors: "MulBackward0" is told as Mul, "SumBackward1" as Sum1."""
    stem, _, number = node.rpartition("Backward")
    return stem + number.removeprefix("0") if not number or number.isdigit() else node


_expanded_write = Message(UserWarning,
    "Use of {name} on expanded tensors is deprecated. Please clone() the tensor before performing "
    "this operation. This also applies to advanced indexing e.g. tensor[{indices}] = {value}")


def expanded_write(name: str) -> UserWarning:
    """A masked or indexed write to an expanded tensor."""
    indexed = name == "index_put_"
    return _expanded_write(name, *(("indices", "tensor") if indexed else ("mask", "scalar")))


complex_in_place = Message(RuntimeError, "In-place {name} is not supported for complex tensors.")
not_a_matrix = Message(RuntimeError,
    "t_() expects a tensor with <= 2 dimensions, but self is {ndim}D")
diagonal_rank = Message(RuntimeError, "dimensions must larger than 1")
diagonal_shape = Message(RuntimeError, "all dimensions of input must be of equal length")
set_dtype = Message(RuntimeError,
    "Could not set tensor of type {given:c} to a tensor of type {found:c}")
set_source = Message(RuntimeError, "passed in tensor to be used as storage must be contiguous")
resize_with_grad = Message(RuntimeError, "cannot resize variables that require grad")
resize_format = Message(RuntimeError, "Unsupported memory formatPreserve")
resize_overflow = Message(RuntimeError, "numel: integer multiplication overflow")
set_derivative = Message(RuntimeError, "derivative for set_ is not implemented")


def renamed(error: TypeError, name: str) -> TypeError:
    """The error of an op's parser as that of its in-place form, which has the same parameters."""
    return TypeError(re.sub(r"^(TensorBase\.)?\w+\(\)", rf"\g<1>{name}()", str(error)))

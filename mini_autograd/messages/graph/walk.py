"""Errors and warnings of the walk, and of what the graph has freed or seen changed."""

from __future__ import annotations

from collections.abc import Sequence

from mini_autograd.messages.message import Message

# fmt: off

grad_layout = Message(UserWarning, "grad and param do not obey the gradient layout contract. This "
    "is not an error, but may impair performance.\ngrad.sizes() = {grad_shape:list}, strides() = "
    "{grad_strides}\nparam.sizes() = {shape:list}, strides() = {strides}",
    order="grad_shape shape grad_strides strides")
complex_for_real = Message(RuntimeError, "Expected isFloatingType(grad.scalar_type()) || "
    "(input_is_complex == grad_is_complex) to be true, but got false.  (Could this error message "
    "be improved?  If so, please report an enhancement request to PyTorch.)")
second_backward = Message(RuntimeError, "Trying to backward through the graph a second time (or "
    "directly access saved tensors after they have already been freed). Saved intermediate values "
    "of the graph are freed when you call .backward() or autograd.grad(). Specify "
    "retain_graph=True if you need to backward through the graph a second time or if you need to "
    "access saved tensors after calling backward.")
_modified_in_place = Message(RuntimeError, "one of the variables needed for gradient computation "
    "has been modified by an inplace operation: [{type_name:legacy} {shape:list}]{which} is at "
    "version {version}; expected version {expected} instead. Hint: {hint}")
_TRACED = (
    "the backtrace further above shows the operation that failed to compute its gradient. The "
    "variable in question was changed in there or anywhere later. Good luck!"
)
_UNTRACED = (
    "enable anomaly detection to find the operation that failed to compute its gradient, with "
    "torch.autograd.set_detect_anomaly(True, check_nan=False)."
)


def modified_in_place(
    type_name: str,
    shape: Sequence[int],
    producer: str | None,
    version: int,
    expected: int,
    *,
    traced: bool = False,
) -> RuntimeError:
    """A tensor saved for backward was written to; `producer` is as in "output 0 of Exp".

    `traced` is whether anomaly mode has warned of where the node was recorded.
    """
    which = f", which is {producer}," if producer else ""
    hint = _TRACED if traced else _UNTRACED
    return _modified_in_place(type_name, shape, which, version, expected, hint)
_invalid_gradient_shape = Message(RuntimeError, "{found} gradient at index {index} - got "
    "{got:list} but expected shape compatible with {expected:list}")


def invalid_gradient_shape(
    node: str | None, index: int, got: Sequence[int], expected: Sequence[int]
) -> RuntimeError:
    """A gradient that cannot be summed to its input's shape; without a node, one that was given."""
    found = "invalid" if node is None else f"Function {node} returned an invalid"
    return _invalid_gradient_shape(found, index, got, expected)


leaf_moved = Message(RuntimeError, "leaf variable has been moved into the graph interior")
no_complex_gradient = Message(RuntimeError, "{name} does not support automatic differentiation for "
    "outputs with complex dtype.")
derivative_not_implemented = Message(RuntimeError, "derivative for aten::{name} is not implemented")
# A complex gradient where a rule of torch's does not take the real part.
complex_gradient = Message(RuntimeError, "Expected isFloatingType(grad.scalar_type()) || "
    "(input_is_complex == grad_is_complex) to be true, but got false.  (Could this error message "
    "be improved?  If so, please report an enhancement request to PyTorch.)")
nan_gradient = Message(RuntimeError,
    "Function '{node}' returned nan values in its {index}th output.")
_node_class = Message(TypeError, "cannot create '{name}' instances")
_node_arguments = Message(TypeError, "Node() takes no arguments")
_abstract_node = Message(TypeError, "Can't instantiate abstract class Node with abstract methods "
    "_input_metadata, _register_hook_dict, _sequence_nr, metadata, name, next_functions, "
    "register_hook, register_prehook")


def node_by_hand(name: str, *, abstract: bool, given: tuple[object, ...]) -> TypeError:
    """A user made a node."""
    if not abstract:
        return _node_class(name)
    return _node_arguments() if given else _abstract_node()

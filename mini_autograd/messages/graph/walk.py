"""Errors of backward: its arguments, the walk, and what the graph has freed or seen changed."""

from __future__ import annotations

from collections.abc import Sequence

GRAD_LAYOUT = (
    "grad and param do not obey the gradient layout contract. This is not an error, but may "
    "impair performance."
)


def grad_layout(
    grad_shape: tuple[int, ...],
    shape: tuple[int, ...],
    grad_strides: list[int],
    strides: list[int],
) -> str:
    """A gradient that was there before lies in memory otherwise than its leaf."""
    return (
        f"{GRAD_LAYOUT}\ngrad.sizes() = {list(grad_shape)}, strides() = {grad_strides}\n"
        f"param.sizes() = {list(shape)}, strides() = {strides}"
    )


def second_backward() -> RuntimeError:
    """The saved tensors of a node are gone."""
    return RuntimeError(
        "Trying to backward through the graph a second time (or directly access saved tensors "
        "after they have already been freed). Saved intermediate values of the graph are freed "
        "when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to "
        "backward through the graph a second time or if you need to access saved tensors after "
        "calling backward."
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
    hint = (
        "the backtrace further above shows the operation that failed to compute its gradient. The "
        "variable in question was changed in there or anywhere later. Good luck!"
        if traced
        else "enable anomaly detection to find the operation that failed to compute its gradient, "
        "with torch.autograd.set_detect_anomaly(True, check_nan=False)."
    )
    which = f", which is {producer}," if producer else ""
    kind = type_text(type_name)
    return RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace "
        f"operation: [{kind} {list(shape)}]{which} is at version {version}; expected "
        f"version {expected} instead. Hint: {hint}"
    )


# Types that torch's translation of its internal names leaves out.
_INTERNAL_TYPES = {
    "BoolTensor": "CPUBoolType",
    "ComplexFloatTensor": "CPUComplexFloatType",
    "ComplexDoubleTensor": "CPUComplexDoubleType",
}


def type_text(type_name: str) -> str:
    """A legacy type name as torch's translation of its internal names prints it."""
    return _INTERNAL_TYPES.get(type_name, f"torch.{type_name}")


def invalid_gradient_shape(
    node: str | None, index: int, got: Sequence[int], expected: Sequence[int]
) -> RuntimeError:
    """A gradient that cannot be summed to its input's shape; without a node, one that was given."""
    found = "invalid" if node is None else f"Function {node} returned an invalid"
    return RuntimeError(
        f"{found} gradient at index {index} - got {list(got)} but "
        f"expected shape compatible with {list(expected)}"
    )


def leaf_moved() -> RuntimeError:
    """A gradient for a leaf that was written to with a history, and is none any more."""
    return RuntimeError("leaf variable has been moved into the graph interior")


def derivative_not_implemented(name: str) -> RuntimeError:
    """The op has no derivative for this input."""
    return RuntimeError(f"derivative for aten::{name} is not implemented")


def complex_gradient() -> RuntimeError:
    """A complex gradient where a rule of torch's does not take the real part."""
    return RuntimeError(
        "Expected isFloatingType(grad.scalar_type()) || (input_is_complex == grad_is_complex) to "
        "be true, but got false.  (Could this error message be improved?  If so, please report an "
        "enhancement request to PyTorch.)"
    )


def nan_gradient(node: str, index: int) -> RuntimeError:
    """Anomaly mode found a gradient that is not a number."""
    return RuntimeError(f"Function '{node}' returned nan values in its {index}th output.")


def node_by_hand(name: str, *, abstract: bool, given: tuple[object, ...]) -> TypeError:
    """A user made a node."""
    if not abstract:
        return TypeError(f"cannot create '{name}' instances")
    if given:
        return TypeError("Node() takes no arguments")
    return TypeError(
        "Can't instantiate abstract class Node with abstract methods _input_metadata, "
        "_register_hook_dict, _sequence_nr, metadata, name, next_functions, register_hook, "
        "register_prehook"
    )

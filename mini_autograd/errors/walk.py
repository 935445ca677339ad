"""Errors of backward: its arguments, the walk, and what the graph has freed or seen changed."""

from __future__ import annotations

from collections.abc import Sequence

from mini_autograd.errors.arguments import type_name

REFERENCE_CYCLE = (
    "Using backward() with create_graph=True will create a reference cycle between the parameter "
    "and its gradient which can cause a memory leak. We recommend using autograd.grad when "
    "creating the graph to avoid this. If you have to use this function, make sure to reset the "
    ".grad fields of your parameters to None after use to break the cycle and avoid the leak."
)
GRAD_LAYOUT = (
    "grad and param do not obey the gradient layout contract. This is not an error, but may "
    "impair performance."
)
GRAD_VARIABLES = "`grad_variables` is deprecated. Use `grad_tensors` instead."
VOLATILE = "volatile was removed and now has no effect. Use `with torch.no_grad():` instead."
ONLY_INPUTS = (
    "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate "
    "gradient for other parts of the graph, please use torch.autograd.backward."
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


def not_scalar() -> RuntimeError:
    """No gradient was given for an output of other than one element."""
    return RuntimeError("grad can be implicitly created only for scalar outputs")


def not_real_scalar(dtype: object) -> RuntimeError:
    """No gradient was given for a complex output."""
    return RuntimeError(
        f"grad can be implicitly created only for real scalar outputs but got {dtype}"
    )


def grad_output_shape(index: int, output_index: int, grad: object, output: object) -> RuntimeError:
    """The gradient given for an output has another shape; both come as `Size`."""
    return RuntimeError(
        f"Mismatch in shape: grad_output[{index}] has a shape of {grad} and "
        f"output[{output_index}] has a shape of {output}."
    )


def grad_row_shape(index: int, row: object, output: object) -> RuntimeError:
    """A row of a batch of gradients has another shape than its output."""
    return RuntimeError(
        "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the "
        "batch dimension. The sizes of the remaining dimensions are expected to match the shape of "
        f"corresponding output, but a mismatch was detected: grad_output[{index}] has a shape of "
        f"{row} and output[{index}] has a shape of {output}. If you only want some tensors in "
        "`grad_output` to be considered batched, consider using vmap."
    )


def row_counts(counts: list[int]) -> ValueError:
    """Batches of gradients of different sizes."""
    return ValueError(
        "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
        f"{counts} for the mapped dimension"
    )


def no_rows() -> ValueError:
    """No batch of gradients where one is announced."""
    return ValueError(
        "vmap(vjp, in_dims=0, ...)(<inputs>): Got in_dim=0 for some input, but that input is a "
        "Tensor of dimensionality 0 so expected in_dim to satisfy 0 <= in_dim < 0."
    )


def grad_output_dtype(index: int, output_index: int, grad: object, output: object) -> RuntimeError:
    """One of the gradient and the output is complex and the other real."""
    return RuntimeError(
        "For complex Tensors, both grad_output and output are required to have the same dtype. "
        f"Mismatch in dtype: grad_output[{index}] has a dtype of {grad} and output[{output_index}] "
        f"has a dtype of {output}."
    )


def grad_output_type(grad: object) -> TypeError:
    """A gradient is neither a tensor nor None."""
    return TypeError(f"gradients can be either Tensors or None, but got {type(grad).__name__}")


def grad_count(outputs: int, grads: int) -> RuntimeError:
    """As many gradients as outputs are needed."""
    return RuntimeError(f"got {outputs} tensors and {grads} gradients")


def root_without_graph(index: int) -> RuntimeError:
    """An output has no history."""
    return RuntimeError(
        f"element {index} of tensors does not require grad and does not have a grad_fn"
    )


def empty_inputs(function: str) -> RuntimeError:
    """`inputs=[]`."""
    return RuntimeError(f"`inputs` argument to `{function}()` cannot be empty.")


def inputs_mapping(function: str, inputs: object) -> TypeError:
    """`inputs` is a mapping and no dict."""
    return TypeError(
        f"`inputs` argument to `{function}()` must be a dict, not {type(inputs).__name__}. "
        "Other Mapping types are not supported."
    )


def grad_variables_twice() -> RuntimeError:
    """The cotangents are given by their old name, too."""
    return RuntimeError(
        "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`. "
        "Please only use `grad_tensors`."
    )


def edge_materialized() -> RuntimeError:
    """Zeros are wanted for an edge, which has no shape in torch."""
    return RuntimeError("materialize_grads cannot be used when the given input is a GradientEdge")


def input_without_grad() -> RuntimeError:
    """`grad` is asked for a tensor that does not require grad."""
    return RuntimeError("One of the differentiated Tensors does not require grad")


def unused_input(index: int) -> RuntimeError:
    """`grad` is asked for a tensor that the outputs do not depend on."""
    return RuntimeError(
        f"The differentiated Tensor at index {index} appears to not have been used in the graph. "
        "Set allow_unused=True if this is the desired behavior."
    )


def allow_unused_contradicts() -> ValueError:
    """`materialize_grads=True` with `allow_unused=False`."""
    return ValueError(
        "Expected allow_unused to be True or not passed when materialize_grads=True, "
        "but got: allow_unused=False."
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


def input_type(value: object) -> RuntimeError:
    """One of `inputs` is no tensor."""
    return RuntimeError(
        f"all inputs have to be Tensors or GradientEdges, but got {type_name(value)}"
    )


def output_type() -> AssertionError:
    """An output to differentiate is no tensor."""
    return AssertionError("Expected output to be a torch.Tensor")


def nan_gradient(node: str, index: int) -> RuntimeError:
    """Anomaly mode found a gradient that is not a number."""
    return RuntimeError(f"Function '{node}' returned nan values in its {index}th output.")


def edge_of_no_node(value: object) -> RuntimeError:
    """A gradient edge at something that is no node."""
    return RuntimeError(
        f"GradientEdge's first object must be an autograd.graph.Node but got {type_name(value)}"
    )


def edge_batched() -> RuntimeError:
    """A row of a batch of gradients has another shape than the edge that it is for."""
    return RuntimeError("Batched grads are not supported with GradientEdge")


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


def variable_data(value: object) -> TypeError:
    """A `Variable` of something else than a tensor."""
    return TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")


def variable_keyword(name: str) -> TypeError:
    """A `Variable` with an argument that there is not."""
    return TypeError(f"'{name}' is an invalid keyword argument for this function")


def deprecated_variable() -> RuntimeError:
    """`autograd.variable(...)`, as code of 2017 made tensors."""
    return RuntimeError("torch.autograd.variable(...) is deprecated, use torch.tensor(...) instead")

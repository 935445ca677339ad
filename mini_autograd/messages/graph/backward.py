"""Errors of what `backward` and `grad` are asked for."""

from __future__ import annotations

from mini_autograd.messages.arguments import type_name

REFERENCE_CYCLE = (
    "Using backward() with create_graph=True will create a reference cycle between the parameter "
    "and its gradient which can cause a memory leak. We recommend using autograd.grad when "
    "creating the graph to avoid this. If you have to use this function, make sure to reset the "
    ".grad fields of your parameters to None after use to break the cycle and avoid the leak."
)
GRAD_VARIABLES = "`grad_variables` is deprecated. Use `grad_tensors` instead."
ONLY_INPUTS = (
    "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate "
    "gradient for other parts of the graph, please use torch.autograd.backward."
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


def edge_batched() -> RuntimeError:
    """A row of a batch of gradients has another shape than the edge that it is for."""
    return RuntimeError("Batched grads are not supported with GradientEdge")


def edge_of_no_node(value: object) -> RuntimeError:
    """A gradient edge at something that is no node."""
    return RuntimeError(
        f"GradientEdge's first object must be an autograd.graph.Node but got {type_name(value)}"
    )


def input_type(value: object) -> RuntimeError:
    """One of `inputs` is no tensor."""
    return RuntimeError(
        f"all inputs have to be Tensors or GradientEdges, but got {type_name(value)}"
    )


def output_type() -> AssertionError:
    """An output to differentiate is no tensor."""
    return AssertionError("Expected output to be a torch.Tensor")


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

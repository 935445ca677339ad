"""Errors and warnings of what `backward` and `grad` are asked for."""

from mini_autograd.messages.message import Message

# fmt: off

# Warnings.
reference_cycle = Message(UserWarning,
    "Using backward() with create_graph=True will create a reference cycle between the parameter "
    "and its gradient which can cause a memory leak. We recommend using autograd.grad when "
    "creating the graph to avoid this. If you have to use this function, make sure to reset the "
    ".grad fields of your parameters to None after use to break the cycle and avoid the leak.")
grad_variables = Message(FutureWarning,
    "`grad_variables` is deprecated. Use `grad_tensors` instead.")
only_inputs = Message(FutureWarning,
    "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate "
    "gradient for other parts of the graph, please use torch.autograd.backward.")

# The gradients that are given.
not_scalar = Message(RuntimeError, "grad can be implicitly created only for scalar outputs")
not_real_scalar = Message(RuntimeError,
    "grad can be implicitly created only for real scalar outputs but got {dtype}")
grad_output_shape = Message(RuntimeError,
    "Mismatch in shape: grad_output[{index}] has a shape of {grad} and output[{output_index}] has "
    "a shape of {output}.", order="index output_index grad output")
grad_row_shape = Message(RuntimeError, "If `is_grads_batched=True`, we interpret the first "
    "dimension of each grad_output as the batch dimension. The sizes of the remaining dimensions "
    "are expected to match the shape of corresponding output, but a mismatch was detected: "
    "grad_output[{index}] has a shape of {row} and output[{index}] has a shape of {output}. If you "
    "only want some tensors in `grad_output` to be considered batched, consider using vmap.")
row_counts = Message(ValueError, "vmap: Expected all tensors to have the same size in the mapped "
    "dimension, got sizes {counts} for the mapped dimension")
no_rows = Message(ValueError, "vmap(vjp, in_dims=0, ...)(<inputs>): Got in_dim=0 for some input, "
    "but that input is a Tensor of dimensionality 0 so expected in_dim to satisfy 0 <= in_dim < 0.")
grad_output_dtype = Message(RuntimeError,
    "For complex Tensors, both grad_output and output are required to have the same dtype. "
    "Mismatch in dtype: grad_output[{index}] has a dtype of {grad} and output[{output_index}] has "
    "a dtype of {output}.", order="index output_index grad output")
grad_output_type = Message(TypeError,
    "gradients can be either Tensors or None, but got {grad.__class__.__name__}")
grad_count = Message(RuntimeError, "got {outputs} tensors and {grads} gradients")

# What is differentiated, and by what.
root_without_graph = Message(RuntimeError,
    "element {index} of tensors does not require grad and does not have a grad_fn")
empty_inputs = Message(RuntimeError, "`inputs` argument to `{function}()` cannot be empty.")
inputs_mapping = Message(TypeError, "`inputs` argument to `{function}()` must be a dict, not "
    "{inputs.__class__.__name__}. Other Mapping types are not supported.")
grad_variables_twice = Message(RuntimeError, "`grad_tensors` and `grad_variables` (deprecated) "
    "arguments both passed to `backward()`. Please only use `grad_tensors`.")

# Gradient edges.
edge_materialized = Message(RuntimeError,
    "materialize_grads cannot be used when the given input is a GradientEdge")
edge_batched = Message(RuntimeError, "Batched grads are not supported with GradientEdge")
edge_of_no_node = Message(RuntimeError,
    "GradientEdge's first object must be an autograd.graph.Node but got {value:type}")
input_type = Message(RuntimeError,
    "all inputs have to be Tensors or GradientEdges, but got {value:type}")
output_type = Message(AssertionError, "Expected output to be a torch.Tensor")
input_without_grad = Message(RuntimeError,
    "One of the differentiated Tensors does not require grad")
unused_input = Message(RuntimeError, "The differentiated Tensor at index {index} appears to not "
    "have been used in the graph. Set allow_unused=True if this is the desired behavior.")
allow_unused_contradicts = Message(ValueError, "Expected allow_unused to be True or not passed "
    "when materialize_grads=True, but got: allow_unused=False.")

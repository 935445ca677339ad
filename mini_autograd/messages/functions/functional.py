"""What `autograd.functional` refuses: its arguments, the user's function, and in strict mode
results that do not depend on what they are differentiated by."""

from __future__ import annotations

from mini_autograd.messages.message import Message

# fmt: off

# Arguments.
_not_tensors = Message(TypeError, "The {argument} given to {function} must be either a Tensor or a "
    "tuple of Tensors but the {where} has type {value:class}.")


def not_tensors(argument: str, function: str, value: object, index: int | None) -> TypeError:
    """Neither a tensor nor a tuple of them; `index` is where in a tuple."""
    where = f"given {argument}" if index is None else f"value at index {index}"
    return _not_tensors(argument, function, where, value)
_one_vector = Message(RuntimeError, "The given v should contain a single Tensor.")
_vector_count = Message(RuntimeError,
    "v is a tuple of invalid length: should be {expected} but got {got}.")


def vector_count(expected: int, got: int, *, is_tuple: bool) -> RuntimeError:
    """`v` has another number of tensors than what it multiplies."""
    return _vector_count(expected, got) if is_tuple else _one_vector()


_vector_size = Message(RuntimeError,
    "{where}v has invalid size: should be {expected} but got {got}.")


def vector_size(expected: object, got: object, entry: int | None) -> RuntimeError:
    """A tensor of `v` has another shape than what it multiplies."""
    return _vector_size("" if entry is None else f"Entry {entry} in ", expected, got)
_vector_needed = Message(RuntimeError,
    "The vector v can only be None if the {told} a single Tensor with a single element.")
_MANY = {
    "outputs": "user-provided function returns",
    "inputs": "input to the user-provided function is",
}


def vector_needed(of: str) -> RuntimeError:
    """No `v`, where the function has several numbers as outputs or inputs."""
    return _vector_needed(_MANY[of])


several_outputs = Message(RuntimeError,
    "The function given to {function} should return a single Tensor")
several_elements = Message(RuntimeError,
    "The Tensor returned by the function given to {function} should contain a single element")

# `jacobian` and `hessian`.
_unknown_strategy = Message(AssertionError,
    'Expected strategy to be either "forward-mode" or "reverse-mode".{hint}')
_HINT = (
    ' Hint: If your function has more outputs than inputs, "forward-mode" tends to be more '
    'performant. Otherwise, prefer to use "reverse-mode".'
)


def unknown_strategy(*, hint: bool) -> AssertionError:
    """Neither forward mode nor reverse mode."""
    return _unknown_strategy(_HINT if hint else "")


_EXCLUDED = (
    "torch.autograd.functional.jacobian: `{option}=True` and `strategy=\"forward-mode\"` are not "
    "supported together (yet). Please either set `{option}=False` or `strategy=\"reverse-mode\"`."
)
_forward_creates_no_graph = Message(NotImplementedError, _EXCLUDED)
_forward_is_not_strict = Message(RuntimeError, _EXCLUDED)


def forward_mode_excludes(option: str) -> Exception:
    """`create_graph` or `strict` in forward mode."""
    creates = option == "create_graph"
    return (_forward_creates_no_graph if creates else _forward_is_not_strict)(option)


forward_mode_unvectorized = Message(NotImplementedError, "Computing Jacobian using forward-AD or "
    "forward-over-reverse Hessian isonly implemented for `vectorize=True`.")
strict_vectorized = Message(RuntimeError,
    "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported "
    "together. Please either set `strict=False` or `vectorize=False`.")
no_tensors = Message(AssertionError, "Expected at least one tensor")

# Strict mode.
independent_output = Message(RuntimeError, "The output of the user-provided function is "
    "independent of input {index}. This is not allowed in strict mode.")
output_independent = Message(RuntimeError, "Output {output} of the user-provided function is "
    "independent of input {index}. This is not allowed in strict mode.")


_NO_GRAPH = {
    "outputs": Message(RuntimeError,
        "Output {index} of the user-provided function does not require gradients. The outputs must "
        "be computed in a differentiable manner from the input when running in strict mode."),
    "grad_inputs": Message(RuntimeError,
        "The gradient with respect to input {index} is independent of the inputs of the "
        "user-provided function. This is not allowed in strict mode."),
    "jacobian": Message(RuntimeError,
        "While computing the hessian, found that the jacobian of the user-provided function with "
        "respect to input {index} is independent of the input. This is not allowed in strict mode. "
        "You should ensure that your function is twice differentiable and that the jacobian "
        "depends on the inputs (this would be violated by a linear function for example)."),
}


def no_graph(of: str, index: int) -> RuntimeError:
    """What was computed does not depend on the inputs: outputs, their gradients, a jacobian."""
    return _NO_GRAPH[of](index)


_INDEPENDENT = {
    "back": independent_output,
    "back_trick": Message(RuntimeError, "The gradient with respect to the input is independent of "
        "entry {index} in the grad_outputs when using the double backward trick to compute forward "
        "mode gradients. This is not allowed in strict mode."),
    "double_back": Message(RuntimeError, "The jacobian of the user-provided function is "
        "independent of input {index}. This is not allowed in strict mode."),
    "double_back_trick": Message(RuntimeError, "The hessian of the user-provided function is "
        "independent of entry {index} in the grad_jacobian. This is not allowed in strict mode as "
        "it prevents from using the double backward trick to replace forward mode AD."),
}


def independent(stage: str, index: int) -> RuntimeError:
    """A gradient that did not arrive, told by the walk in which it was missed."""
    return _INDEPENDENT[stage](index)


constant = Message(RuntimeError, "The {what} of the user-provided function is independent of input "
    "{index}. This is not allowed in strict mode when create_graph=True.")

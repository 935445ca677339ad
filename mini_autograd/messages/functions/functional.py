"""What `autograd.functional` refuses: its arguments, the user's function, and in strict mode
results that do not depend on what they are differentiated by."""

from __future__ import annotations

_UNTOLD = "This is not allowed in strict mode"


def not_tensors(argument: str, function: str, value: object, index: int | None) -> TypeError:
    """Neither a tensor nor a tuple of them; `index` is where in a tuple."""
    where = f"given {argument}" if index is None else f"value at index {index}"
    return TypeError(
        f"The {argument} given to {function} must be either a Tensor or a tuple of Tensors but "
        f"the {where} has type {type(value)}."
    )


def vector_count(expected: int, got: int, *, is_tuple: bool) -> RuntimeError:
    """`v` has another number of tensors than what it multiplies."""
    if not is_tuple:
        return RuntimeError("The given v should contain a single Tensor.")
    return RuntimeError(f"v is a tuple of invalid length: should be {expected} but got {got}.")


def vector_size(expected: object, got: object, entry: int | None) -> RuntimeError:
    """A tensor of `v` has another shape than what it multiplies."""
    where = "" if entry is None else f"Entry {entry} in "
    return RuntimeError(f"{where}v has invalid size: should be {expected} but got {got}.")


def vector_needed(of: str) -> RuntimeError:
    """No `v`, where the function has several numbers as outputs or inputs."""
    if of == "outputs":
        told = "user-provided function returns"
    else:
        told = "input to the user-provided function is"
    return RuntimeError(
        f"The vector v can only be None if the {told} a single Tensor with a single element."
    )


def several_outputs(function: str) -> RuntimeError:
    """A function to differentiate twice gave no single tensor."""
    return RuntimeError(f"The function given to {function} should return a single Tensor")


def several_elements(function: str) -> RuntimeError:
    """A function to differentiate twice gave no single number."""
    return RuntimeError(
        f"The Tensor returned by the function given to {function} should contain a single element"
    )


def unknown_strategy(*, hint: bool) -> AssertionError:
    """Neither forward mode nor reverse mode."""
    text = 'Expected strategy to be either "forward-mode" or "reverse-mode".'
    if hint:
        text += (
            ' Hint: If your function has more outputs than inputs, "forward-mode" tends to be '
            'more performant. Otherwise, prefer to use "reverse-mode".'
        )
    return AssertionError(text)


def forward_mode_excludes(option: str) -> Exception:
    """`create_graph` or `strict` in forward mode; torch's two errors are of two types."""
    kind = NotImplementedError if option == "create_graph" else RuntimeError
    return kind(
        f'torch.autograd.functional.jacobian: `{option}=True` and `strategy="forward-mode"` are '
        f"not supported together (yet). Please either set `{option}=False` or "
        '`strategy="reverse-mode"`.'
    )


def forward_mode_unvectorized() -> NotImplementedError:
    """Forward mode without `vectorize`."""
    return NotImplementedError(
        "Computing Jacobian using forward-AD or forward-over-reverse Hessian is"
        "only implemented for `vectorize=True`."
    )


def strict_vectorized() -> RuntimeError:
    """`strict` with `vectorize`."""
    return RuntimeError(
        "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported "
        "together. Please either set `strict=False` or `vectorize=False`."
    )


def no_tensors() -> AssertionError:
    """Nothing to differentiate, or to differentiate by, with `vectorize`."""
    return AssertionError("Expected at least one tensor")


def independent_output(index: int) -> RuntimeError:
    """The outputs do not depend on an input."""
    return RuntimeError(
        f"The output of the user-provided function is independent of input {index}. {_UNTOLD}."
    )


def output_independent(output: int, index: int) -> RuntimeError:
    """One output does not depend on an input."""
    return RuntimeError(
        f"Output {output} of the user-provided function is independent of input {index}. {_UNTOLD}."
    )


def no_graph(of: str, index: int) -> RuntimeError:
    """What was computed does not depend on the inputs: outputs, their gradients, a jacobian."""
    return RuntimeError(_NO_GRAPH[of].format(index=index))


_NO_GRAPH = {
    "outputs": (
        "Output {index} of the user-provided function does not require gradients. The outputs must "
        "be computed in a differentiable manner from the input when running in strict mode."
    ),
    "grad_inputs": (
        "The gradient with respect to input {index} is independent of the inputs of the "
        f"user-provided function. {_UNTOLD}."
    ),
    "jacobian": (
        "While computing the hessian, found that the jacobian of the user-provided function with "
        f"respect to input {{index}} is independent of the input. {_UNTOLD}. You should ensure "
        "that your function is twice differentiable and that the jacobian depends on the inputs "
        "(this would be violated by a linear function for example)."
    ),
    "hessian": (
        "The hessian of the user-provided function with respect to input {index} is independent "
        f"of the input. {_UNTOLD}. You should ensure that your function is thrice differentiable "
        "and that the hessian depends on the inputs."
    ),
}


def independent(stage: str, index: int) -> RuntimeError:
    """A gradient that did not arrive, told by the walk in which it was missed."""
    return RuntimeError(_INDEPENDENT[stage].format(index=index))


_INDEPENDENT = {
    "back": (
        f"The output of the user-provided function is independent of input {{index}}. {_UNTOLD}."
    ),
    "back_trick": (
        "The gradient with respect to the input is independent of entry {index} in the "
        "grad_outputs when using the double backward trick to compute forward mode gradients. "
        f"{_UNTOLD}."
    ),
    "double_back": (
        f"The jacobian of the user-provided function is independent of input {{index}}. {_UNTOLD}."
    ),
    "double_back_trick": (
        "The hessian of the user-provided function is independent of entry {index} in the "
        f"grad_jacobian. {_UNTOLD} as it prevents from using the double backward trick to replace "
        "forward mode AD."
    ),
}


def constant(what: str, index: int) -> RuntimeError:
    """A jacobian or hessian, wanted with a graph, that has none."""
    return RuntimeError(
        f"The {what} of the user-provided function is independent of input {index}. {_UNTOLD} "
        "when create_graph=True."
    )

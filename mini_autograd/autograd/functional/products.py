"""Products of a vector with a function's Jacobian or Hessian: `vjp`, `jvp`, `vhp`, `hvp`.

The user's function runs with grad mode on. There is no forward mode: `jvp` and `hvp` use the
double backward trick, as torch does. `vjp` is linear in its vector, so the derivative of `vjp` by
that vector is the Jacobian, whatever the vector's value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mini_autograd.autograd.functional.arguments import (
    OUTPUTS,
    Grads,
    Tensors,
    check_graph,
    fill_in_zeros,
    grad_postprocess,
    grad_preprocess,
    gradients,
    is_one_number,
    tuple_of,
    unpacked,
    vector,
)
from mini_autograd.core.modes.grad_mode import enable_grad, is_grad_enabled, set_grad_enabled
from mini_autograd.creation import fills
from mini_autograd.messages.functions import functional as errors

Function = Callable[..., Any]


def vjp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The function's output, and the product of a vector with its Jacobian.

    Args:
        func: a function from tensors to a tensor or a tuple of tensors.
        inputs: a tensor or a tuple of them, the point to differentiate at; never written to.
        v: the vector, shaped as the output; may be omitted for an output of one element.
        create_graph: make the results differentiable.
        strict: raise, instead of giving zeros, if the output does not depend on an input.

    Raises:
        TypeError: anything but tensors and tuples of them.
        RuntimeError: a `v` of another shape or missing; what `strict` refuses.
    """
    with enable_grad():
        is_tuple, inputs = tuple_of(inputs, "inputs", "vjp")
        inputs = grad_preprocess(inputs, create_graph=create_graph, needs_grad=True)
        several, outputs = tuple_of(func(*inputs), OUTPUTS, "vjp")
        check_graph(outputs, "outputs", strict=strict)
        if v is not None:
            v = vector(v, "vjp", outputs, is_tuple=several, create_graph=create_graph)
        elif not is_one_number(outputs):
            raise errors.vector_needed("outputs")
    product = _last_walk(outputs, inputs, v, "back", inputs, strict, create_graph)
    return _results(outputs, several, product, is_tuple, create_graph)


def jvp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The function's output, and the product of its Jacobian with a vector like the inputs.

    Arguments and errors are those of `vjp`; `v` may be omitted for an input of one element.
    """
    with enable_grad():
        _, inputs, v = _inputs_and_vector(inputs, v, "jvp", create_graph)
        several, outputs = tuple_of(func(*inputs), OUTPUTS, "jvp")
        check_graph(outputs, "outputs", strict=strict)
        cotangents = tuple(fills.zeros_like(each, requires_grad=True) for each in outputs)
        grads = gradients(outputs, inputs, cotangents, create_graph=True)
        check_graph(grads, "grad_inputs", strict=strict)
    product = _last_walk(grads, cotangents, v, "back_trick", outputs, strict, create_graph)
    return _results(outputs, several, product, several, create_graph)


def vhp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The output of a function, one number, and the product of `v` with its Hessian.

    Arguments and errors are those of `jvp`.
    """
    with enable_grad():
        is_tuple, inputs, v = _inputs_and_vector(inputs, v, "vhp", create_graph)
        outputs, jacobian = _jacobian_of_number(func, inputs, "vhp", strict)
    product = _last_walk(jacobian, inputs, v, "double_back", inputs, strict, create_graph)
    return _results(outputs, False, product, is_tuple, create_graph)


def hvp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The output of a function, one number, and the product of its Hessian with `v`.

    Arguments and errors are those of `jvp`. For a symmetric Hessian `vhp` gives the same with one
    walk less.
    """
    with enable_grad():
        is_tuple, inputs, v = _inputs_and_vector(inputs, v, "hvp", create_graph)
        outputs, jacobian = _jacobian_of_number(func, inputs, "hvp", strict)
        cotangents = tuple(fills.zeros_like(each, requires_grad=True) for each in inputs)
        double = gradients(jacobian, inputs, cotangents, create_graph=True)
    product = _last_walk(double, cotangents, v, "double_back_trick", inputs, strict, create_graph)
    return _results(outputs, False, product, is_tuple, create_graph)


def _inputs_and_vector(
    inputs: Any, v: Any, function: str, create_graph: bool
) -> tuple[bool, Tensors, Tensors | None]:
    """Check the inputs and a vector of their shapes, for `jvp`, `vhp` and `hvp`."""
    is_tuple, given = tuple_of(inputs, "inputs", function)
    given = grad_preprocess(given, create_graph=create_graph, needs_grad=True)
    if v is not None:
        v = vector(v, function, given, is_tuple=is_tuple, create_graph=create_graph)
    elif not is_one_number(given):
        raise errors.vector_needed("inputs")
    return is_tuple, given, v


def _jacobian_of_number(
    func: Function, inputs: Tensors, function: str, strict: bool
) -> tuple[Tensors, Grads]:
    """The output of a function, which must be one number, and its gradient with a graph."""
    several, outputs = tuple_of(func(*inputs), OUTPUTS, function)
    check_graph(outputs, "outputs", strict=strict)
    if several:
        raise errors.several_outputs(function)
    if not is_one_number(outputs):
        raise errors.several_elements(function)
    jacobian = gradients(outputs, inputs, create_graph=True)
    check_graph(jacobian, "jacobian", strict=strict)
    return outputs, jacobian


def _last_walk(
    outputs: Grads,
    inputs: Tensors,
    v: Tensors | None,
    stage: str,
    like: Tensors,
    strict: bool,
    create_graph: bool,
) -> Tensors:
    """The last walk, which computes the product: recorded with `create_graph`."""
    with set_grad_enabled(create_graph or is_grad_enabled()):
        grads = gradients(outputs, inputs, v, create_graph=create_graph)
        return fill_in_zeros(grads, like, stage, strict=strict, create_graph=create_graph)


def _results(
    outputs: Tensors, several: bool, product: Tensors, is_tuple: bool, create_graph: bool
) -> tuple[Any, Any]:
    outputs = grad_postprocess(outputs, create_graph=create_graph)
    product = grad_postprocess(product, create_graph=create_graph)
    return unpacked(outputs, several), unpacked(product, is_tuple)

"""`jacobian` and `hessian`.

Computed row by row, or with `vectorize` in one walk with a batch of rows. Forward mode is a loop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mini_autograd.autograd.functional.arguments import (
    OUTPUTS,
    Tensors,
    check_graph,
    grad_postprocess,
    grad_preprocess,
    gradients,
    tuple_of,
    unpacked,
    unpacked_matrix,
)
from mini_autograd.autograd.functional.pushforward import basis, pushforward, units
from mini_autograd.autograd.levels import Level
from mini_autograd.core.modes.grad_mode import enable_grad, set_grad_enabled
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.creation import fills
from mini_autograd.messages.functions import functional as errors

Function = Callable[..., Any]
_STRATEGIES = ("forward-mode", "reverse-mode")


def jacobian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian of a function: one tensor for each output and each input.

    Its shape is the output's shape followed by the input's. Depending on which of output and input
    are tuples, the result is a tensor, a tuple, or a tuple of tuples.

    Args:
        func: a function from tensors to a tensor or a tuple of tensors.
        inputs: a tensor or a tuple of them, the point to differentiate at; never written to.
        create_graph: make the result differentiable.
        strict: raise, instead of giving zeros, if an output does not depend on an input.
        vectorize: in torch one walk for all rows; not together with `strict`.
        strategy: "reverse-mode", or "forward-mode", which requires `vectorize`; the result then
            has the output's dtype instead of the input's.

    Raises:
        TypeError: anything but tensors and tuples of them.
        RuntimeError: what `strict` refuses.
        AssertionError, NotImplementedError: an unknown strategy, or options that exclude each
            other.
    """
    if strategy not in _STRATEGIES:
        raise errors.unknown_strategy(hint=True)
    if strategy == "forward-mode":
        for option, given in (("create_graph", create_graph), ("strict", strict)):
            if given:
                raise errors.forward_mode_excludes(option)
        return _forward_mode(func, inputs, vectorize)
    with enable_grad():
        is_tuple, inputs = tuple_of(inputs, "inputs", "jacobian")
        inputs = grad_preprocess(inputs, create_graph=create_graph, needs_grad=True)
        several, outputs = tuple_of(func(*inputs), OUTPUTS, "jacobian")
        check_graph(outputs, "outputs", strict=strict)
        if vectorize:
            if strict:
                raise errors.strict_vectorized()
            rows = _all_rows(outputs, inputs, create_graph)
        else:
            rows = tuple(
                _rows(index, output, inputs, create_graph, strict)
                for index, output in enumerate(outputs)
            )
        return unpacked_matrix(grad_postprocess(rows, create_graph=create_graph), several, is_tuple)


def hessian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The Hessian of a function with one number as output: the Jacobian of its Jacobian.

    For an input that is a tuple it is a tuple of tuples. Arguments and errors are those of
    `jacobian`, whose strategy is the outer one's.
    """
    is_tuple, inputs = tuple_of(inputs, "inputs", "hessian")
    if outer_jacobian_strategy not in _STRATEGIES:
        raise errors.unknown_strategy(hint=False)

    def one_number(*given: Tensor) -> Tensor:
        output = func(*given)
        several, outputs = tuple_of(output, OUTPUTS, "hessian")
        check_graph(outputs, "outputs", strict=strict)
        if several:
            raise errors.several_outputs("hessian")
        if output.numel() != 1:
            raise errors.several_elements("hessian")
        return output.squeeze()  # type: ignore[no-any-return]

    def inner(*given: Tensor) -> Any:
        result = jacobian(one_number, given, create_graph=True)
        check_graph(result, "jacobian", strict=strict)
        return result

    if outer_jacobian_strategy == "forward-mode" and vectorize and not (create_graph or strict):
        result = _forward_mode(inner, inputs, vectorize, keep_graph=True)
    else:
        result = jacobian(inner, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)
    if is_tuple:
        return result
    return result[0][0]


def _rows(index: int, output: Tensor, inputs: Tensors, create_graph: bool, strict: bool) -> Tensors:
    """The Jacobian of one output by each input, with one walk for each element of the output."""
    rows: list[list[Tensor]] = [[] for _ in inputs]
    for element in range(output.numel()):
        row = gradients(
            (output.reshape(-1)[element],), inputs, retain_graph=True, create_graph=create_graph
        )
        for at, (got, like) in enumerate(zip(row, inputs, strict=True)):
            if got is None:
                if strict:
                    raise errors.output_independent(index, at)
                rows[at].append(fills.zeros_like(like))
                continue
            if strict and create_graph and not got.requires_grad:
                raise errors.constant("jacobian", index)  # torch's: the output's index
            rows[at].append(got)
    return tuple(
        ops.stack(each, dim=0).view(output.shape + like.shape)
        for each, like in zip(rows, inputs, strict=True)
    )


def _all_rows(outputs: Tensors, inputs: Tensors, create_graph: bool) -> tuple[Tensors, ...]:
    """The Jacobian of all outputs: one walk with the unit vectors of all outputs together."""
    counts = [output.numel() for output in outputs]
    found = gradients(
        tuple(output.reshape(-1) for output in outputs),
        inputs,
        tuple(basis(outputs)),
        retain_graph=True,
        create_graph=create_graph,
        is_grads_batched=True,
    )
    columns = []
    for rows, like in zip(found, inputs, strict=True):
        whole = fills.zeros_like(like).expand(sum(counts), *like.shape) if rows is None else rows
        columns.append(
            [
                part.view(output.shape + like.shape)
                for part, output in zip(whole.split(counts), outputs, strict=True)
            ]
        )
    return tuple(zip(*columns, strict=True))


def _forward_mode(func: Function, inputs: Any, vectorize: bool, *, keep_graph: bool = False) -> Any:
    """The Jacobian column by column, in the outputs' dtypes; as in torch in lists, not tuples."""
    is_tuple, inputs = tuple_of(inputs, "inputs", "jacobian")
    if not vectorize:
        raise errors.forward_mode_unvectorized()
    with Level() as level, enable_grad():
        given = tuple(map(level.wrap, inputs))
        several, outputs = tuple_of(func(*given), "outputs", "None")
        push = pushforward(outputs, given)
        found = [
            push(tuple(each.view_as(like) for each, like in zip(unit, given, strict=True)))
            for unit in units(given)
        ]
        counts = [each.numel() for each in given]
    matrix = []
    with set_grad_enabled(level.records):
        for at, output in enumerate(outputs):
            zeros = fills.zeros_like(output)
            if all(row[at] is None for row in found):
                whole = zeros.expand(sum(counts), *output.shape)
            else:
                whole = ops.stack([zeros if row[at] is None else row[at] for row in found])
            whole = whole.narrow(0, 0, sum(counts))
            columns = [
                part.permute(*range(1, part.ndim), 0).reshape(output.shape + like.shape)
                for part, like in zip(whole.split(counts), given, strict=True)
            ]
            matrix.append(columns if keep_graph else [level.unwrap(each) for each in columns])
    if not is_tuple:
        return unpacked(tuple(row[0] for row in matrix), several)
    return unpacked(matrix, several)

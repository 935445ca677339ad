"""`backward` and `grad`: check what the user gave, walk, hand out what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mini_autograd import engine, warned
from mini_autograd.arithmetic import RAW, TENSORS, show
from mini_autograd.attended import Captures
from mini_autograd.compat import summed_seed
from mini_autograd.errors import func as func_errors
from mini_autograd.errors import walk as errors
from mini_autograd.grad_mode import no_grad, state
from mini_autograd.graph import Arithmetic, Edge, Grad
from mini_autograd.layout import owner_of
from mini_autograd.op import quiet
from mini_autograd.tensor import Tensor, as_view, edge_of, make
from mini_autograd.transforms import state as transforms

_CYCLE_WARNING = (
    "Using backward() with create_graph=True will create a reference cycle between the parameter "
    "and its gradient which can cause a memory leak. We recommend using autograd.grad when "
    "creating the graph to avoid this. If you have to use this function, make sure to reset the "
    ".grad fields of your parameters to None after use to break the cycle and avoid the leak."
)


def backward(
    tensors: Tensor | Sequence[Tensor],
    grad_tensors: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None:
    """Accumulates the gradients of `tensors` into the `.grad` of the leaves, or of `inputs`.

    Args:
        tensors: the outputs to differentiate.
        grad_tensors: for each output its cotangent, of the output's shape; None stands for one,
            for an output of one element.
        retain_graph: keep what the graph saved, so that it can be walked again; by default as
            `create_graph`.
        create_graph: record the walk, so that the gradients can be differentiated.
        inputs: accumulate into these alone.

    Raises:
        RuntimeError: no gradient for an output that is no scalar; a gradient of another shape;
            an output without a graph; a graph whose saved tensors are freed or were written to;
            inside a transform of `func`.
        TypeError: a gradient that is no tensor.
    """
    if transforms.depth:
        raise func_errors.forbidden_backward()
    wanted = None if inputs is None else _wanted(inputs, "backward")
    arithmetic = TENSORS if create_graph else RAW
    roots, seeds = _roots(tensors, grad_tensors, arithmetic)
    if create_graph:
        warned.once(_CYCLE_WARNING, stacklevel=3)
    keep_graph = create_graph if retain_graph is None else retain_graph
    if wanted is None:
        _walk(roots, seeds, arithmetic, keep_graph)
        return
    for each in wanted:
        if each.grad_fn is not None or not each._requires_grad:
            each.retain_grad()
    edges = [edge for each in wanted if (edge := edge_of(each)) is not None]
    _walk(roots, seeds, arithmetic, keep_graph, {edge: [] for edge in edges})


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of `outputs` with respect to `inputs`, accumulated nowhere.

    Args:
        outputs: the tensors to differentiate.
        inputs: the tensors to differentiate by; leaves or not.
        grad_outputs: for each output its cotangent, as in `backward`.
        retain_graph: as in `backward`.
        create_graph: as in `backward`.
        only_inputs: ignored, as torch ignores it.
        allow_unused: give None for an input that the outputs do not depend on, else an error.
        is_grads_batched: not supported.
        materialize_grads: give zeros instead of None.

    Raises:
        RuntimeError: as `backward`; an input without gradient, or unused.
        ValueError: `materialize_grads` with `allow_unused=False`.
    """
    if materialize_grads and allow_unused is False:
        raise errors.allow_unused_contradicts()
    if is_grads_batched:
        raise NotImplementedError("is_grads_batched needs vmap, which mini_autograd does not have")
    if allow_unused is None:
        allow_unused = materialize_grads
    wanted = _wanted(inputs, "grad")
    arithmetic = TENSORS if create_graph else RAW
    roots, seeds = _roots(outputs, grad_outputs, arithmetic)
    for each in wanted:
        if not each._requires_grad:
            raise errors.input_without_grad()
    keep_graph = create_graph if retain_graph is None else retain_graph
    edges = [edge_of(each) for each in wanted]
    distinct = [edge for edge in dict.fromkeys(edges) if edge is not None]
    places = {edge: [place] for place, edge in enumerate(distinct)}
    found = _walk(roots, seeds, arithmetic, keep_graph, places)
    given = () if grad_outputs is None else _tuple(grad_outputs)
    grads = {
        edge: _handed_out(got, given, arithmetic)
        for edge, got in zip(distinct, found, strict=True)
        if got is not None
    }
    results: list[Tensor | None] = []
    for index, (each, edge) in enumerate(zip(wanted, edges, strict=True)):
        got = None if edge is None else grads.get(edge)  # one for an input that is given twice
        if got is None and not allow_unused:
            raise errors.unused_input(index)
        if got is None and materialize_grads:
            got = make(np.zeros_like(each._array))
            got._requires_grad = create_graph
        results.append(got)
    return tuple(results)


def _handed_out(got: Grad, given: Sequence[Tensor | None], arithmetic: Arithmetic) -> Tensor:
    """A gradient as a tensor, in its relation to the cotangents that the user gave.

    One that came through unchanged is that very tensor; a piece of one is a view of it, made
    without grad, as torch's walk makes it.
    """
    result = arithmetic.wrap(got)
    if any(result is each for each in given):
        return result
    if not arithmetic.records and isinstance(got, np.ndarray) and got.base is not None:
        memory = owner_of(got)
        for each in given:
            if each is not None and owner_of(each._array) is memory:
                with no_grad():
                    return as_view(result, each)
    return result


def _walk(
    roots: list[Edge],
    seeds: list[Grad | None],
    arithmetic: Arithmetic,
    keep_graph: bool,
    captures: Captures | None = None,
) -> list[Grad | None]:
    """Walks to the leaves, or to the captures only; hooks record as the walk itself does."""
    before = state.enabled
    if not state.inference:
        state.enabled = arithmetic.records
    try:
        return quiet.run_reentrant(engine.run, roots, seeds, arithmetic, keep_graph, captures)  # type: ignore[no-any-return]
    finally:
        state.enabled = before


def _wanted(inputs: Any, function: str) -> tuple[Tensor, ...]:
    """The tensors to differentiate by: one at least, and nothing else."""
    wanted = _tuple(inputs)
    if not wanted:
        raise errors.empty_inputs(function)
    for each in wanted:
        if not isinstance(each, Tensor):
            raise errors.input_type(each)
    return wanted


def _tuple(tensors: Any) -> tuple[Any, ...]:
    return (tensors,) if isinstance(tensors, Tensor) else tuple(tensors)


def _roots(
    outputs: Tensor | Sequence[Tensor],
    given: Tensor | Sequence[Tensor | None] | None,
    arithmetic: Arithmetic,
) -> tuple[list[Edge], list[Grad | None]]:
    """Where the walk starts, and with which cotangents."""
    if isinstance(outputs, Tensor) and (given is None or isinstance(given, Tensor)):
        seed = _seed(outputs, given, 0, arithmetic)
        edge = edge_of(outputs) if outputs._requires_grad else None
        if edge is None:
            raise errors.root_without_graph(0)
        return [edge], [seed]
    outputs = _tuple(outputs)
    given = (None,) * len(outputs) if given is None else _tuple(given)
    roots: list[Edge] = []
    seeds: list[Grad | None] = []
    without_graph: int | None = None
    for output, grad in zip(outputs, given):  # noqa: B905 - torch ignores what is too many
        index = len(seeds)
        seeds.append(_seed(output, grad, index, arithmetic))
        edge = edge_of(output) if output._requires_grad else None
        if edge is not None:
            roots.append(edge)
        elif without_graph is None:
            without_graph = index
    if len(seeds) != len(outputs):
        raise errors.grad_count(len(outputs), len(seeds))
    if without_graph is not None:
        raise errors.root_without_graph(without_graph)
    return roots, seeds


def _seed(output: Tensor, given: Tensor | None, index: int, arithmetic: Arithmetic) -> Grad | None:
    """The cotangent of an output: one for a real output of one element, or as given, checked."""
    if not isinstance(output, Tensor):
        raise errors.output_type()
    array = output._array
    if given is None:
        if not output._requires_grad:
            return None
        if array.size != 1:
            raise errors.not_scalar()
        if array.dtype.kind != "f":
            raise errors.not_real_scalar(output.dtype)
        return arithmetic.one((array.shape, array.dtype))
    if not isinstance(given, Tensor):
        raise errors.grad_output_type(given)
    if array.shape != given._array.shape:
        summed = summed_seed(given, output)
        if summed is None:
            raise errors.grad_output_shape(index, given.shape, output.shape)
        given = summed
    elif (array.dtype.kind == "c") != (given._array.dtype.kind == "c"):
        raise errors.grad_output_dtype(index, given.dtype, output.dtype)
    show(given)
    return arithmetic.unwrap(given)

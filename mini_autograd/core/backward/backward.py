"""`backward` and `grad`: check the arguments, walk the graph, return or accumulate gradients."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, overload

from mini_autograd.arrays.layout import empty_as
from mini_autograd.core.backward import walk
from mini_autograd.core.backward.arithmetic import RAW, TENSORS
from mini_autograd.core.backward.batching import walked_in_batch
from mini_autograd.core.backward.edges import GradientEdge
from mini_autograd.core.backward.observed_walk import Captures
from mini_autograd.core.backward.seeds import Cotangents, Differentiated, as_tuple, roots_and_seeds
from mini_autograd.core.graph.graph import Arithmetic, Edge, Grad
from mini_autograd.core.modes import warn_once
from mini_autograd.core.modes.creation_observers import observing_threads
from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.modes.transforms import state as transforms
from mini_autograd.core.op import quiet_context
from mini_autograd.core.op.promotion import raise_of_rule
from mini_autograd.core.tensor.history import edge_of
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.messages.functions import transforms as func_errors
from mini_autograd.messages.graph import backward as errors
from mini_autograd.parsing.overrides import PLAIN, handle_torch_function, has_torch_function

Several = Differentiated | Sequence[Differentiated]


def backward(
    tensors: Several,
    grad_tensors: Cotangents | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Cotangents | None = None,
    inputs: Several | dict[str, Tensor] | None = None,
) -> None:
    """Accumulates the gradients of `tensors` into the `.grad` of the leaves, or of `inputs`.

    Args:
        tensors: the outputs to differentiate.
        grad_tensors: for each output its cotangent, of the output's shape; None means 1, allowed
            for an output of one element.
        retain_graph: keep what the graph saved, so that it can be walked again; by default as
            `create_graph`.
        create_graph: record a graph of the gradients, so that they can be differentiated.
        grad_variables: the old name of `grad_tensors`.
        inputs: accumulate into these only; a dict stands for its values.

    Raises:
        RuntimeError: no gradient for an output that is no scalar; a gradient of another shape;
            an output without a graph; a graph whose saved tensors are freed or were written to;
            inside a transform of `func`.
        TypeError: a gradient that is no tensor.
    """
    if transforms.depth:
        raise func_errors.forbidden_backward()
    if grad_variables is not None:
        warnings.warn(errors.grad_variables(), FutureWarning, stacklevel=2)
        if grad_tensors is not None:
            raise errors.grad_variables_twice()
        grad_tensors = grad_variables
    wanted = None if inputs is None else _wanted(inputs, "backward")
    if type(tensors) not in PLAIN or wanted is not None:
        tensors = as_tuple(tensors)
        differentiated = (*tensors, *(wanted or ()))
        if has_torch_function(differentiated):
            handle_torch_function(
                backward, differentiated, tensors, grad_tensors=grad_tensors,
                retain_graph=retain_graph, create_graph=create_graph, inputs=wanted,
            )  # fmt: skip
            return
    keep_graph = create_graph if retain_graph is None else retain_graph
    if keep_graph is not False:
        keep_graph = _flag(keep_graph)
    if create_graph is not False:
        create_graph = _flag(create_graph)
    arithmetic = TENSORS if create_graph else RAW
    roots, seeds, _cast = roots_and_seeds(tensors, grad_tensors, arithmetic)
    captures: Captures | None = None
    if wanted is not None:
        edges = [_edge_to(each, accumulate=True) for each in wanted]
        captures = {edge: [] for edge in edges if edge is not None}
    warning = errors.reference_cycle() if create_graph else None
    walk_from(roots, seeds, arithmetic, keep_graph, captures, warning)


@overload
def grad(
    outputs: Several, inputs: dict[str, Tensor], *args: Any, **options: Any
) -> dict[str, Tensor | None]: ...
@overload
def grad(
    outputs: Several, inputs: Several, *args: Any, **options: Any
) -> tuple[Tensor | None, ...]: ...
def grad(
    outputs: Several,
    inputs: Several | dict[str, Tensor],
    grad_outputs: Cotangents | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...] | dict[str, Tensor | None]:
    """The gradients of `outputs` with respect to `inputs`, accumulated nowhere.

    Args:
        outputs: the tensors to differentiate.
        inputs: the tensors to differentiate with respect to; leaves or not.
        grad_outputs: for each output its cotangent, as in `backward`.
        retain_graph: as in `backward`.
        create_graph: as in `backward`.
        only_inputs: ignored, as torch ignores it.
        allow_unused: give None for an input that the outputs do not depend on, else an error.
        is_grads_batched: the first dim of each cotangent, and of each gradient, is a batch.
        materialize_grads: give zeros instead of None.

    Returns:
        One gradient for each input; for a dict of inputs a dict.

    Raises:
        RuntimeError: as `backward`; an input without gradient, or unused.
        ValueError: `materialize_grads` with `allow_unused=False`.
    """
    if materialize_grads and allow_unused is False:
        raise errors.allow_unused_contradicts()
    outputs = as_tuple(outputs)
    wanted = _wanted(inputs, "grad")
    if allow_unused is None:
        allow_unused = materialize_grads
    tensors = (*outputs, *wanted)
    if not PLAIN.issuperset(map(type, tensors)) and has_torch_function(tensors):
        results = handle_torch_function(
            grad, tensors, outputs, wanted, grad_outputs=grad_outputs, retain_graph=retain_graph,
            create_graph=create_graph, only_inputs=only_inputs, allow_unused=allow_unused,
            is_grads_batched=is_grads_batched, materialize_grads=materialize_grads,
        )  # fmt: skip
        return dict(zip(inputs, results, strict=True)) if type(inputs) is dict else results
    if not only_inputs:
        warnings.warn(errors.only_inputs(), FutureWarning, stacklevel=2)
    keep_graph = _flag(create_graph if retain_graph is None else retain_graph)
    create_graph, allow_unused = _flag(create_graph), _flag(allow_unused)
    if is_grads_batched:
        results = walked_in_batch(outputs, wanted, grad_outputs, keep_graph, create_graph)
        _check_used(results, allow_unused)
    else:
        results = _gradients(outputs, wanted, grad_outputs, keep_graph, create_graph, allow_unused)
    if materialize_grads:
        results = _materialized(results, wanted, create_graph)
    return dict(zip(inputs, results, strict=True)) if type(inputs) is dict else tuple(results)


def _flag(given: Any) -> bool:
    """A flag as torch parses it: any integer will do."""
    return given if given is True or given is False else bool(operator.index(given))


def _gradients(
    outputs: Sequence[Any],
    wanted: Sequence[Any],
    grad_outputs: Cotangents | None,
    keep_graph: bool,
    create_graph: bool,
    allow_unused: bool,
) -> list[Tensor | None]:
    """The gradients with respect to `wanted`; None where there is none, if that is allowed."""
    arithmetic = TENSORS if create_graph else RAW
    roots, seeds, _cast = roots_and_seeds(outputs, grad_outputs, arithmetic)
    captures, edges = captures_of(wanted)
    found = walk_from(roots, seeds, arithmetic, keep_graph, captures)
    handed = [None if got is None else arithmetic.wrap(got) for got in found]
    results = [None if edge is None else handed[captures[edge][0]] for edge in edges]
    _check_used(results, allow_unused)
    return results


def _check_used(results: Sequence[Tensor | None], allow_unused: bool) -> None:
    if not allow_unused:
        for index, result in enumerate(results):
            if result is None:
                raise errors.unused_input(index)


def _wanted(inputs: Any, function: str) -> tuple[Any, ...]:
    """The inputs as a tuple, which must not be empty."""
    if type(inputs) is dict:
        inputs = tuple(inputs.values())
    elif isinstance(inputs, Mapping):
        raise errors.inputs_mapping(function, inputs)
    wanted = as_tuple(inputs)
    if not wanted:
        raise errors.empty_inputs(function)
    return wanted


def captures_of(wanted: Sequence[Any]) -> tuple[Captures, list[Edge | None]]:
    """For each distinct edge of the inputs the index of its result; and the edge of every input."""
    edges = [_edge_to(each, accumulate=False) for each in wanted]
    distinct = dict.fromkeys(edge for edge in edges if edge is not None)
    return {edge: [place] for place, edge in enumerate(distinct)}, edges


def _edge_to(wanted: Any, *, accumulate: bool) -> Edge | None:
    """The edge of an input; with `accumulate`, an input that is not a leaf retains its grad."""
    if isinstance(wanted, GradientEdge):
        return wanted.place()
    if not isinstance(wanted, Tensor):
        raise errors.input_type(wanted)
    if accumulate:
        wanted.retain_grad()
    if not wanted._requires_grad:
        raise errors.input_without_grad()
    return edge_of(wanted)


def walk_from(
    roots: list[Edge],
    seeds: list[Grad | None],
    arithmetic: Arithmetic,
    keep_graph: bool,
    captures: Captures | None,
    warning: UserWarning | None = None,
) -> list[Grad | None]:
    """Walk from the roots to all leaves, or to the captures only; returns the captured gradients.

    Grad mode inside is on if the walk records, for hooks too. Warnings are given at the end, the
    given one before those of the nodes.
    """
    outer = warn_once.take_deferred() if warn_once.deferred else None
    before = state.enabled, state.wanted
    state.wanted = arithmetic.records
    if not (observing_threads and state.inference):
        state.enabled = arithmetic.records
    try:
        return quiet_context().run(
            walk.run, roots, seeds, arithmetic, keep_graph, captures, warning
        )
    except ValueError as error:
        raise_of_rule(error)
        raise
    finally:
        state.enabled, state.wanted = before
        if warn_once.deferred or outer is not None:
            warn_once.flush_deferred(outer, stacklevel=4)


def _materialized(
    results: Sequence[Tensor | None], wanted: Sequence[Differentiated], requires_grad: bool
) -> list[Tensor | None]:
    """The gradients with zeros in place of None."""
    filled = list(results)
    for index, each in enumerate(wanted):
        if filled[index] is None:
            if isinstance(each, GradientEdge):
                raise errors.edge_materialized()
            filled[index] = zeros = make(empty_as(each._array))
            zeros._array[...] = 0
            zeros._requires_grad = requires_grad
    return filled

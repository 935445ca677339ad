"""`backward` and `grad`: check what the user gave, walk, hand out what came."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from mini_autograd import engine
from mini_autograd.arithmetic import RAW, TENSORS
from mini_autograd.compat import summed_seed
from mini_autograd.errors import walk as errors
from mini_autograd.grad_mode import state
from mini_autograd.graph import Arithmetic, Edge, Grad
from mini_autograd.op import quiet
from mini_autograd.tensor import Tensor, edge_of, make

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
            an output without a graph; a graph whose saved tensors are freed or were written to.
        TypeError: a gradient that is no tensor.
    """
    if inputs is not None and not isinstance(inputs, Tensor) and not len(inputs):
        raise errors.empty_inputs("backward")
    outputs = (tensors,) if isinstance(tensors, Tensor) else tuple(tensors)
    wanted = None if inputs is None else _tuple(inputs)
    seeds = _seeds(outputs, _grads_tuple(grad_tensors, len(outputs)))
    if retain_graph is None:
        retain_graph = create_graph
    arithmetic = TENSORS if create_graph else RAW
    roots = _roots(outputs, seeds, arithmetic)
    if create_graph:
        warnings.warn(_CYCLE_WARNING, UserWarning, stacklevel=3)
    if wanted is None:
        _walk(roots, arithmetic, keep_graph=retain_graph, captures=None, results=0)
        return
    for each in wanted:
        if each._node is not None or not each._requires_grad:
            each.retain_grad()
    captures = _captures(wanted)
    found = _walk(
        roots, arithmetic, keep_graph=retain_graph, captures=captures, results=len(wanted)
    )
    for each, grad in zip(wanted, found, strict=True):
        if each._node is None and grad is not None:
            arithmetic.accumulate(each, grad)


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
    t_outputs = (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)
    wanted = _tuple(inputs)
    if not wanted:
        raise errors.empty_inputs("grad")
    seeds = _seeds(t_outputs, _grads_tuple(grad_outputs, len(t_outputs)))
    if retain_graph is None:
        retain_graph = create_graph
    arithmetic = TENSORS if create_graph else RAW
    roots = _roots(t_outputs, seeds, arithmetic)
    for each in wanted:
        if not each._requires_grad:
            raise errors.input_without_grad()
    found = _walk(
        roots,
        arithmetic,
        keep_graph=retain_graph,
        captures=_captures(wanted),
        results=len(wanted),
    )
    results: list[Tensor | None] = []
    for index, (each, got) in enumerate(zip(wanted, found, strict=True)):
        if got is None and not allow_unused:
            raise errors.unused_input(index)
        if got is None and materialize_grads:
            results.append(make(np.zeros_like(each._array)))
        else:
            results.append(None if got is None else arithmetic.wrap(got))
    return tuple(results)


def _walk(
    roots: list[tuple[Edge, Grad | None]],
    arithmetic: Arithmetic,
    *,
    keep_graph: bool,
    captures: engine.Captures | None,
    results: int,
) -> list[Grad | None]:
    previous = state.enabled
    state.enabled = arithmetic.records
    try:
        if arithmetic.records:
            return engine.run(roots, arithmetic, keep_graph, captures, results)
        found: list[Grad | None] = quiet.run_reentrant(
            engine.run, roots, arithmetic, keep_graph, captures, results
        )
        return found
    finally:
        state.enabled = previous


def _captures(wanted: Sequence[Tensor]) -> engine.Captures:
    captures: engine.Captures = {}
    for index, each in enumerate(wanted):
        captures.setdefault(edge_of(each), []).append(index)
    return captures


def _tuple(tensors: Tensor | Sequence[Tensor]) -> tuple[Tensor, ...]:
    return (tensors,) if isinstance(tensors, Tensor) else tuple(tensors)


def _grads_tuple(
    grads: Tensor | Sequence[Tensor | None] | None, count: int
) -> tuple[Tensor | None, ...]:
    if grads is None:
        return (None,) * count
    return (grads,) if isinstance(grads, Tensor) else tuple(grads)


def _seeds(outputs: Sequence[Tensor], grads: Sequence[Tensor | None]) -> list[Tensor | None]:
    """The cotangent of each output: checked, or one for a real output of one element."""
    if len(outputs) < len(grads) or (len(grads) < len(outputs) and len(grads) == 0):
        grads = grads[: len(outputs)]
    seeds: list[Tensor | None] = []
    for index, (output, given) in enumerate(zip(outputs, grads, strict=False)):
        if given is None:
            seeds.append(_implicit_seed(output))
        elif isinstance(given, Tensor):
            seeds.append(_checked_seed(index, output, given))
        else:
            raise errors.grad_output_type(given)
    if len(seeds) != len(outputs):
        raise errors.grad_count(len(outputs), len(seeds))
    return seeds


def _implicit_seed(output: Tensor) -> Tensor | None:
    if not output._requires_grad:
        return None
    array = output._array
    if array.size != 1:
        raise errors.not_scalar()
    if array.dtype.kind != "f":
        raise errors.not_real_scalar(output.dtype)
    seed = np.empty(array.shape, array.dtype)
    seed.fill(1)  # a fraction of what np.ones costs
    return make(seed)


def _checked_seed(index: int, output: Tensor, given: Tensor) -> Tensor:
    if output._array.shape != given._array.shape:
        summed = summed_seed(given, output)
        if summed is not None:
            return summed
        raise errors.grad_output_shape(index, given.shape, output.shape)
    if (output._array.dtype.kind == "c") != (given._array.dtype.kind == "c"):
        raise errors.grad_output_dtype(index, given.dtype, output.dtype)
    return given


def _roots(
    outputs: Sequence[Tensor], seeds: Sequence[Tensor | None], arithmetic: Arithmetic
) -> list[tuple[Edge, Grad | None]]:
    roots: list[tuple[Edge, Grad | None]] = []
    for index, output in enumerate(outputs):
        if not output._requires_grad:
            raise errors.root_without_graph(index)
        seed = seeds[index]
        roots.append((edge_of(output), None if seed is None else arithmetic.unwrap(seed)))
    return roots

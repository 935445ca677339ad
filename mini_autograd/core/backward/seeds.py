"""The edges that a walk starts from and the cotangent at each, checked as torch does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from mini_autograd.arrays import dtypes
from mini_autograd.compat import switches
from mini_autograd.core.backward.arithmetic import RAW, TENSORS
from mini_autograd.core.backward.edges import GradientEdge
from mini_autograd.core.backward.observed_walk import validated
from mini_autograd.core.graph.graph import Arithmetic, Edge, Grad, Metadata
from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.tensor.history import edge_of
from mini_autograd.core.tensor.size import Size
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.messages.graph import backward as errors

Differentiated = Tensor | GradientEdge
_LISTS: Final = frozenset({tuple, list})
Cotangents = Tensor | Sequence[Tensor | None]


def as_tuple(given: Any) -> tuple[Any, ...]:
    """A tuple of one tensor or edge, or of several."""
    return (given,) if isinstance(given, Differentiated) else tuple(given)


def roots_and_seeds(
    outputs: Differentiated | Sequence[Differentiated],
    given: Cotangents | None,
    arithmetic: Arithmetic,
) -> tuple[list[Edge], list[Grad | None], list[Tensor]]:
    """The edges that a walk starts from, and the gradient at each, not yet in the shape and dtype
    that its node takes; and tensors that hooks see as long as the caller keeps them.

    Raises:
        RuntimeError: as `backward` does.
        TypeError: a cotangent that is not a tensor.
    """
    one: Any = outputs
    grad: Any = given
    if type(one) in _LISTS and len(one) == 1:
        one = one[0]
        if type(grad) in _LISTS and len(grad) == 1:
            grad = grad[0]
    edge: Edge | None = None
    if isinstance(one, Tensor) and one._requires_grad:
        if one._node is not None or one._base is None:  # a view's edge may raise: later
            edge = edge_of(one)
        seed = None if edge is None else _plain_seed(one, grad, edge, arithmetic)
        if edge is not None and seed is not None:
            return [edge], [seed], []
    outputs = as_tuple(outputs)
    given = (None,) * len(outputs) if given is None else as_tuple(given)
    pairs = list(zip(outputs, given, strict=False))  # torch ignores surplus ones
    seeds = [_seed(output, grad, (outputs, given), arithmetic) for output, grad in pairs]
    if len(seeds) != len(outputs):
        raise errors.grad_count(len(outputs), len(seeds))
    roots: list[Edge] = []
    cast: list[Tensor] = []
    for index, output in enumerate(outputs):
        edge = _root(output)
        if edge is None:
            raise errors.root_without_graph(index)
        roots.append(edge)
        seed = given[index]
        if seed is not None and not arithmetic.records and _is_recorded(seed, edge):
            # torch casts it before the walk, in which nothing is recorded: hooks see the cast.
            cast.append(recorded := _cast_recorded(seed, edge, index))
            seeds[index] = arithmetic.unwrap(recorded)
    return roots, seeds, cast


def _is_recorded(given: Tensor, edge: Edge) -> bool:
    """Whether a cast of a cotangent has a history; of what loses its imaginary part, which the
    walk warns of, it has none here."""
    is_real = edge[0].accepted[edge[1]][1].kind != "c"
    return given._requires_grad and state.enabled and not (is_real and given.is_complex())


def _cast_recorded(given: Tensor, edge: Edge, index: int) -> Tensor:
    """A cotangent in the shape and dtype that a node takes, with a history."""
    cast: Any = validated(given, edge, TENSORS, None, index)
    return cast  # type: ignore[no-any-return]


def _plain_seed(output: Tensor, given: Any, edge: Edge, arithmetic: Arithmetic) -> Grad | None:
    """The quick path: 1 for a 0-d output, or a tensor of the output's shape and dtype.

    None if it is neither.
    """
    array = output._array
    if given is None:
        return None if array.shape else arithmetic.ones.get(array.dtype)
    if isinstance(given, Tensor):
        node, number = edge
        metadata = given._array.shape, given._array.dtype
        if metadata == (array.shape, array.dtype) == node.accepted[number]:
            return arithmetic.unwrap(given)
    return None


def _root(output: Differentiated) -> Edge | None:
    if isinstance(output, GradientEdge):
        return output.place()
    return edge_of(output) if output._requires_grad else None


def _seed(
    output: Differentiated,
    given: Tensor | None,
    all_given: tuple[Sequence[Any], Sequence[Any]],
    arithmetic: Arithmetic,
) -> Grad | None:
    """The cotangent of an output, checked; 1 if none was given for a real output of one element.

    `all_given`, the outputs and cotangents, is for error messages.
    """
    shape, dtype = metadata_of(output)
    if given is None:
        if isinstance(output, Tensor) and not output._requires_grad:
            return None
        if any(size != 1 for size in shape):
            raise errors.not_scalar()
        if dtype.kind != "f":
            raise errors.not_real_scalar(dtypes.of_numpy(dtype))
        return arithmetic.one((shape, dtype))
    if not isinstance(given, Tensor):
        raise errors.grad_output_type(given)
    if shape != given._array.shape:
        summed = _summed(given, shape)
        if summed is None:
            where = _places(output, given, all_given)
            raise errors.grad_output_shape(*where, given.shape, Size(shape))
        given = summed
    elif (dtype.kind == "c") != (given._array.dtype.kind == "c"):
        where = _places(output, given, all_given)
        raise errors.grad_output_dtype(*where, given.dtype, dtypes.of_numpy(dtype))
    return arithmetic.unwrap(given)


def metadata_of(output: Differentiated) -> Metadata:
    """The shape and dtype of a gradient for an output."""
    if isinstance(output, GradientEdge):
        found = output.node._input_metadata[output.output_nr]
        return tuple(found.shape), found.dtype.numpy
    if not isinstance(output, Tensor):
        raise errors.output_type()
    return output._array.shape, output._array.dtype


def _places(
    output: Differentiated, given: Tensor, all_given: tuple[Sequence[Any], Sequence[Any]]
) -> tuple[int, int]:
    """The indexes that torch 2.13 names in the error: of the first equal ones, by `==`."""
    outputs, grads = all_given
    return grads.index(given), outputs.index(output)


def _summed(gradient: Tensor, shape: tuple[int, ...]) -> Tensor | None:
    """The gradient summed to the output's shape, if `compat` allows it; None otherwise."""
    if not switches.sum_oversized_gradients:
        return None
    summed = RAW.sum_to(gradient._array, shape)
    return None if summed is None else make(summed)

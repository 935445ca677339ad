"""The transforms `grad`, `grad_and_value` and `vjp`.

The function runs with grad mode on. Results have a graph if grad mode is on outside, and an
argument or a tensor that the function captured requires grad.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from mini_autograd.autograd.batched_walk import batch_gradients
from mini_autograd.autograd.dead_ends import cut_dead_ends, forget_dead_ends
from mini_autograd.autograd.levels import Level
from mini_autograd.core.backward.backward import grad as walk
from mini_autograd.core.backward.edges import GradientEdge, get_gradient_edge
from mini_autograd.core.backward.seeds import Differentiated
from mini_autograd.core.modes.grad_mode import is_grad_enabled
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.creation import fills
from mini_autograd.func import trees
from mini_autograd.func.arguments import (
    Argnums,
    checked_argnums,
    checked_outputs,
    split_aux,
    unwrap_aux,
    wrap_arguments,
)
from mini_autograd.func.scope import outside_inference_mode, transforming
from mini_autograd.messages.functions import transforms as errors

Function = Callable[..., Any]


def grad(func: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """A function that computes the gradient of `func`.

    Args:
        func: returns a 0-d tensor; with `has_aux` a pair of it and other tensors.
        argnums: the arguments to differentiate by, each a tensor or nested tensors; the gradient
            has the same structure, in a tuple for a tuple of `argnums`.
        has_aux: return a pair of the gradient and the other tensors.

    The function raises:
        RuntimeError: an output that is not a 0-d tensor; `argnums` out of range.
        ValueError: an argument to differentiate by that is not a tensor.
    """

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        gradient, value = _grad_and_value(func, argnums, has_aux, args, kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return wrapper


def grad_and_value(func: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """As `grad`, for the pair of gradient and output; with `has_aux` (gradient, (output, aux))."""

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return _grad_and_value(func, argnums, has_aux, args, kwargs)

    return wrapper


def _grad_and_value(
    func: Function, argnums: Argnums, has_aux: bool, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Any]:
    with transforming() as level:
        given, by = wrap_arguments(level, args, checked_argnums(argnums, len(args)))
        output, aux = split_aux(func(*given, **kwargs), has_aux, "grad_and_value(f)(*args)")
        if not isinstance(output, Tensor):
            raise errors.grad_of_no_tensor(output)
        if output.ndim:
            raise errors.grad_of_no_scalar(output.ndim)
        leaves, structure = trees.flatten(by)
        grads = walked([output], leaves, None, retain_graph=True, create_graph=True)
    made_by = [each._node for each in (output, *grads) if each._node is not None]
    forget_dead_ends(made_by, level.ends)
    cut_dead_ends(made_by, level.ends)
    gradient = trees.unflatten(map(level.unwrap, grads), structure)
    value = level.unwrap(output)
    return gradient, (value, unwrap_aux(level, aux)) if has_aux else value


def vjp(func: Function, *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """The output of `func`, and a function from cotangents to the vector-Jacobian products.

    Args:
        func: returns tensors, nested or not; with `has_aux` a pair of them and other tensors,
            which are the third result.
        primals: its arguments: tensors, nested or not.

    Raises:
        RuntimeError: outputs that are not real or complex tensors; in the function, cotangents
            with another structure than the output.
        ValueError: a primal that is not a tensor.
    """
    return vjp_by(func, primals, None, has_aux)


def vjp_by(
    func: Function, primals: tuple[Any, ...], argnums: Argnums | None, has_aux: bool
) -> tuple[Any, ...]:
    """As `vjp`, by the arguments of `argnums`."""
    walks, *aux = linearized(func, primals, argnums, has_aux)
    return (walks.output, walks.products, *aux)


class Linearized(NamedTuple):
    """A function evaluated at its primals: its output and the graph of that."""

    output: Any
    structure: Any  # of the output
    level: Level
    roots: list[Differentiated]
    leaves: list[Tensor]
    by_structure: Any  # of the leaves

    def products(
        self, cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None
    ) -> Any:
        """The vector-Jacobian products; the cotangents have the structure of the output."""
        seeds, given = trees.flatten(cotangents)
        if trees.spec_text(given) != trees.spec_text(self.structure):
            raise errors.cotangent_structure(given, self.structure)
        records = is_grad_enabled() if create_graph is None else create_graph
        with outside_inference_mode():
            grads = walked(
                self.roots, self.leaves, seeds, retain_graph=retain_graph, create_graph=records
            )
        return trees.unflatten(map(self.level.unwrap, grads), self.by_structure)

    @outside_inference_mode()
    def batch(self, seeds: Sequence[Tensor]) -> list[Tensor]:
        """The products with each row of the seeds, as one batch for each leaf."""
        pairs = [
            (root.place(), seed)
            for root, seed in zip(self.roots, seeds, strict=True)
            if isinstance(root, GradientEdge)
        ]
        found: Sequence[Tensor | None] = [None] * len(self.leaves)
        if pairs and self.leaves:
            roots, given = zip(*pairs, strict=True)
            found = batch_gradients(roots, self.leaves, given, records=is_grad_enabled())
        count = len(seeds[0])
        return [
            self.level.unwrap(
                fills.zeros_like(like).expand(count, *like.shape) if got is None else got
            )
            for got, like in zip(found, self.leaves, strict=True)
        ]


def linearized(
    func: Function, primals: tuple[Any, ...], argnums: Argnums | None, has_aux: bool
) -> tuple[Any, ...]:
    """Evaluate the function at its primals for `Linearized`; with `has_aux` also the `aux`.

    Errors are those of `vjp`.
    """
    api = "vjp(f, *primals)"
    with transforming() as level:
        if argnums is not None:
            argnums = checked_argnums(argnums, len(primals))
        given, by = wrap_arguments(level, primals, argnums)
        output, aux = split_aux(func(*given), has_aux, api)
        flat, structure = trees.flatten(output)
        checked_outputs(flat, api)
        leaves, by_structure = trees.flatten(by)
        for each in flat:
            if not (each.is_floating_point() or each.is_complex()):
                raise errors.integer_output(each.dtype)
        # Edges, since users may write to the outputs, which must not change the products.
        roots = [get_gradient_edge(each) if each.requires_grad else each for each in flat]
    forget_dead_ends([each._node for each in flat if each._node is not None], level.ends)
    outputs = trees.unflatten(map(level.unwrap, flat), structure)
    made = Linearized(outputs, structure, level, roots, leaves, by_structure)
    return (made, unwrap_aux(level, aux)) if has_aux else (made,)


def walked(
    outputs: Sequence[Differentiated],
    inputs: Sequence[Tensor],
    cotangents: Sequence[Any] | None,
    *,
    retain_graph: bool,
    create_graph: bool,
) -> list[Tensor]:
    """The gradients of the outputs that have a graph; zeros where there is none."""
    if not inputs:  # an argument of empty structure, which `autograd.grad` refuses
        return []
    seeds: Sequence[Any] = [None] * len(outputs) if cotangents is None else cotangents
    pairs = [
        (o, seed)
        for o, seed in zip(outputs, seeds, strict=True)
        if not isinstance(o, Tensor) or o.requires_grad
    ]
    if not pairs:
        return [fills.zeros_like(each) for each in inputs]
    grads = walk(
        [output for output, _ in pairs],
        inputs,
        None if cotangents is None else [seed for _, seed in pairs],
        retain_graph=retain_graph,
        create_graph=create_graph,
        allow_unused=True,
    )
    return [
        fills.zeros_like(like) if got is None else got
        for got, like in zip(grads, inputs, strict=True)
    ]

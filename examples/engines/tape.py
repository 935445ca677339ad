"""A Tensor for engines that differentiate functions of arrays: it records what is done to it, and
backward replays that as a function of the leaves, whose VJP the engine is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np


class Tape:
    """An array and how it came about. An adapter's class says where arrays come from.

    Attributes:
        value: the engine's array.
        function, parents: the function of the parents' values that gives it; None of a leaf.
    """

    array: Callable[[Any, Any], Any]  # (data, dtype) -> the engine's array
    vjp: Callable[[Callable[..., Any], list[Any], Any], Any]  # (function, at, seed) -> gradients

    def __init__(
        self, value: Any, function: Callable[..., Any] | None = None, parents: Any = ()
    ) -> None:
        self.value, self.function, self.parents = value, function, parents
        self.grad: Any = None
        self.requires_grad = function is not None

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.value.shape)

    @property
    def dtype(self) -> Any:
        return self.value.dtype

    @property
    def is_leaf(self) -> bool:
        return self.function is None

    def requires_grad_(self, requires_grad: bool = True) -> Tape:
        self.requires_grad = requires_grad
        return self

    def detach(self) -> Tape:
        return type(self)(self.value)

    def numpy(self) -> Any:
        return np.asarray(self.value)

    def backward(
        self, gradient: Any = None, retain_graph: Any = None, create_graph: bool = False
    ) -> None:
        """Add to the `.grad` of each leaf. The graph is never freed: there is nothing to free."""
        leaves = [each for each in _order(self) if each.is_leaf]
        for leaf, grad in zip(leaves, _gradients(self, leaves, gradient), strict=True):
            added = grad if create_graph else grad.detach()
            leaf.grad = added if leaf.grad is None else leaf.grad + added


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: Any = None,
    create_graph: bool = False,
    allow_unused: bool = False,
) -> tuple[Tape | None, ...]:
    """`torch.autograd.grad` of one output. The graph is never freed."""
    output, seed = (each[0] if _is_list(each) else each for each in (outputs, grad_outputs))
    asked = list(inputs) if _is_list(inputs) else [inputs]
    met = {id(each) for each in _order(output, asked)}
    used = [each for each in asked if id(each) in met]
    if len(used) < len(asked) and not allow_unused:
        raise RuntimeError("an input is not used in the graph")
    found = dict(zip(map(id, used), _gradients(output, used, seed), strict=True))
    grads = [found.get(id(each)) for each in asked]
    return tuple(each if each is None or create_graph else each.detach() for each in grads)


def _gradients(output: Tape, inputs: list[Tape], seed: Tape | None) -> list[Tape]:
    """Of each input, recorded."""
    if not output.requires_grad:
        raise RuntimeError("tensor does not require grad")
    if seed is None:
        if output.value.size != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        seed = type(output)(output.array(np.ones(output.shape), output.dtype))
    order = _order(output, inputs)

    def pulled(*values: Any) -> tuple[Any, ...]:
        at, seed = values[:-1], values[-1]
        return tuple(output.vjp(lambda *leaf: _replayed(order, inputs, leaf), list(at), seed))

    return list(recorded(pulled)(*inputs, seed))


def recorded(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function on arrays, made one on tensors."""

    def on_tensors(*args: Any, **options: Any) -> Any:
        tensors = list(_tensors((args, options)))
        kind = type(tensors[0])

        def run(*values: Any) -> Any:
            given = iter(values)
            put_args, put_options = _put((args, options), given)
            return function(*put_args, **put_options)

        value = run(*[each.value for each in tensors])
        if isinstance(value, tuple | list):
            return tuple(
                _made(kind, part, lambda *values, at=at: run(*values)[at], tensors)
                for at, part in enumerate(value)
            )
        return _made(kind, value, run, tensors)

    return on_tensors


def _made(kind: type[Tape], value: Any, function: Callable[..., Any], tensors: list[Tape]) -> Tape:
    continuous = value.dtype.kind in "fc"
    if continuous and any(each.requires_grad for each in tensors):
        return kind(value, function, tensors)
    return kind(value)


def _tensors(value: Any) -> Iterator[Tape]:
    if isinstance(value, Tape):
        yield value
    elif isinstance(value, list | tuple | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _tensors(item)


def _put(value: Any, given: Iterator[Any]) -> Any:
    """The arguments with the given arrays in place of the tensors."""
    if isinstance(value, Tape):
        return next(given)
    if isinstance(value, dict):
        return {name: _put(item, given) for name, item in value.items()}
    return type(value)([_put(item, given) for item in value]) if _is_list(value) else value


def _is_list(value: Any) -> bool:
    return type(value) in (list, tuple)


def _order(root: Tape, ends: Sequence[Tape] = ()) -> list[Tape]:
    """What the root stands on and that requires grad, each after its parents, down to the ends."""
    last = {id(each) for each in ends}
    order: dict[int, Tape] = {}
    stack = [(root, False)]
    while stack:
        tensor, ready = stack.pop()
        if ready:
            order.setdefault(id(tensor), tensor)
        elif id(tensor) not in order:
            stack.append((tensor, True))
            if id(tensor) not in last:
                stack.extend((each, False) for each in tensor.parents if each.requires_grad)
    return list(order.values())


def _replayed(order: list[Tape], leaves: list[Tape], values: Any) -> Any:
    found = {id(leaf): value for leaf, value in zip(leaves, values, strict=True)}
    for tensor in order:
        if id(tensor) not in found and tensor.function is not None:
            at = [found.get(id(each), each.value) for each in tensor.parents]
            found[id(tensor)] = tensor.function(*at)
    return found[id(order[-1])]

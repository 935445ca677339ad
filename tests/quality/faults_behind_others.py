"""Faults that others hide: deep in a graph, in a zero's sign, or after an error of another op."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
import pytest
from planting import Fault, Plant, attribute, called, fault

import mini_autograd
from mini_autograd import Tensor
from mini_autograd.core.backward.arithmetic import RawArithmetic
from mini_autograd.core.graph import hooks
from mini_autograd.core.graph.graph import AccumulateGrad, Node
from mini_autograd.core.graph.torch_property import ReadOnly
from mini_autograd.core.tensor.tensor import make

_Edges = tuple[tuple[Any, int], ...]


def _leading(change: Callable[[Any, _Edges], _Edges]) -> Callable[[Any], Any]:
    """What a node shows that it leads to, changed; the walk goes where it went."""
    return lambda old: ReadOnly(lambda node: change(node, old.fget(node)), "next_functions")


def _crossed(node: Any, edges: _Edges) -> _Edges:
    """Two leaves, each in the place of the other."""
    leaves = all(isinstance(target, AccumulateGrad) for target, _ in edges)
    return edges[::-1] if len(edges) == 2 and leaves else edges


_depths: Final[WeakKeyDictionary[Node, int]] = WeakKeyDictionary()


def _astray_below(node: Any, edges: _Edges) -> _Edges:
    """Two levels below the node that was asked first, a leaf that is nobody's."""
    depth = _depths.setdefault(node, 0)
    for target, _ in edges:
        if isinstance(target, Node) and not isinstance(target, AccumulateGrad):
            _depths.setdefault(target, depth + 1)
    return tuple([(_of_a_stranger(target), nr) for target, nr in edges]) if depth > 1 else edges


def _of_a_stranger(target: Any) -> Any:
    if not isinstance(target, AccumulateGrad):
        return target
    return AccumulateGrad(make(target.leaf._array))


def _variable(old: Any) -> Any:
    return ReadOnly(lambda node: make(old.fget(node)._array), "variable")


def _to_one_output(node: Any, edges: _Edges) -> _Edges:
    return tuple([(target, 0) for target, _ in edges])


def _unsigned(values: Any) -> Any:
    """Negative zeros made positive, in nested lists too."""
    if isinstance(values, list):
        return [_unsigned(each) for each in values]
    return values + 0.0 if isinstance(values, float) else values


def _seen_unsigned(answered: Any) -> Any:
    """Hooks see positive zeros; what they do not replace goes on as it was."""

    def broken(given: Any, shown: Any, arithmetic: Any) -> Any:
        if shown is None or shown._requires_grad or shown._array.dtype.kind != "f":
            return answered(given, shown, arithmetic)
        seen = make(np.asarray(shown._array + 0.0))
        answer = answered(given, seen, arithmetic)
        return shown if answer is seen else answer

    return broken


def _after_an_error(name: str, then: Callable[[list[bool]], Plant]) -> Plant:
    """An op that raises always, and a fault that is there only once it has, until a program makes
    its inputs anew."""
    raised = [False]

    def raising(*_: Any, **__: Any) -> Any:
        raised[0] = True
        raise RuntimeError(f"{name} is not for today")

    def beginning(create: Any) -> Any:
        def tensor(*args: Any, **named: Any) -> Any:
            raised[0] = False
            return create(*args, **named)

        return tensor

    plants = (
        called(lambda _: raising, name),
        attribute(mini_autograd, "tensor", beginning),
        then(raised),
    )

    def plant(patch: pytest.MonkeyPatch) -> None:
        for each in plants:
            each(patch)

    return plant


def _gradients_doubled(raised: list[bool]) -> Plant:
    def change(accumulate: Any) -> Any:
        def broken(self: Any, leaf: Tensor, grad: Any, writes: int) -> None:
            accumulate(self, leaf, grad + grad if raised[0] else grad, writes)

        return broken

    return attribute(RawArithmetic, "accumulate", change)


def _values_doubled(raised: list[bool]) -> Plant:
    def change(call: Any) -> Any:
        def broken(*args: Any, **named: Any) -> Any:
            result = call(*args, **named)
            return result + result if raised[0] else result

        return broken

    return called(change, "neg")


FAULTS_BEHIND_OTHERS: Final[dict[str, Fault]] = {
    # Edges.
    "two leaves are crossed": fault("graph", attribute(Node, "next_functions", _leading(_crossed))),
    "a stranger two levels down": fault(
        "graph", attribute(Node, "next_functions", _leading(_astray_below))
    ),
    "AccumulateGrad of a stranger": fault(
        "graph", attribute(AccumulateGrad, "variable", _variable)
    ),
    "every edge to the first output": fault(
        "graph", attribute(Node, "next_functions", _leading(_to_one_output))
    ),
    # Signs of zeros.
    "tolist without negative zeros": fault(
        "zero_sign", called(lambda read: lambda self: _unsigned(read(self)), "tolist"), "neg mul"
    ),
    "item without negative zeros": fault(
        "zero_sign", called(lambda read: lambda self: _unsigned(read(self)), "item"), kept=True
    ),
    "hooks see no negative zeros": fault(
        "zero_sign", attribute(hooks, "_call_hooks", _seen_unsigned), "neg mul"
    ),
    # What comes after another op's error, and does not come of it.
    "gradients doubled after an error": fault(
        "grad_value", _after_an_error("exp", _gradients_doubled), "exp mul sum"
    ),
    "values doubled after an error": fault(
        "value", _after_an_error("exp", _values_doubled), "exp neg mul"
    ),
}

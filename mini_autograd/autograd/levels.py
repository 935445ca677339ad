"""Levels: each call of a transform has leaves of its own, which it differentiates by.

torch wraps a transform's arguments in tensors of a new level, which are leaves there, and unwraps
the results. Here the wrapper is a leaf on the same memory. When the level closes, the leaf's node
becomes a pass-through node to the user's graph, or a dead end.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

from mini_autograd.autograd.dead_ends import find_live
from mini_autograd.core.graph.graph import AccumulateGrad, Arithmetic, Edge, Grad
from mini_autograd.core.modes.grad_mode import is_grad_enabled, is_inference_mode_enabled
from mini_autograd.core.modes.transforms import state as transforms
from mini_autograd.core.tensor.history import edge_of
from mini_autograd.core.tensor.tensor import Tensor, detached, link_to_given, make
from mini_autograd.messages.tensors import state as errors


class LevelLeaf(AccumulateGrad):
    """The node of a level's leaf, which has no `.grad`; pass-through once the level is closed."""

    __slots__ = ("edges", "is_pass_through")

    edges: tuple[Edge | None, ...]  # type: ignore[assignment]  # none while the level is open

    def __init__(self, variable: Tensor) -> None:
        super().__init__(variable)
        self.edges = ()
        self.is_pass_through = False  # the level is open

    def backward(self, grads: list[Grad | None], arithmetic: Arithmetic) -> Sequence[Grad | None]:
        """Return the gradient for the edge, if there is one."""
        return (grads[0],) if self.edges else ()


LevelLeaf.__name__ = LevelLeaf.__qualname__ = "AccumulateGrad"  # as users see it inside


class Level:
    """The leaves of one call of a transform; a context manager: open inside, then closed.

    `records`: whether the results keep a graph to the user's tensors; by default if grad mode is
    on where the level is made.
    """

    def __init__(self, *, records: bool | None = None) -> None:
        self.records = _recording() if records is None else records
        self._wrapped: dict[int, tuple[Tensor, LevelLeaf, Tensor]] = {}

    def __enter__(self) -> Level:
        return self

    def __exit__(self, *_: object) -> None:
        for leaf, node, given in self._wrapped.values():
            node.is_pass_through = True
            link_to_given(leaf, given)
            if self.records and given._requires_grad:
                node.edges = (edge_of(given),)

    @property
    def ends(self) -> frozenset[LevelLeaf]:
        """The live leaves of a closed level."""
        return frozenset([node for _, node, _ in self._wrapped.values() if node.edges])

    def wrap(self, given: Tensor) -> Tensor:
        """A leaf of this level on the memory of a tensor; a RuntimeError for integers."""
        leaf = make(given._array) if Tensor.is_inference(given) else detached(given)
        if leaf._array.dtype.kind not in "fc":
            raise errors.only_floating_method()
        if self.records and given._requires_grad:
            given._maker()  # a view's history is renewed before it is built upon
        leaf._requires_grad = True
        leaf._level = transforms.level
        node = LevelLeaf(leaf)
        leaf._accumulator = weakref.ref(node)
        self._wrapped[id(leaf)] = leaf, node, given
        return leaf

    def unwrap(self, result: Any) -> Any:
        """A result outside the closed level: for a leaf the user's tensor; detached if dead."""
        if not isinstance(result, Tensor):
            return result
        if id(result) in self._wrapped:
            return self._wrapped[id(result)][2]
        if result._node is not None and not (
            self.records and find_live([result._node], self.ends)[result._node]
        ):
            result = detached(result)
        if transforms.depth:
            result._level = transforms.level  # as if the outer transform had made it
        return result


def _recording() -> bool:
    return is_grad_enabled() and not is_inference_mode_enabled()

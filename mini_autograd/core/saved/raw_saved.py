"""One tensor that a node saved, as an object of its own: what is kept of it, and hooks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mini_autograd.core.graph.graph import Node
from mini_autograd.core.saved.packing import Pack, PackedTensor, Unpack
from mini_autograd.core.saved.saved import (
    SavedIndex,
    SavedResult,
    SavedTensor,
    check_attached,
    unpacked_tensor,
)
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.core.tensor.version_counter import counter_of
from mini_autograd.messages.graph import saved as errors
from mini_autograd.messages.graph import walk as walk_errors


class RawSaved:
    """One tensor that a node saved, which hooks of its own can be put on.

    It is known by the node, its place in `saved`, and if there is a list, its place in that.
    """

    __module__ = "torch._C._autograd"
    __slots__ = ("_index", "_node", "_place")

    _index: int | None
    _node: Node
    _place: int

    def __init__(self) -> None:
        raise errors.made_by_hand()

    def _saved(self) -> Any:
        """What the node has at this place; None if it has nothing, or nothing any more."""
        if self._node.saved is None:
            return None
        saved = self._node.saved[self._place]
        return saved if self._index is None else saved[self._index]

    @property
    def data(self) -> Any:
        """What is kept: the tensor, or what a hook gave for it."""
        saved = self._saved()
        if isinstance(saved, PackedTensor):
            return saved.packed
        return None if saved is None else _tensor(saved)

    def unpack(self) -> Tensor | None:
        """The tensor as backward gets it, of a number too.

        Raises:
            RuntimeError: it is freed, or was written to since; a result that has a history, which
                torch cannot tell without the node.
        """
        node, saved = self._node, self._saved()
        if node.saved is None:
            raise walk_errors.second_backward()
        if saved is None:
            return None
        check_attached(saved)
        if _is_own(saved):
            raise errors.detached_in_place()
        given = unpacked_tensor(saved, node)
        return given if isinstance(given, Tensor) else make(np.asarray(saved))

    @property
    def unpack_hook(self) -> Callable[[Any], Any] | None:
        """The hook that gives the tensor back."""
        saved = self._saved()
        return saved.unpacking if isinstance(saved, PackedTensor) else None

    def register_hooks(self, *hooks: Any) -> None:
        """Keeps what the first gives for the tensor; the second gives the tensor back.

        Raises:
            RuntimeError: there is nothing saved, or nothing any more, or it has hooks.
            TypeError: not two, or one cannot be called.
        """
        if len(hooks) != 2 or not all(map(callable, hooks)):
            raise errors.register_type((self, *hooks))
        node, place, index = self._node, self._place, self._index
        if node.saved is None:
            raise errors.freed()
        saved = node.saved[place]
        packed = _packed(saved if index is None else saved[index], node, hooks)
        whole = packed if index is None else [*saved[:index], packed, *saved[index + 1 :]]
        node.saved = (*node.saved[:place], whole, *node.saved[place + 1 :])


RawSaved.__qualname__ = RawSaved.__name__ = "SavedTensor"  # as it prints


def raw_saved(node: Node, place: int, index: int | None = None) -> RawSaved:
    """What stands for one tensor that a node saved."""
    made = object.__new__(RawSaved)
    made._node, made._place, made._index = node, place, index
    return made


def _packed(saved: Any, node: Node, hooks: tuple[Pack, Unpack]) -> PackedTensor:
    """A saved tensor, packed: a hook sees it outside the graph."""
    if isinstance(saved, PackedTensor):
        raise errors.hooked_already()
    if saved is None:
        raise errors.hooks_on_none()
    tensor = saved.remade(node) if isinstance(saved, SavedResult) else _tensor(saved)
    seen = make(tensor._array)
    seen._counter = counter_of(tensor)
    packed = PackedTensor(tensor, node, hooks, seen)
    if isinstance(saved, SavedTensor):
        packed.dtype = saved.dtype
    return packed


def _tensor(saved: Any) -> Tensor:
    """What is kept without hooks, written to since or not; of the node's own result the memory."""
    if isinstance(saved, SavedTensor | SavedIndex):
        return saved.tensor
    if isinstance(saved, SavedResult):
        made = make(saved.array)
        made._counter = saved.counter
        return made
    return saved if isinstance(saved, Tensor) else make(np.asarray(saved))


def _is_own(saved: Any) -> bool:
    """Whether it is a result of the node itself that gradients flow to."""
    if isinstance(saved, PackedTensor):
        return saved.requires_grad and saved.node is None and saved.accumulator is None
    return isinstance(saved, SavedResult) and saved.array.dtype.kind in "fc"

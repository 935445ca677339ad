"""`_raw_saved_*` of a node: an object for one saved tensor, which can get hooks of its own."""

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
    """One tensor that a node saved, identified by its place in `node.saved`.

    `_index` is its place in the list, if the argument is a list of tensors.
    """

    __module__ = "torch._C._autograd"
    __slots__ = ("_index", "_node", "_place")

    _index: int | None
    _node: Node
    _place: int

    def __init__(self) -> None:
        raise errors.made_by_hand()

    def _saved(self) -> Any:
        """The saved value at this place; None if there is none or it was freed."""
        if self._node.saved is None:
            return None
        saved = self._node.saved[self._place]
        return saved if self._index is None else saved[self._index]

    @property
    def data(self) -> Any:
        """The tensor, or what its pack hook returned."""
        saved = self._saved()
        if isinstance(saved, PackedTensor):
            return saved.packed
        return None if saved is None else _tensor(saved)

    def unpack(self) -> Tensor | None:
        """The tensor as backward gets it; for a number a 0-d tensor.

        Raises:
            RuntimeError: it was freed, or written to since; a result of the node itself, which
                torch cannot unpack without the node.
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
        """The unpack hook, if it has one."""
        saved = self._saved()
        return saved.unpack_hook if isinstance(saved, PackedTensor) else None

    def register_hooks(self, *hooks: Any) -> None:
        """Pack the tensor now by the first hook; the second unpacks it in backward.

        Raises:
            RuntimeError: nothing is saved, it was freed, or it has hooks already.
            TypeError: there are not two hooks, or one is not callable.
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
    """Make the object for one tensor that a node saved."""
    made = object.__new__(RawSaved)
    made._node, made._place, made._index = node, place, index
    return made


def _packed(saved: Any, node: Node, hooks: tuple[Pack, Unpack]) -> PackedTensor:
    """Pack a saved tensor; the hook gets it outside the graph."""
    if isinstance(saved, PackedTensor):
        raise errors.hooked_already()
    if saved is None:
        raise errors.hooks_on_none()
    tensor = saved.remade(node) if isinstance(saved, SavedResult) else _tensor(saved)
    hook_input = make(tensor._array)
    hook_input._counter = counter_of(tensor)
    packed = PackedTensor(tensor, node, hooks, hook_input)
    if isinstance(saved, SavedTensor):
        packed.dtype = saved.dtype
    return packed


def _tensor(saved: Any) -> Tensor:
    """The tensor that is saved without hooks, not checked for writes since."""
    if isinstance(saved, SavedTensor | SavedIndex):
        return saved.tensor
    if isinstance(saved, SavedResult):
        made = make(saved.array)
        made._counter = saved.counter
        return made
    return saved if isinstance(saved, Tensor) else make(np.asarray(saved))


def _is_own(saved: Any) -> bool:
    """Whether it is a differentiable result of the node itself."""
    if isinstance(saved, PackedTensor):
        return saved.requires_grad and saved.node is None and saved.accumulator is None
    return isinstance(saved, SavedResult) and saved.array.dtype.kind in "fc"

"""What a node saved, as attributes of the `grad_fn`: `_saved_self`, and raw, `_raw_saved_self`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mini_autograd.errors import saved as errors
from mini_autograd.errors import walk as walk_errors
from mini_autograd.graph import Node
from mini_autograd.op.slots import TENSORS, Keep, Slot
from mini_autograd.packing import Pack, PackedTensor, Unpack
from mini_autograd.read_only import ReadOnly
from mini_autograd.saved import SavedResult, SavedTensor, unpacked_tensor
from mini_autograd.storage import counter_of
from mini_autograd.tensor import Tensor, make

if TYPE_CHECKING:
    from mini_autograd.op.kind import Op


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

    def register_hooks(self, *hooks: Any) -> None:
        """Keeps what the first gives for the tensor; the second gives the tensor back.

        Raises:
            RuntimeError: there is nothing saved, or nothing any more, or it has hooks.
            TypeError: not two, or one cannot be called.
        """
        if len(hooks) != 2 or not all(map(callable, hooks)):
            raise errors.register_type(self, hooks)
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
    if isinstance(saved, SavedResult):
        tensor = saved.remade(node)
    elif isinstance(saved, SavedTensor):
        tensor = saved.tensor
    elif isinstance(saved, Tensor):
        tensor = saved
    elif saved is None:
        raise errors.hooks_on_none()
    else:
        tensor = make(np.asarray(saved))
    seen = make(tensor._array)
    seen._counter = counter_of(tensor)
    packed = PackedTensor(tensor, node, hooks, seen)
    if isinstance(saved, SavedTensor):
        packed.dtype = saved.dtype
    return packed


def install(op: Op) -> None:
    """Puts the attributes on the class of an op's nodes."""
    for place, (key, slot) in enumerate(zip(op.keys, op.slots, strict=True)):
        name = _name(op, key, slot)
        if name is None:
            continue
        words = op.schema.parameters[slot.index].words if slot.keep is Keep.VALUE else ()
        _install(op.node_class, f"_saved_{name}", _getter(place, slot, words))
        if slot.keep in TENSORS:
            _install(op.node_class, f"_raw_saved_{name}", _raw_getter(place))


def _install(cls: type, name: str, get: Callable[[Any], Any]) -> None:
    setattr(cls, name, ReadOnly(get, name))


def _name(op: Op, key: str, slot: Slot) -> str | None:
    """torch's name for what a slot keeps; None if torch does not show it."""
    if slot.keep is Keep.RESULT and op.outputs:
        return op.outputs[slot.index]
    if slot.keep is Keep.SHAPE:
        return f"{key.removesuffix('_shape')}_sym_sizes"
    return key if slot.keep in TENSORS or slot.keep is Keep.VALUE else None


def _getter(place: int, slot: Slot, words: Sequence[str]) -> Callable[[Any], Any]:
    def get(node: Any) -> Any:
        if node.saved is None:
            raise walk_errors.second_backward()
        saved = node.saved[place]
        if slot.keep not in TENSORS:
            return _shown(saved, words)
        if isinstance(saved, list):
            return tuple([_unpacked(each, node) for each in saved])
        return _unpacked(saved, node)

    return get


def _unpacked(saved: Any, node: Node) -> Tensor | None:
    """The tensor; of a number, which torch saves as one, too."""
    if saved is None:
        return None
    if isinstance(saved, (int, float, complex, np.ndarray)):
        return make(np.asarray(saved))
    return unpacked_tensor(saved, node)  # type: ignore[no-any-return]


def _raw_getter(place: int) -> Callable[[Any], Any]:
    def get(node: Any) -> Any:
        saved = None if node.saved is None else node.saved[place]
        if isinstance(saved, list):
            return tuple([raw_saved(node, place, index) for index in range(len(saved))])
        return raw_saved(node, place)

    return get


def _shown(value: Any, words: Sequence[str]) -> Any:
    """Integers come as torch's unsigned ones, and dims as a tuple where there may be several."""
    if {"Ints", "Sizes"} & set(words) and isinstance(value, int):
        value = (value,)
    if isinstance(value, (tuple, list)):
        return tuple([_shown(each, ()) for each in value])
    if type(value) is int and value < 0 and "Number" not in words:
        return value + _UNSIGNED
    return value


_UNSIGNED: Final = 2**64

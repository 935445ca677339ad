"""What a node saved, as attributes of the `grad_fn`: `_saved_self`, and raw, `_raw_saved_self`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mini_autograd.core.graph.graph import Node
from mini_autograd.core.graph.torch_property import ReadOnly
from mini_autograd.core.op.slots import FREED, TENSORS, Keep, Slot
from mini_autograd.core.saved.raw_saved import raw_saved
from mini_autograd.core.saved.saved import UnsavedResult, unpacked_tensor
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.messages.graph import walk as walk_errors

if TYPE_CHECKING:
    from mini_autograd.core.op.op import Op


def install(op: Op, node_class: type) -> None:
    """Puts the attributes on the class of an op's nodes."""
    for place, (key, slot) in enumerate(zip(op.keys, op.slots, strict=True)):
        name = _name(op, key, slot)
        if name is None:
            continue
        words = op.schema.parameters[slot.index].words if slot.keep is Keep.VALUE else ()
        _install(node_class, f"_saved_{name}", _getter(key, place, slot, words))
        if slot.keep in TENSORS:
            _install(node_class, f"_raw_saved_{name}", _raw_getter(place))


def _install(cls: type, name: str, get: Callable[[Any], Any]) -> None:
    setattr(cls, name, ReadOnly(get, name))


def _name(op: Op, key: str, slot: Slot) -> str | None:
    """torch's name for what a slot keeps; None if torch does not show it."""
    if slot.keep is Keep.RESULT and op.outputs:
        return op.outputs[slot.index]
    if slot.keep is Keep.DIM:
        return key
    if slot.keep is Keep.NUMEL:
        return f"{key.removesuffix('_numel')}_sym_numel"
    if slot.keep is Keep.SHAPE:
        operand = key.removesuffix("_shape")
        if any(f"{operand}_dtype" in read for name, read in op.reads.items() if name != operand):
            return None  # torch makes zeros of both together, which it does not show
        return f"{operand}_sym_sizes"
    if slot.keep is Keep.STRIDES and not op.view:
        return f"{key.removesuffix('_strides')}_sym_strides"
    return _RENAMED.get(key, key) if slot.keep in TENSORS or slot.keep is Keep.VALUE else None


def _getter(key: str, place: int, slot: Slot, words: Sequence[str]) -> Callable[[Any], Any]:
    def get(node: Any) -> Any:
        whole = getattr(node, "remains", None) if node.saved is None else node.saved
        if whole is None or whole[place] is FREED:
            raise walk_errors.second_backward()
        saved = whole[place]
        if slot.keep is Keep.VALUE and saved is None:
            return _DEFAULTS.get(key)
        if key == "reduction":
            return _REDUCTIONS.index(saved)
        if slot.keep is Keep.STRIDES:
            return tuple([each // node.accepted[0][1].itemsize for each in saved or ()])
        if slot.keep not in TENSORS:
            return _shown(saved, words)
        if isinstance(saved, list):
            return tuple([_unpacked(each, node) for each in saved])
        return _unpacked(saved, node)

    return get


def _unpacked(saved: Any, node: Node) -> Tensor | None:
    """The tensor; of a number, which torch saves as one, too."""
    if saved is None or isinstance(saved, UnsavedResult):
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
    if {"Ints", "SymInts", "Sizes"} & set(words) and isinstance(value, int):
        value = (value,)
    if isinstance(value, (tuple, list)):
        return tuple([_shown(each, ()) for each in value])
    if type(value) is int and value < 0 and "Number" not in words:
        return value + _UNSIGNED
    return value


_RENAMED: Final = {"stop": "end"}  # as torch has it
# What torch computes with where an argument was left out.
_DEFAULTS: Final = {"alpha": 1}
_REDUCTIONS: Final = ("none", "mean", "sum")  # by torch's numbers
_UNSIGNED: Final = 2**64

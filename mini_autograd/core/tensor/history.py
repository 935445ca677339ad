"""A tensor's history: its edge, its base if it is a view, and whether it requires grad.

A change to a tensor also changes its views and its AccumulateGrad, which is done here.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from mini_autograd.arrays import mirrors
from mini_autograd.core.graph.graph import AccumulateGrad, Edge, Node
from mini_autograd.core.modes.creation_observers import inference_used
from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.tensor.version_counter import InferenceCounter, VersionCounter, counter_of
from mini_autograd.messages.tensors import inplace as errors

if TYPE_CHECKING:
    from mini_autograd.core.tensor.tensor import Tensor

# Threads must share one node per leaf. Reentrant, as garbage collection may run code inside.
_making: Final = threading.RLock()


class CreationMeta(Enum):
    """How a view was made: all but the first forbid in-place writes that are recorded."""

    DEFAULT = auto()
    IN_CUSTOM_FUNCTION = auto()
    MULTI_OUTPUT_NODE = auto()
    NO_GRAD_MODE = auto()
    INFERENCE_MODE = auto()


def edge_of(tensor: Tensor) -> Edge | None:
    """The edge that the gradient of a tensor that requires grad arrives at.

    None for a view without history that requires grad only because its base does.
    """
    node = tensor._node
    if node is not None:
        return node, tensor._output_nr
    if tensor._base is not None:
        node = tensor._maker()
        if node is not None:
            return node, tensor._output_nr
        if not tensor._own_requires_grad:
            return None
    return accumulator_of(tensor), 0


def has_history(tensor: Tensor) -> bool:
    """Whether it is not a leaf, without renewing a view's history, which `is_leaf` does.

    As in torch, a view whose memory was written to then counts by its old history.
    """
    return tensor._node is not None or tensor._outdated is not None


def set_requires_grad(tensor: Tensor, value: bool) -> None:
    """Set requires_grad; a view also requires grad if it has a history or its base does."""
    if tensor._base is None:
        tensor._requires_grad = value
        update_views(tensor)
    else:
        tensor._own_requires_grad = value
        _derive_requires_grad(tensor, tensor._base)


def update_views(base: Tensor) -> None:
    """Update requires_grad of a base's views."""
    counter = base._counter
    if counter is not None and counter.views:
        for view in counter.live_views():
            if view._base is base:
                _derive_requires_grad(view, base)


def _derive_requires_grad(view: Tensor, base: Tensor) -> None:
    view._requires_grad = view._own_requires_grad or has_history(view) or base._requires_grad


def set_history(tensor: Tensor, node: Node) -> None:
    """Make the node of an in-place op the tensor's history."""
    tensor._node, tensor._output_nr, tensor._requires_grad = node, 0, True
    if tensor._base is None:
        update_views(tensor)
    else:
        tensor._attr_version, tensor._outdated = counter_of(tensor).version, None


def accumulator_of(tensor: Tensor) -> AccumulateGrad:
    """The AccumulateGrad of a leaf, the same in every graph."""
    held = tensor._accumulator
    if held is not None and (accumulator := held()) is not None:
        return accumulator
    made = AccumulateGrad(tensor)
    # Weak: the graph keeps it alive; from the tensor it would be a reference cycle.
    reference = weakref.ref(made)
    # One atomic step, so that two threads get the same node: cheaper than a lock.
    if held is None and tensor.__dict__.setdefault("_accumulator", reference) is reference:
        return made
    _making.acquire()  # a `with` takes twice as long
    try:
        if tensor._accumulator is held:
            tensor._accumulator = reference
            return made
    finally:
        _making.release()
    return accumulator_of(tensor)


def update_accumulator(leaf: Tensor) -> None:
    """Give a leaf's hooks to its AccumulateGrad, or to the next one if there is none now."""
    leaf._hooked = True
    held = leaf._accumulator
    if held is not None and (accumulator := held()) is not None:
        accumulator.take_hooks()


def as_view(result: Tensor, source: Tensor, *, several: bool = False) -> Tensor:
    """Make a result a view of its source: it gets the source's base and version counter."""
    result._counter = counter = source._counter or counter_of(source)
    enabled = state.enabled
    same_dtype = result._array.dtype is source._array.dtype
    if counter.uniform and same_dtype and enabled and not several:
        base = source._base
        result._base = source if base is None else base
        views = counter.views
        if views and len(views) % 8:  # else there may be dead ones
            views.append(weakref.ref(result))
        else:
            counter.add_view(result)
        if counter.version:
            result._attr_version = counter.version
        return result
    counter.uniform = False
    if source._conjugated and result._array.dtype.kind == source._array.dtype.kind:
        result._conjugated = True
    if counter.inference:
        result._counter = InferenceCounter()
        return result  # torch does not treat it as a view
    if not enabled and state.composing:
        result._counter = VersionCounter()
        return result
    base = source._base
    if base is None:
        base = source
    result._base = base
    counter.add_view(result)
    if counter.version:
        result._attr_version = counter.version
    if source._replays is not None or not same_dtype:
        result._replays = source
    if not enabled:
        kind = CreationMeta.INFERENCE_MODE if state.inference else CreationMeta.NO_GRAD_MODE
        result._creation = kind
        result._requires_grad = base._requires_grad
    elif several:
        result._creation = CreationMeta.MULTI_OUTPUT_NODE
    elif source._creation is not CreationMeta.DEFAULT:
        result._creation = source._creation
    if source._creation is CreationMeta.INFERENCE_MODE:
        result._creation = CreationMeta.INFERENCE_MODE  # this kind is never replaced
    return result


def set_creation(view: Tensor, creation: CreationMeta) -> None:
    """Note how a view was made, which views of it take over."""
    view._creation = creation
    counter_of(view).uniform = False


def count_write(tensor: Tensor) -> None:
    """Counts an op's write into a tensor."""
    mirrors.written(tensor._array)
    if not state.composing:
        counter_of(tensor).advance()


def all_inference(operands: Iterable[Any]) -> bool:
    """Whether all operands are inference tensors: then ops are not recorded, whatever they require.

    With any other operand, even a number, the op is recorded, and they cannot be saved for it.
    """
    for each in operands:
        if isinstance(each, (tuple, list)):
            if not all_inference(each):
                return False
        elif each is not None:
            counter = getattr(each, "_counter", None)
            if counter is None or not counter.inference:
                return False
    return True


def autograd_sees(*operands: Any) -> bool:
    """Whether an in-place op may be recorded: not if `all_inference` holds for its operands."""
    return not (inference_used and all_inference(operands))


def check_creation(view: Tensor, *, indirect: bool) -> None:
    """Raise if a view must not get a new history.

    Raises:
        RuntimeError: it was made in such a way; `indirect`: its base was written to, not itself.
    """
    if view._creation is not CreationMeta.DEFAULT:
        node = view._node or view._outdated
        name, kind = None if node is None else node.name(), view._creation.name
        raise errors.forbidden_view(kind, name, view._output_nr, indirect=indirect)

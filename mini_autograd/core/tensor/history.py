"""A tensor's place in the graph: where its gradient goes, what it is a view of, whether it has one.

What is said of one tensor is said of its views, too, and to the node that stands for a leaf.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from mini_autograd.core.graph.graph import AccumulateGrad, Edge, Node
from mini_autograd.core.modes.creation_observers import inferred
from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.tensor.version_counter import InferenceCounter, counter_of
from mini_autograd.messages.tensors import inplace as errors

if TYPE_CHECKING:
    from mini_autograd.core.tensor.tensor import Tensor

# Threads that record with one leaf share its node. Taken again by what a collection may run.
_making: Final = threading.RLock()


class CreationMeta(Enum):
    """How a view was made: all but the first forbid to write into it while a graph is recorded."""

    DEFAULT = auto()
    IN_CUSTOM_FUNCTION = auto()
    MULTI_OUTPUT_NODE = auto()
    NO_GRAD_MODE = auto()
    INFERENCE_MODE = auto()


def edge_of(tensor: Tensor) -> Edge | None:
    """Where the gradient of a tensor that requires grad goes.

    Nowhere, if it is a view that has no history, of a base that requires grad.
    """
    node = tensor._node
    if node is not None:
        return node, tensor._output_nr
    if tensor._base is not None:
        node = tensor._maker()
        if node is not None:
            return node, tensor._output_nr
        if not tensor._flag:
            return None
    return accumulator_of(tensor), 0


def has_history(tensor: Tensor) -> bool:
    """Whether it is no leaf; of a view that may have got a history, as torch, what it had before.

    Unlike `is_leaf`, which asks for that history.
    """
    return tensor._node is not None or tensor._outdated is not None


def set_flag(tensor: Tensor, value: bool) -> None:
    """Says whether a tensor requires grad; a view does if its history or its base does, too."""
    if tensor._base is None:
        tensor._requires_grad = value
        tell_views(tensor)
    else:
        tensor._flag = value
        _derive_flag(tensor, tensor._base)


def tell_views(base: Tensor) -> None:
    """Its views require grad if it does."""
    counter = base._counter
    if counter is not None and counter.views:
        for view in counter.living():
            if view._base is base:
                _derive_flag(view, base)


def _derive_flag(view: Tensor, base: Tensor) -> None:
    view._requires_grad = view._flag or has_history(view) or base._requires_grad


def set_history(tensor: Tensor, node: Node) -> None:
    """Makes a node, which recorded what was done to the tensor itself, its history."""
    tensor._node, tensor._output_nr, tensor._requires_grad = node, 0, True
    if tensor._base is None:
        tell_views(tensor)
    else:
        tensor._attr_version, tensor._outdated = counter_of(tensor).version, None


def accumulator_of(tensor: Tensor) -> AccumulateGrad:
    """The node that stands for a leaf in every graph."""
    held = tensor._accumulator
    accumulator = None if held is None else held()
    if accumulator is None:
        if held is None:
            accumulator = AccumulateGrad(tensor)
            reference = weakref.ref(accumulator)
            # In one step of Python's, so that of two threads one has its way: cheaper than a lock.
            if tensor.__dict__.setdefault("_accumulator", reference) is reference:
                return accumulator
        with _making:
            if tensor._accumulator is held:
                # Held weakly: the graph keeps it, the tensor must not, or each leaf were a cycle.
                accumulator = AccumulateGrad(tensor)
                tensor._accumulator = weakref.ref(accumulator)
                return accumulator
        return accumulator_of(tensor)
    return accumulator


def tell_accumulator(leaf: Tensor) -> None:
    """The node that stands for a leaf takes its hooks; if there is none, the next one does."""
    leaf._hooked = True
    held = leaf._accumulator
    accumulator = None if held is None else held()
    if accumulator is not None:
        accumulator.take_hooks()


def as_view(result: Tensor, source: Tensor, *, several: bool = False) -> Tensor:
    """Marks a result that shares memory: it has the source's base and version counter."""
    result._counter = counter = counter_of(source)
    if source._conjugated and result._array.dtype.kind == "c":
        result._conjugated = True
    if counter.inference:
        result._counter = InferenceCounter()
        return result  # a view of an inference tensor is a tensor of its own
    result._base = base = source if source._base is None else source._base
    counter.add_view(result)
    if counter.version:
        result._attr_version = counter.version
    if source._bridge is not None or result._array.dtype is not source._array.dtype:
        result._bridge = source
    if not state.enabled:
        kind = CreationMeta.INFERENCE_MODE if state.inference else CreationMeta.NO_GRAD_MODE
        result._creation = kind
        result._requires_grad = base._requires_grad
    elif several:
        result._creation = CreationMeta.MULTI_OUTPUT_NODE
    elif source._creation is not CreationMeta.DEFAULT:
        result._creation = source._creation
    if source._creation is CreationMeta.INFERENCE_MODE:
        result._creation = CreationMeta.INFERENCE_MODE  # whatever else was the case since
    return result


def only_inferred(operands: Iterable[Any]) -> bool:
    """Whether all the tensors were made in inference mode: of these no op is recorded, though one
    requires grad; only beside another tensor they cannot be saved. A number is such another."""
    for each in operands:
        if isinstance(each, (tuple, list)):
            if not only_inferred(each):
                return False
        elif each is not None:
            counter = getattr(each, "_counter", None)
            if counter is None or not counter.inference:
                return False
    return True


def is_seen(*operands: Any) -> bool:
    """Whether autograd sees an op that writes to a tensor and reads others: see `only_inferred`."""
    return not (inferred and only_inferred(operands))


def check_creation(view: Tensor, *, indirect: bool) -> None:
    """Whether a view may be given a new history.

    Raises:
        RuntimeError: it may not, and is written to, or, `indirect`, its memory was.
    """
    if view._creation is not CreationMeta.DEFAULT:
        node = view._node or view._outdated
        name, kind = None if node is None else node.name(), view._creation.name
        raise errors.forbidden_view(kind, name, view._output_nr, indirect=indirect)

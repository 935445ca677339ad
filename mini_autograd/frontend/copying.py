"""Copies of tensors: `deepcopy`, `copy`, and what a pickle holds; memory that is shared stays so.

A copy is a leaf with a version counter of its own. Storages are copied whole, as torch does it:
two views of one memory, copied together, show one memory again.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import layout
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.core.tensor.version_counter import counter_of
from mini_autograd.creation.subclasses import as_kind
from mini_autograd.messages.tensors import copying as errors

Array = NDArray[Any]
Reduced = tuple[Callable[..., Any], tuple[Any, ...]]


def attributes_of(tensor: Tensor) -> dict[str, Any]:
    """What the user set on a tensor; the engine's own state has a default on the class."""
    return {name: value for name, value in vars(tensor).items() if not hasattr(Tensor, name)}


def deep_copy(self: Tensor, memo: dict[int, Any]) -> Tensor:
    """A leaf with memory of its own, `.grad` and attributes likewise.

    Raises:
        RuntimeError: it is no leaf.
    """
    if not self.is_leaf:
        raise errors.deep_copy_of_non_leaf()
    if id(self) in memo:
        found: Tensor = memo[id(self)]
        return found
    if type(self) is not Tensor:
        _check_new(self)
    array = _with_copied_memory(self._array, memo)
    made = as_kind(_leaf(array, self._requires_grad), type(self))
    if self._grad is not None:
        made.grad = self._grad.__deepcopy__(memo)  # which is refused where it no longer fits
    vars(made).update(_copied_attributes(self, memo))
    memo[id(self)] = made
    return made


def _check_new(self: Tensor) -> None:
    """Whether a subclass makes tensors of its own, as torch's copy of it does."""
    if self.data_ptr() == 0:
        if type(self.clone()) is not type(self):
            raise errors.clone_of_other_type()
    elif type(self.new_empty([])) is not type(self):
        raise errors.new_empty_of_other_type()


def _with_copied_memory(array: Array, memo: dict[int, Any]) -> Array:
    """The same piece of a copy of all the memory, which is copied once a `memo`."""
    owner = layout.owner_of(array)
    memory, start = layout.memory_of(array)
    if not memory.flags.c_contiguous:  # strided memory of somebody else's
        return layout.copied(array)
    if id(owner) not in memo:
        memo[id(owner)] = owner.copy(order="K")
    memory, _ = layout.memory_of(memo[id(owner)])
    return np.ndarray(array.shape, array.dtype, memory, start, array.strides)


def _copied_attributes(tensor: Tensor, memo: dict[int, Any]) -> dict[str, Any]:
    key = id(vars(tensor))  # an attribute may lead back to the tensor, which has no copy yet
    if key not in memo:
        copies = memo[key] = {}
        for name, value in attributes_of(tensor).items():
            copies[name] = copy.deepcopy(value, memo)
    found: dict[str, Any] = memo[key]
    return found


def _leaf(array: Array, requires_grad: bool) -> Tensor:
    """What torch sets upon new memory, which counts as a write."""
    made = make(array)
    made._requires_grad = requires_grad
    counter_of(made).version = 1
    return made


def rebuilt(
    memory: Array,
    start: int,
    dtype: np.dtype[Any],
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    requires_grad: bool,
) -> Tensor:
    """A leaf that shows a piece of memory: what a pickle holds."""
    return _leaf(np.ndarray(shape, dtype, memory, start, strides), requires_grad)


def with_attributes(
    build: Callable[..., Tensor], args: tuple[Any, ...], attributes: dict[str, Any]
) -> Tensor:
    """Likewise, with what the user set on it."""
    made = build(*args)
    vars(made).update(attributes)
    return made


def as_type(
    build: Callable[..., Tensor], kind: type[Tensor], args: tuple[Any, ...], attributes: Any
) -> Tensor:
    """Likewise, as a tensor of a subclass."""
    made = build(*args)
    if type(made) is not kind:
        made = made.as_subclass(kind)
    vars(made).update(attributes)
    return made


def reduced(self: Tensor, protocol: Any) -> Reduced:
    """How it is copied or pickled: without its history, its `.grad` and its hooks."""
    memory, start = shared_memory(self._array)
    build, args = reduced_on(self, memory.view(), start)  # torch's pickles share no memory
    if type(self) is Tensor:
        return build, args
    return as_type, (build, type(self), args, attributes_of(self))


def reduced_on(tensor: Tensor, memory: Array, start: int) -> Reduced:
    """Likewise, given the memory that is to stand for the tensor's."""
    for hook in (tensor._hooks or {}).values():
        warnings.warn(errors.lost_hook(hook), UserWarning, stacklevel=2)
    array = tensor._array
    args = memory, start, array.dtype, array.shape, array.strides, tensor._requires_grad
    attributes = attributes_of(tensor)
    if attributes:
        return with_attributes, (rebuilt, args, attributes)
    return rebuilt, args


def shared_memory(array: Array) -> tuple[Array, int]:
    """The memory in which an array lies, whole and in order, and the byte where it begins."""
    memory, start = layout.memory_of(array)
    return (memory, start) if memory.flags.c_contiguous else (layout.copied(array), 0)


def set_state(self: Tensor, state: tuple[Any, ...]) -> None:
    """The flag, from a pickle of an old form: `(requires_grad, ..., hooks)`."""
    if not self.is_leaf:
        raise errors.state_of_non_leaf()
    if len(state) == 5:
        self.data, state = state[0], (state[3], state[4], state[2])
    self.requires_grad, _, self._backward_hooks = state


METHODS: Final[dict[str, Any]] = {
    "__deepcopy__": deep_copy, "__reduce_ex__": reduced, "__setstate__": set_state,
}  # fmt: skip
for _name, _method in METHODS.items():
    _method.__qualname__ = f"Tensor.{_name}"  # as Python's own errors name it

"""The Tensor's state: its array, its history, its flags and its `.grad`; its ops are elsewhere.

Attributes that few tensors need (a `.grad`, hooks, a base) have defaults on the class, so that a
new tensor sets only its slots.
"""

from __future__ import annotations

import warnings
import weakref
from types import EllipsisType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes
from mini_autograd.core.graph.graph import AccumulateGrad, Node
from mini_autograd.core.graph.hooks import HookDict
from mini_autograd.core.modes.creation_observers import observing_threads
from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.modes.transforms import state as transforms
from mini_autograd.core.tensor import history
from mini_autograd.core.tensor.history import CreationMeta, has_history
from mini_autograd.core.tensor.size import Size
from mini_autograd.core.tensor.version_counter import (
    InferenceAliasCounter,
    InferenceCounter,
    VersionCounter,
    counter_of,
    inference_counter,
)
from mini_autograd.messages.graph import modes as mode_errors
from mini_autograd.messages.tensors import state as errors

_new = object.__new__


class Tensor:
    """An array that may be part of a graph; `frontend.methods` adds the public methods."""

    __module__ = "mini_autograd"  # as it prints: <class 'mini_autograd.Tensor'>

    # Attributes that every op reads or sets are slots; the others have defaults on the class.
    __slots__ = (
        "__dict__", "__weakref__", "_array", "_counter", "_node", "_output_nr", "_requires_grad",
    )  # fmt: skip

    _array: NDArray[Any]
    _node: Node | None
    _output_nr: int
    _requires_grad: bool
    _counter: VersionCounter | None
    _grad: Tensor | None = None
    _grad_dtype: dtypes.dtype | EllipsisType | None = ...  # ...: the tensor's own; None: any
    # For views, as torch's DifferentiableViewMeta. After a write, a view's `_node` is None until
    # its history is read; it requires grad if it was told to, has a history, or its base does.
    _base: Tensor | None = None
    _creation: CreationMeta = CreationMeta.DEFAULT
    _attr_version: int = 0  # the version at which its history was made
    _outdated: Node | None = None  # its history before the last write
    _own_requires_grad: bool = False  # as set on the view itself
    _replays: Tensor | None = None  # the view's source, if dtype or conjugation changed on the way
    _accumulator: weakref.ref[AccumulateGrad] | None = None
    _kept_accumulator: AccumulateGrad | None = None  # kept alive, as it has a `grad_dtype`
    _level: int = 0  # of the transform that made it; 0 outside
    # Links between a finished transform's leaf and the tensor it was made of.
    _given: Tensor | None = None
    _linked_leaves: weakref.WeakValueDictionary[int, Tensor] | None = None
    _detached_at: int | None = None  # its version when it was detached in place
    _retains_grad: bool = False
    _conjugated: bool = False  # whether torch would conjugate it lazily, or negate what is real
    _hooked: bool = False  # whether a leaf has, or had, hooks
    _hooks: HookDict | None = None
    _accumulated_hooks: HookDict | None = None
    __hash__ = object.__hash__

    if TYPE_CHECKING:  # for the methods that `frontend.methods` adds

        def __getattr__(self, name: str) -> Any: ...

    @property
    def grad_fn(self) -> Any:
        """The node that made it; None for a leaf.

        Raises:
            RuntimeError: a view that must not get a new history, although its base was written to.
        """
        node = self._maker()
        return None if node is None else node.as_grad_fn

    def _maker(self) -> Node | None:
        """The graph's node; for a custom function `grad_fn` is its `ctx` instead."""
        if self._node is None and self._base is not None:
            self._renew_history()
        return self._node

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to it."""
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise errors.flag_type()
        if has_history(self):
            raise errors.flag_of_non_leaf(value)
        if value and self._array.dtype.kind not in "fc":
            raise errors.only_floating_flag()
        if value and self.is_inference() and not state.inference:
            raise mode_errors.inference_requires_grad()
        history.set_requires_grad(self, value)

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded op made it."""
        return self._maker() is None

    @property
    def output_nr(self) -> int:
        """Which output of its grad_fn it is."""
        return self._output_nr

    @property
    def retains_grad(self) -> bool:
        """Whether a tensor that is not a leaf keeps its gradient."""
        return self._retains_grad

    @property
    def _backward_hooks(self) -> HookDict | None:
        """Hooks of its gradient, on its present history and not on one before a write."""
        return self._hooks

    @_backward_hooks.setter
    def _backward_hooks(self, hooks: HookDict | None) -> None:
        self._hooks = hooks
        history.update_accumulator(self)

    @property
    def _post_accumulate_grad_hooks(self) -> HookDict | None:
        """Hooks of a leaf, called after accumulation."""
        return self._accumulated_hooks

    @_post_accumulate_grad_hooks.setter
    def _post_accumulate_grad_hooks(self, hooks: HookDict | None) -> None:
        self._accumulated_hooks = hooks
        history.update_accumulator(self)

    @property
    def _version(self) -> int:
        counter = self._counter
        if counter is None:
            return 0
        if type(counter) is InferenceCounter:
            raise mode_errors.inference_version()
        return counter.version

    @property
    def shape(self) -> Size:
        """The sizes of its dimensions."""
        return Size(self._array.shape)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self._array.ndim

    @property
    def dtype(self) -> dtypes.dtype:
        """The element type."""
        return dtypes.of(self._array)

    @property
    def type_name(self) -> str:
        """The legacy type name in error messages, as "FloatTensor"."""
        return f"{self.dtype.scalar_name}Tensor"

    @property
    def grad(self) -> Tensor | None:
        """The accumulated gradient; None before the first backward.

        Warns for a tensor that is not a leaf and retains none.
        """
        if self._grad is None and not self._retains_grad and (self._node or self._outdated):
            warnings.warn(errors.grad_of_non_leaf(), UserWarning, stacklevel=2)
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            self._check_grad(value)
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    def _check_grad(self, value: object) -> None:
        if not isinstance(value, Tensor):
            raise errors.grad_type(value)
        if value is self:
            raise errors.grad_is_itself()
        wanted = self.dtype if self._grad_dtype is ... else self._grad_dtype
        if wanted is not None and value.dtype is not wanted:
            raise errors.grad_dtype(value.dtype, wanted)
        if value._array.shape != self._array.shape:
            raise errors.grad_shape(value.shape, self.shape)

    @property
    def data(self) -> Tensor:
        """An alias outside the graph, with a version counter of its own."""
        alias = make(self._array)
        alias._counter = inference_counter() if self.is_inference() else None
        if self._conjugated:
            mark_conjugated(alias)
        if transforms.depth:
            alias._level = level_of(self)
        return alias

    @data.setter
    def data(self, value: Tensor) -> None:
        if not isinstance(value, Tensor):
            raise errors.data_type(value)
        given = value._array.dtype
        if self._requires_grad and given.kind not in "fc":
            raise errors.data_dtype()
        if given != self._array.dtype:
            self._accumulator = None  # it accepts gradients of the old dtype
        if value.is_inference() and not self.is_inference():
            self._counter = InferenceAliasCounter(self._version)
        self._replace_array(value._array)
        if self._conjugated is not value._conjugated:
            mark_conjugated(self, value._conjugated)

    @data.deleter
    def data(self) -> None:
        raise errors.data_deletion()

    def _replace_array(self, array: NDArray[Any]) -> None:
        """Replace the data, also of the leaves that a transform made of it, and of nested ones."""
        self._array = array
        if self._linked_leaves is not None:
            for leaf in self._linked_leaves.values():
                leaf._replace_array(array)

    def is_inference(self) -> bool:
        """Whether it was made in inference mode, or is an alias of such a tensor."""
        return self._counter is not None and self._counter.inference


def link_to_given(leaf: Tensor, given: Tensor) -> Tensor:
    """Link a finished transform's leaf to the user's tensor, so that it follows `given.data`."""
    leaf._given = given
    if given._linked_leaves is None:
        given._linked_leaves = weakref.WeakValueDictionary()
    given._linked_leaves[id(leaf)] = leaf
    return leaf


def make(array: NDArray[Any]) -> Tensor:
    """A tensor on an array, outside the graph."""
    tensor: Tensor = _new(Tensor)
    tensor._array = array
    tensor._node = None
    tensor._output_nr = 0
    tensor._requires_grad = False
    tensor._counter = None
    if observing_threads:
        _mark(tensor)
    return tensor


def _mark(tensor: Tensor) -> None:
    """Record that a new tensor was made in inference mode or in a transform."""
    if state.inference:
        tensor._counter = InferenceCounter()
    if transforms.depth:
        tensor._level = transforms.level


def detached(tensor: Tensor) -> Tensor:
    """A tensor that shares memory and version counter, outside the graph."""
    alias = make(tensor._array)
    counter = counter_of(tensor)
    alias._counter = inference_counter() if counter.inference else counter
    if tensor._conjugated:
        alias._conjugated = True
    if transforms.depth:
        alias._level = level_of(tensor)
    return alias


def mark_conjugated(tensor: Tensor, value: bool = True) -> None:
    """Note that torch would conjugate it lazily, which its views then take over."""
    tensor._conjugated = value
    counter_of(tensor).uniform = False


def level_of(tensor: Tensor) -> int:
    """The level of the transform in which a tensor, or its base, was made."""
    return (tensor if tensor._base is None else tensor._base)._level


def plain(array: NDArray[Any] | np.generic) -> NDArray[Any]:
    """An array, also where NumPy returned a scalar for a 0-d result."""
    return array if type(array) is np.ndarray else np.asarray(array)

"""A Tensor's state: its array, its place in the graph, its flags and its `.grad`. No mathematics.

What few tensors have (a `.grad`, a counter, hooks, a base) defaults on the class, so that making
a tensor sets one attribute.
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
from mini_autograd.core.modes.creation_observers import marking_threads
from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.modes.transforms import state as transforms
from mini_autograd.core.tensor.history import CreationMeta, has_history, set_flag, tell_accumulator
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
    """An array that may take part in a graph; everything a user calls on it is in `methods`."""

    __module__ = "mini_autograd"  # as it prints: <class 'mini_autograd.Tensor'>

    # Those that every op reads or sets are slots; the others are rare and default on the class.
    __slots__ = (
        "__dict__", "__weakref__", "_array", "_counter", "_node", "_output_nr", "_requires_grad",
    )  # fmt: skip

    _array: NDArray[Any]
    _node: Node | None
    _output_nr: int
    _requires_grad: bool
    _counter: VersionCounter | None
    _grad: Tensor | None = None
    _grad_dtype: dtypes.dtype | EllipsisType | None = ...  # the tensor's own
    # Of views, as torch's DifferentiableViewMeta. `_node` is None from a write on until the
    # history is asked for; `_requires_grad` is so of the view itself, its history, or its base.
    _base: Tensor | None = None
    _creation: CreationMeta = CreationMeta.DEFAULT
    _attr_version: int = 0  # that its history is of
    _outdated: Node | None = None  # its history before the last write
    _flag: bool = False  # whether it was itself told to require grad
    _bridge: Tensor | None = None  # what it was made of, if its dtype is not that of the base
    _accumulator: weakref.ref[AccumulateGrad] | None = None
    _kept_accumulator: AccumulateGrad | None = None  # the same, if it knows more than the tensor
    _level: int = 0  # the transform that it was made in
    _stands_for: Tensor | None = None  # as the leaf of a transform that is done: what was given
    _stood_for: weakref.WeakValueDictionary[int, Tensor] | None = None  # by leaves of transforms
    _detached_at: int | None = None  # the version that it had when it lost its history in place
    _retains_grad: bool = False
    _conjugated: bool = False  # whether it is one that torch would conjugate only when it reads it
    _hooked: bool = False  # whether a leaf has hooks, which its AccumulateGrad has to take
    _hooks: HookDict | None = None
    _accumulated_hooks: HookDict | None = None
    __hash__ = object.__hash__

    if TYPE_CHECKING:  # the methods that `methods` installs

        def __getattr__(self, name: str) -> Any: ...

    @property
    def grad_fn(self) -> Any:
        """The node that made it; None for a leaf.

        Raises:
            RuntimeError: a view that must have no new history, of memory that was written to.
        """
        node = self._maker()
        return None if node is None else node.shown

    def _maker(self) -> Node | None:
        """`grad_fn` as the walk knows it: of a custom function not its context."""
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
        set_flag(self, value)

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
        """Whether it is no leaf and still keeps its gradient."""
        return self._retains_grad

    @property
    def _backward_hooks(self) -> HookDict | None:
        """Of its gradient: those put on what made it, not on what made it before a write."""
        return self._hooks

    @_backward_hooks.setter
    def _backward_hooks(self, hooks: HookDict | None) -> None:
        self._hooks = hooks
        tell_accumulator(self)

    @property
    def _post_accumulate_grad_hooks(self) -> HookDict | None:
        """Of a leaf, for when its `.grad` is there."""
        return self._accumulated_hooks

    @_post_accumulate_grad_hooks.setter
    def _post_accumulate_grad_hooks(self, hooks: HookDict | None) -> None:
        self._accumulated_hooks = hooks
        tell_accumulator(self)

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
        """The legacy name of the type, as errors print it."""
        return f"{self.dtype.scalar_name}Tensor"

    @property
    def grad(self) -> Tensor | None:
        """The accumulated gradient; None until a backward reaches it.

        Warns of a tensor that will never have one.
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
            alias._conjugated = True
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
            self._accumulator = None  # whose metadata says what gradients it takes
        if value.is_inference() and not self.is_inference():
            self._counter = InferenceAliasCounter(self._version)
        self._show(value._array)
        if self._conjugated is not value._conjugated:
            self._conjugated = value._conjugated

    @data.deleter
    def data(self) -> None:
        raise errors.data_deletion()

    def _show(self, array: NDArray[Any]) -> None:
        """And so for what saved it as an argument of a transform, and of one within."""
        self._array = array
        if self._stood_for is not None:
            for leaf in self._stood_for.values():
                leaf._show(array)

    def is_inference(self) -> bool:
        """Whether it was made in inference mode, or shows the memory of what was."""
        return self._counter is not None and self._counter.inference


def let_stand_for(leaf: Tensor, given: Tensor) -> Tensor:
    """The first, which from now on is the other to whom it matters: it shows what that does."""
    leaf._stands_for = given
    if given._stood_for is None:
        given._stood_for = weakref.WeakValueDictionary()
    given._stood_for[id(leaf)] = leaf
    return leaf


def make(array: NDArray[Any]) -> Tensor:
    """A tensor on an array, outside the graph."""
    tensor: Tensor = _new(Tensor)
    tensor._array = array
    tensor._node = None
    tensor._output_nr = 0
    tensor._requires_grad = False
    tensor._counter = None
    if marking_threads:
        _mark(tensor)
    return tensor


def _mark(tensor: Tensor) -> None:
    """Notes what a tensor is made in."""
    if state.inference:
        tensor._counter = InferenceCounter()
    if transforms.depth:
        tensor._level = transforms.level


def detached(tensor: Tensor) -> Tensor:
    """A tensor on another's memory and counter, outside the graph."""
    alias = make(tensor._array)
    counter = counter_of(tensor)
    alias._counter = inference_counter() if counter.inference else counter
    if tensor._conjugated:
        alias._conjugated = True
    if transforms.depth:
        alias._level = level_of(tensor)
    return alias


def level_of(tensor: Tensor) -> int:
    """The transform in which somebody made what a tensor shows."""
    return (tensor if tensor._base is None else tensor._base)._level


def plain(array: NDArray[Any] | np.generic) -> NDArray[Any]:
    """NumPy gives scalars for 0-d results; a tensor holds an array."""
    return array if type(array) is np.ndarray else np.asarray(array)

"""A Tensor's state: its array, its place in the graph, its flags and its `.grad`. No mathematics.

What few tensors have (a `.grad`, a counter, hooks, a base) defaults on the class, so that making
a tensor sets one attribute.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mini_autograd import dtypes
from mini_autograd.errors import inplace as inplace_errors
from mini_autograd.errors import modes as mode_errors
from mini_autograd.errors import tensors as errors
from mini_autograd.grad_mode import inference_threads, state
from mini_autograd.graph import AccumulateGrad, Edge, Hooks, Node
from mini_autograd.storage import InferenceCounter, VersionCounter

_new = object.__new__


class Size(tuple[int, ...]):
    """A shape; prints as torch's."""

    __slots__ = ()

    def numel(self) -> int:
        """The number of elements."""
        count = 1
        for size in self:
            count *= size
        return count

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    def __getitem__(self, index: Any) -> Any:
        found = tuple.__getitem__(self, index)
        return Size(found) if isinstance(index, slice) else found

    def __add__(self, other: Any) -> Any:
        return Size(tuple.__add__(self, tuple(other)))


class ViewOrigin(Enum):
    """How a view was made, where that forbids to write into it while a graph is recorded."""

    WITHOUT_GRAD = "in no_grad"
    INFERENCE = "in inference mode"
    ONE_OF_SEVERAL = "by an op of several outputs"


class RemovableHandle:
    """What registering a hook gives: `remove()` takes it off."""

    _next_id: ClassVar[int] = 0

    def __init__(self, hooks: dict[int, Any]) -> None:
        self._hooks = hooks
        self.id = RemovableHandle._next_id
        RemovableHandle._next_id += 1

    def remove(self) -> None:
        """Takes the hook off; again is no error."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


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
    _base: Tensor | None = None
    _origin: ViewOrigin | None = None
    _outdated: bool = False  # a view that was written to before its base required grad
    _lost: tuple[Node | None, int] | None = None  # the edge of a view whose history a write ended
    _borrowed: bool = False  # a view made outside the graph: it requires grad as its base does
    _accumulator: weakref.ref[AccumulateGrad] | None = None
    _retains_grad: bool = False
    __hash__ = object.__hash__

    if TYPE_CHECKING:  # the methods that `methods` installs

        def __getattr__(self, name: str) -> Any: ...

    @property
    def grad_fn(self) -> Node | None:
        """The node that made it; None for a leaf."""
        if self._lost is not None:
            raise history_error(self, self._lost, indirect=True)
        return self._node

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to it."""
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise errors.flag_type()
        if self._node is not None:
            if not value:
                raise errors.flag_of_non_leaf()
        elif self._lost is not None:
            pass  # it requires grad as its base does, and a history it has no more
        elif value and self._array.dtype.kind not in "fc":
            raise errors.only_floating_flag()
        elif value and self.is_inference() and not state.inference:
            raise mode_errors.inference_requires_grad()
        elif value or not self._borrowed:
            self._requires_grad = bool(value)
            self._borrowed = False
            self._lend(self._requires_grad)
            if value and self._counter is not None and self._counter.renew is not None:
                self._counter.renew(self)

    def _lend(self, requires_grad: bool) -> None:
        """A view outside the graph says of itself what its base does."""
        for reference in () if self._counter is None else self._counter.views or ():
            view = reference()
            if view is None or view._base is not self or view._node is not None:
                continue
            if view._borrowed or not view._requires_grad:
                view._requires_grad = view._borrowed = requires_grad

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded op made it."""
        return self.grad_fn is None

    @property
    def output_nr(self) -> int:
        """Which output of its grad_fn it is."""
        return self._output_nr

    @property
    def retains_grad(self) -> bool:
        """Whether it is no leaf and still keeps its gradient."""
        return self._retains_grad

    @property
    def _version(self) -> int:
        counter = self._counter
        if counter is None:
            return 0
        if not counter.counts:
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
        """The accumulated gradient; None until a backward reaches it."""
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
        if value._array.dtype != self._array.dtype:
            raise errors.grad_dtype(value.dtype, self.dtype)
        if value._array.shape != self._array.shape:
            raise errors.grad_shape(value.shape, self.shape)

    @property
    def data(self) -> Tensor:
        """An alias outside the graph, with a version counter of its own."""
        alias = make(self._array)
        alias._counter = self._counter if self.is_inference() else None
        return alias

    @data.setter
    def data(self, value: Tensor) -> None:
        self._array = value._array

    def is_inference(self) -> bool:
        """Whether it was made in inference mode, or shows the memory of what was."""
        return type(self._counter) is InferenceCounter

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Calls `hook` with the gradient when it is known; what it returns replaces it."""
        if not self._requires_grad:
            raise errors.hook_without_grad()
        node, output = self.grad_fn, self._output_nr
        if node is None:
            node = self._kept_accumulator = accumulator_of(self)  # its hooks outlive the graph
        handle = RemovableHandle(hooks_of(node).tensor)
        hooks_of(node).tensor[handle.id] = (output, hook)
        return handle

    def retain_grad(self) -> None:
        """Keeps the gradient of a tensor that is no leaf in its `.grad`."""
        if not self._requires_grad:
            raise errors.retain_without_grad()
        node = self.grad_fn
        if node is not None and not self._retains_grad:
            hooks_of(node).retain[self._output_nr] = weakref.ref(self)
            self._retains_grad = True


def make(array: NDArray[Any]) -> Tensor:
    """A tensor on an array, outside the graph."""
    tensor: Tensor = _new(Tensor)
    tensor._array = array
    tensor._node = None
    tensor._output_nr = 0
    tensor._requires_grad = False
    tensor._counter = None
    if inference_threads and state.inference:
        tensor._counter = InferenceCounter()
    return tensor


def detached(tensor: Tensor) -> Tensor:
    """A tensor on another's memory and counter, outside the graph."""
    alias = make(tensor._array)
    alias._counter = counter_of(tensor)
    return alias


def counter_of(tensor: Tensor) -> VersionCounter:
    """The version counter, made when first asked for."""
    counter = tensor._counter
    if counter is None:
        counter = tensor._counter = VersionCounter()
    return counter


def hooks_of(node: Node) -> Hooks:
    """The node's hooks, made when first asked for."""
    if node.hooks is None:
        node.hooks = Hooks()
    return node.hooks


def edge_of(tensor: Tensor) -> Edge | None:
    """Where the gradient of a tensor that requires grad goes.

    Nowhere, if it is a view that was made outside the graph of what requires grad.
    """
    node = tensor._node
    if node is not None:
        return node, tensor._output_nr
    if not tensor._borrowed:
        return accumulator_of(tensor), 0
    if tensor._lost is not None:
        raise history_error(tensor, tensor._lost, indirect=True)
    return None


def accumulator_of(tensor: Tensor) -> AccumulateGrad:
    """The node that stands for a leaf in every graph."""
    held = tensor._accumulator
    accumulator = None if held is None else held()
    if accumulator is None:
        # Held weakly: the graph keeps it, the tensor must not, or each leaf were a cycle.
        accumulator = AccumulateGrad(tensor)
        tensor._accumulator = weakref.ref(accumulator)
    return accumulator


def as_view(result: Tensor, source: Tensor, *, several: bool = False) -> Tensor:
    """Marks a result that shares memory: it has the source's base and version counter."""
    result._base = base = source if source._base is None else source._base
    result._counter = counter = counter_of(source)
    counter.add_view(result)
    if not counter.counts:
        return result
    if not state.enabled:
        result._origin = ViewOrigin.INFERENCE if state.inference else ViewOrigin.WITHOUT_GRAD
        if base._requires_grad and result._array.dtype.kind in "fc":
            result._requires_grad = result._borrowed = True
    elif several:
        result._origin = ViewOrigin.ONE_OF_SEVERAL
    elif source._origin is not None:
        result._origin = source._origin
    return result


def history_error(view: Tensor, edge: tuple[Node | None, int], *, indirect: bool) -> RuntimeError:
    """The error of a view that must not be written to, or whose base was: `indirect`."""
    node, output = edge
    return inplace_errors.forbidden_view(
        None if node is None else node.title,
        output,
        several=view._origin is ViewOrigin.ONE_OF_SEVERAL,
        inference=view._origin is ViewOrigin.INFERENCE,
        indirect=indirect,
    )


def plain(array: NDArray[Any] | np.generic) -> NDArray[Any]:
    """NumPy gives scalars for 0-d results; a tensor holds an array."""
    return array if type(array) is np.ndarray else np.asarray(array)

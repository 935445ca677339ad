"""The `ctx` of a custom function, which is also the `grad_fn` that users see, and its node.

Users set attributes of any name on the `ctx`, so the graph's node is a second object. The node
keeps the `ctx` alive and has no state of its own: the `ctx` makes a new node if the graph, and so
the old node, is gone.
"""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from mini_autograd.autograd.function.gradients import checked_gradients
from mini_autograd.autograd.function.marks import FunctionCtx
from mini_autograd.autograd.node_calls import input_metadata
from mini_autograd.core.graph.graph import Arithmetic, Edge, Grad, Metadata, Node, sequence
from mini_autograd.core.graph.hooks import Hooks
from mini_autograd.core.graph.torch_property import ReadOnly
from mini_autograd.core.modes.anomaly import anomaly
from mini_autograd.core.modes.grad_mode import set_grad_enabled
from mini_autograd.core.saved.raw_saved import RawSaved, raw_saved
from mini_autograd.core.saved.saved import unpacked_tensor
from mini_autograd.core.tensor.history import edge_of
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.messages.functions import custom as errors
from mini_autograd.messages.graph import walk as walk_errors


def undefined_backward(ctx: Any, *grad_outputs: Any) -> Any:
    """Compute a gradient for each argument of the forward: to be overridden."""
    raise errors.no_backward()


class _ReadOnly(ReadOnly):
    """A read-only property; errors name torch's base class, not the user's class."""

    owner = "torch._C._FunctionBase"


def _flag(function: Any, name: str) -> bool:
    value = getattr(function, name)
    if not isinstance(value, bool):
        raise errors.class_flag(name, value)
    return value


class BackwardCFunction(FunctionCtx):
    """The `ctx` of one call; `FunctionMeta` makes a subclass for each function."""

    __slots__ = (
        "_accepted", "_accessed", "_are_tensors", "_boxed", "_clears", "_edges", "_hooks",
        "_materializes", "_metadata", "_node", "_saved", "_sequence", "dirty_tensors",
        "needs_input_grad", "non_differentiable", "saved_for_forward", "to_save",
    )  # fmt: skip

    __module__ = "torch.autograd.function"
    _forward_cls: ClassVar[Any]

    def __init__(self) -> None:
        self._sequence = 0
        self._edges: tuple[Edge | None, ...] = ()
        self._accepted: tuple[Metadata | None, ...] = ()  # None for an output that is no tensor
        self._saved: tuple[Any, ...] | None = ()
        self._hooks: Hooks | None = None
        self._metadata: dict[Any, Any] | None = None
        self._are_tensors: tuple[bool, ...] = ()  # which of the arguments are tensors
        self._node: weakref.ref[FunctionNode] | None = None
        self._accessed = False
        self._materializes = True
        self._clears = self._boxed = False
        self.needs_input_grad: tuple[bool, ...] = ()
        self.to_save = self.saved_for_forward = None
        self.dirty_tensors = self.non_differentiable = None

    def _note_arguments(self, args: Sequence[Any], records: bool) -> None:
        """Record the arguments' edges before the forward, which may write to the arguments.

        Raises:
            RuntimeError: a flag of the class is not a bool.
        """
        self._clears = _flag(self._forward_cls, "clear_saved_tensors_on_access")
        self._boxed = _flag(self._forward_cls, "boxed_grads_call")
        self._are_tensors = tuple([isinstance(each, Tensor) for each in args])
        self.needs_input_grad = tuple(
            [isinstance(each, Tensor) and each._requires_grad for each in args]
        )
        tensors = [each for each in args if isinstance(each, Tensor)] if records else ()
        self._edges = tuple([edge_of(each) if each._requires_grad else None for each in tensors])
        # After `edge_of`, which may record a view's new history, and before the forward records.
        self._sequence = sequence.next()

    @property
    def as_node(self) -> FunctionNode:
        """The graph's node."""
        node = None if self._node is None else self._node()
        if node is None:
            node = FunctionNode(self)
            self._node = weakref.ref(node)
        return node

    @_ReadOnly
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """The tensors of `save_for_backward`.

        Raises:
            RuntimeError: they were freed, or written to since.
        """
        saved = self._saved
        if saved is None:
            raise walk_errors.second_backward()
        if not saved:
            return ()
        once = self._clears
        if once and self._accessed:
            raise errors.saved_accessed_twice()
        self._accessed = True
        node = self.as_node
        if once:
            self._saved = (None,)
        return tuple([None if each is None else unpacked_tensor(each, node) for each in saved])

    @_ReadOnly
    def _raw_saved_tensors(self) -> tuple[RawSaved, ...]:
        """The saved tensors as objects that can get hooks."""
        if self._saved is None:
            raise walk_errors.second_backward()
        return tuple([raw_saved(self.as_node, place) for place in range(len(self._saved))])

    @_ReadOnly
    def saved_variables(self) -> tuple[Tensor | None, ...]:
        """The old name of `saved_tensors`."""
        warnings.warn(errors.saved_variables(), DeprecationWarning, stacklevel=2)
        saved: tuple[Tensor | None, ...] = self.saved_tensors
        return saved

    @property
    def materialize_grads(self) -> Any:
        """Reading it is an error; it can only be set."""
        raise errors.not_readable("materialize_grads")

    @materialize_grads.setter
    def materialize_grads(self, value: Any) -> None:
        if not isinstance(value, bool):
            raise errors.materialize_type()
        self._materializes = value

    @_ReadOnly
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """For each input tensor the node that made it and the number of that node's output."""
        found: tuple[tuple[Any, int], ...] = self.as_node.next_functions
        return found

    @_ReadOnly
    def metadata(self) -> dict[Any, Any]:
        """A dict for users."""
        if self._metadata is None:
            self._metadata = {}
        return self._metadata

    @_ReadOnly
    def requires_grad(self) -> bool:
        """Always, in torch too."""
        return True

    @_ReadOnly
    def _input_metadata(self) -> tuple[Any, ...]:
        return input_metadata(self.as_node)

    def name(self) -> str:
        """The class's name."""
        return type(self).__name__

    def _sequence_nr(self) -> int:
        return self._sequence

    def register_hook(self, fn: Callable[..., Any]) -> Any:
        """Call `fn(grad_inputs, grad_outputs)` after the backward."""
        return self.as_node.register_hook(fn)

    def register_prehook(self, fn: Callable[..., Any]) -> Any:
        """Call `fn(grad_outputs)` before the backward."""
        return self.as_node.register_prehook(fn)

    def _register_hook_dict(self, tensor: Tensor) -> None:
        self.as_node._register_hook_dict(tensor)

    def apply(self, *args: Any) -> Any:
        """Call the function's `backward`, or `vjp`, with gradients of the outputs."""
        backward = self._own_backward()
        if self._boxed:
            args = (list(args),)
        return backward(self, *args)

    def _own_backward(self) -> Callable[..., Any]:
        cls = self._forward_cls
        own = [each for each in (cls.vjp, cls.backward) if each is not undefined_backward]
        if len(own) > 1:
            raise errors.two_backwards()
        return own[0] if own else undefined_backward


Node.register(BackwardCFunction)  # as in torch, isinstance(ctx, Node)


class FunctionNode(Node):
    """The graph's node for one call of a custom function."""

    __slots__ = ("ctx",)
    gives_all = True

    def __init__(self, ctx: BackwardCFunction) -> None:
        self.ctx = ctx
        if anomaly.enabled and not ctx._accepted:
            anomaly.remember(self)

    edges = property(lambda self: self.ctx._edges)
    accepted = property(lambda self: self.ctx._accepted)
    sequence = property(lambda self: self.ctx._sequence)
    metadata = property(lambda self: self.ctx.metadata)
    title = property(lambda self: self.ctx.name())

    @property
    def saved(self) -> tuple[Any, ...] | None:
        """The saved tensors."""
        return self.ctx._saved

    @saved.setter
    def saved(self, value: tuple[Any, ...] | None) -> None:
        self.ctx._saved = value

    @property
    def hooks(self) -> Hooks | None:
        """The hooks of the `ctx`, and of the tensors that it made."""
        return self.ctx._hooks

    @hooks.setter
    def hooks(self, value: Hooks | None) -> None:
        self.ctx._hooks = value

    @property
    def as_grad_fn(self) -> BackwardCFunction:
        """The user's `ctx`."""
        return self.ctx

    def backward(self, grads: list[Grad | None], arithmetic: Arithmetic) -> Sequence[Grad | None]:
        """Call the user's backward with tensors, in the walk's grad mode.

        Raises:
            RuntimeError: it returns a wrong number of gradients, or other objects than tensors.
        """
        ctx = self.ctx
        given = [
            self._materialized(metadata) if grad is None else arithmetic.wrap(grad)
            for grad, metadata in zip(grads, ctx._accepted, strict=True)
        ]
        with set_grad_enabled(arithmetic.records):
            answer = ctx.apply(*given)
        checked = checked_gradients(ctx.name(), answer, ctx._are_tensors, ctx._edges)
        return [None if each is None else arithmetic.unwrap(each) for each in checked]

    def _materialized(self, metadata: Metadata | None) -> Tensor | None:
        return None if metadata is None or not self.ctx._materializes else make(np.zeros(*metadata))

    def release(self) -> None:
        """Free the saved tensors."""
        self.ctx._saved = None

"""`Function`: custom functions, with a forward and a backward written by the user."""

from __future__ import annotations

import functools
import inspect
import itertools
import warnings
from collections.abc import Callable
from typing import Any, ClassVar

from mini_autograd.autograd.function.context import BackwardCFunction, undefined_backward
from mini_autograd.autograd.function.gradients import made_undifferentiable
from mini_autograd.autograd.function.marks import FunctionCtx
from mini_autograd.autograd.function.outputs import Outputs
from mini_autograd.core.modes.grad_mode import is_grad_enabled, unrecorded
from mini_autograd.core.modes.transforms import state as transforms
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.functions import custom as errors
from mini_autograd.messages.functions import transforms as func_errors

__all__ = [
    "BackwardCFunction",
    "Function",
    "FunctionCtx",
    "FunctionMeta",
    "InplaceFunction",
    "once_differentiable",
]

_next_id = itertools.count().__next__


class FunctionMeta(type):
    """Makes for each function the class of its `ctx`, whose name is the name of its nodes."""

    _backward_cls: type[BackwardCFunction]

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> None:
        members = {
            "_forward_cls": cls,
            "_autograd_function_id": _next_id(),
            "__module__": BackwardCFunction.__module__,
        }
        cls._backward_cls = type(f"{name}Backward", (BackwardCFunction,), members)
        super().__init__(name, bases, namespace)


class Function(FunctionCtx, metaclass=FunctionMeta):
    """A custom function, called by `apply`.

    A subclass has static methods: `forward(ctx, *args)`, or `forward(*args)` and
    `setup_context(ctx, inputs, output)`; and `backward(ctx, *grad_outputs)`, or `vjp`, which
    returns a gradient or None for each argument of the forward.
    """

    generate_vmap_rule: ClassVar[bool] = False
    clear_saved_tensors_on_access: ClassVar[bool] = False
    boxed_grads_call: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(errors.instantiated(type(self)), DeprecationWarning, stacklevel=2)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Always an error: call `apply` on the class."""
        raise errors.legacy_call()

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the outputs from the arguments: to be overridden."""
        raise errors.no_forward()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Fill in the `ctx` after a forward that does not take it: may be overridden."""
        raise errors.no_setup_context()

    backward = staticmethod(undefined_backward)
    vjp = backward

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """Forward mode, which is not supported; never called."""
        raise errors.no_jvp()

    @staticmethod
    def vmap(info: Any, in_dims: Any, *args: Any) -> Any:
        """Batching, which is not supported; never called."""
        raise errors.no_vmap()

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run the forward, and record the function as one node of the graph.

        Returns:
            What the forward returned; a named tuple becomes a tuple. Tensors inside a list or a
            dict get no history.

        Raises:
            RuntimeError: `mark_dirty` of a tensor that must not be written to; inside a transform
                of `func`, a function without `setup_context`.
            TypeError: `save_for_backward` of something other than tensors; a keyword that is not a
                positional parameter of the forward.
        """
        separate_setup = cls.setup_context is not Function.setup_context
        if transforms.depth and not separate_setup:
            raise func_errors.no_setup_context()
        if separate_setup:
            bound = inspect.signature(cls.forward).bind(*args, **kwargs)
            bound.apply_defaults()
            args, kwargs = bound.args, bound.kwargs
        if kwargs:
            args = _by_position(cls.forward, args, kwargs)
        return _applied(cls, args, separate_setup)


def _applied(cls: type[Function], args: tuple[Any, ...], separate_setup: bool) -> Any:
    ctx = cls._backward_cls()
    records = is_grad_enabled() and any(
        isinstance(each, Tensor) and each._requires_grad for each in args
    )
    ctx._note_arguments(args, records)
    with unrecorded():
        if separate_setup:
            output = cls.forward(*args)
            cls.setup_context(ctx, args, output)
        else:
            output = cls.forward(ctx, *args)
    outputs = Outputs(ctx, args, records=records, separate_setup=separate_setup)
    outs = outputs.wrapped(tuple(output) if isinstance(output, tuple) else (output,))
    outputs.save()
    return outs if isinstance(output, tuple) else outs[0]


def _by_position(
    forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, ...]:
    """All arguments by position; keywords are put in the places of the forward's parameters."""
    code = forward.__code__
    names = code.co_varnames[1 : code.co_argcount]
    places = {}
    for name, value in kwargs.items():
        if name not in names:
            raise errors.unexpected_keyword(name)
        places[names.index(name)] = value
        if names.index(name) < len(args):
            raise errors.repeated(name)
    for position in range(len(args), max(places)):
        if position not in places:
            raise errors.missing(names[position], position)
    return (*args, *[places[position] for position in sorted(places)])


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a backward: differentiating its gradients again is an error."""

    @functools.wraps(backward)
    def wrapper(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        with unrecorded():
            answer = backward(ctx, *args, **kwargs)
        needs = any(isinstance(each, Tensor) and each._requires_grad for each in args)
        if not is_grad_enabled() or not needs:
            return answer
        return made_undifferentiable(answer, str(errors.differentiated_twice()))

    return wrapper


class InplaceFunction(Function):
    """The old name of the base class for in-place functions."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

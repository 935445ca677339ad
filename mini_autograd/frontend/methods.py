"""Puts everything that a user calls on a tensor on `Tensor`: the families' tables and its own."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any, Final, cast

import numpy as np

from mini_autograd import autograd, inplace
from mini_autograd import ops as families
from mini_autograd.core.modes import transforms
from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.tensor.history import has_history, set_requires_grad
from mini_autograd.core.tensor.tensor import Tensor, detached
from mini_autograd.core.tensor.version_counter import counter_of
from mini_autograd.creation import data, fills, subclasses
from mini_autograd.frontend import (  # noqa: F401
    copying,
    metadata,
    predicates,
    protocols,
    tensor_hooks,
)
from mini_autograd.inplace import rebase
from mini_autograd.inplace.forms import as_function
from mini_autograd.messages import arguments as argument_errors
from mini_autograd.messages.functions import transforms as func_errors
from mini_autograd.messages.tensors import state as errors
from mini_autograd.ops.pointwise.comparison import eq
from mini_autograd.ops.tensor.conversion import converted_if_needed, only_format
from mini_autograd.parsing import surface
from mini_autograd.parsing.overloads import composite
from mini_autograd.parsing.overrides import KNOWN
from mini_autograd.parsing.types import Array, Bool

for _family in pkgutil.walk_packages(families.__path__, f"{families.__name__}."):
    importlib.import_module(_family.name)  # a new file of `ops` is public without a word here

functions: Final = surface.functions  # of the module; complete once `install` has run


def backward(
    self: Tensor,
    gradient: Tensor | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None:
    """Accumulates the gradients of this tensor into its leaves; see `autograd.backward`."""
    autograd.backward(self, gradient, retain_graph, create_graph, inputs=inputs)


backward.__qualname__ = "Tensor.backward"  # as Python's own errors name it


@composite
def requires_grad_(self: Array, requires_grad: Bool = True) -> Any:
    """Sets whether gradients flow to it, and gives it back.

    Raises:
        RuntimeError: integers, or a tensor that was computed; inside a transform of `func`.
    """
    return _set_flag(cast(Tensor, self), requires_grad)


def _set_flag(self: Tensor, requires_grad: bool) -> Tensor:
    if not isinstance(requires_grad, bool):  # but NumPy's
        raise argument_errors.wrong_type(
            "requires_grad_", "requires_grad", 1, "bool", requires_grad
        )
    if transforms.state.depth:
        raise func_errors.forbidden_requires_grad()
    if requires_grad and self._array.dtype.kind not in "fc":
        raise errors.only_floating_method()
    if requires_grad and has_history(self):
        set_requires_grad(self, True)  # which is no error here
    else:
        self.requires_grad = requires_grad
    return self


def detach(self: Tensor) -> Tensor:
    """An alias outside the graph, on the same memory and version counter."""
    return detached(self)


def detach_(self: Tensor) -> Tensor:
    """Takes the tensor itself out of the graph; refused for a view.

    In inference mode it changes nothing, as torch has it.
    """
    if state.inference or self.is_inference():
        return self
    if self._base is not None:
        raise errors.detach_view_in_place()
    if self._node is not None:
        self._detached_at = counter_of(self).version
    self._node, self._output_nr = None, 0
    set_requires_grad(self, False)
    return self


as_function("detach_")


def cpu(self: Tensor, *args: Any, **named: Any) -> Tensor:
    """The tensor itself: it is on the CPU."""
    return converted_if_needed(self, self.dtype, memory_format=only_format("cpu", args, named))


_compared: Final = surface.operators["__eq__"]


def _equal(self: Tensor, other: Any) -> Any:
    """The one operator for which torch takes an array as a tensor."""
    if isinstance(other, np.ndarray):
        try:
            other = data.from_numpy(other)
        except TypeError:  # of a dtype that no tensor has
            return NotImplemented
    elif type(other) not in KNOWN and not isinstance(other, Tensor):
        try:  # of a type that overrides it, if it is no tensor's, torch asks for the method
            return eq.method(self, other)
        except TypeError:
            return NotImplemented
    return _compared(self, other)


_OWN: Final[dict[str, Any]] = {
    "__eq__": _equal, "backward": backward, "requires_grad_": requires_grad_.method, "cpu": cpu,
    "detach": detach, "detach_": detach_,
    "_is_view": lambda self: self._base is not None, "_renew_history": rebase.renew_history,
    "new_tensor": data.new_tensor.method, "new_zeros": fills.new_zeros.method,
    "new_ones": fills.new_ones.method, "new_empty": fills.new_empty.method,
    "new_full": fills.new_full.method,
    "is_floating_point": predicates.is_floating_point, "is_complex": predicates.is_complex,
    "is_signed": lambda self: self.dtype.is_signed, "is_nonzero": predicates.is_nonzero,
    "new": lambda self, *args: data.legacy(args, self.dtype),
    "__new__": staticmethod(subclasses.constructed), "as_subclass": subclasses.as_subclass,
    "_make_subclass": staticmethod(subclasses.make_subclass),
}  # fmt: skip


# torch's parser refuses arguments of these in words of its own.
_BARE: Final = (
    "_is_view", "detach", "detach_", "element_size", "get_device", "is_conj", "is_distributed",
    "is_inference", "is_neg", "is_signed", "item", "retain_grad", "storage_offset", "tolist",
)  # fmt: skip


def _bare(name: str, method: Callable[[Tensor], Any]) -> Callable[..., Any]:
    """The method, given an error if there are arguments."""

    def call(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        if kwargs:
            raise argument_errors.no_keywords(name)
        if args:
            raise argument_errors.too_many(name, 0, 0, len(args), method=False)
        return method(self)

    call.__name__, call.__qualname__, call.__doc__ = name, f"Tensor.{name}", method.__doc__
    return call


def _named(name: str, method: Any) -> Any:
    """The method, called in Python's errors what it is called on a tensor. A copy: a function of
    the module may be the same. What is generated has names of its own, and is replaced later."""
    if not isinstance(method, FunctionType) or "<locals>" in method.__qualname__:
        return method
    if "__name__" not in method.__globals__:  # they are no module's
        return method
    parts = method.__globals__, name, method.__defaults__, method.__closure__
    own = FunctionType(method.__code__, *parts)
    own.__qualname__, own.__module__, own.__doc__ = (
        f"Tensor.{name}",
        Tensor.__module__,
        method.__doc__,
    )
    own.__kwdefaults__, own.__annotations__ = method.__kwdefaults__, method.__annotations__
    return own


# What is set but not deleted: torch's setter sees the missing value.
_NOT_DELETED: Final = {
    "requires_grad": errors.flag_type, "_backward_hooks": errors.hooks_deleted,
}  # fmt: skip


class _Attribute(property):
    """A property that knows its name, as Python's own do from 3.13 on."""

    __name__: str


def _read_only(name: str, made: property) -> property:
    """The property, which refuses to be set, or deleted, in torch's words."""

    def refuse(self: Tensor, value: Any = None) -> None:
        raise errors.read_only(name)

    def keep(self: Tensor) -> None:
        raise _NOT_DELETED[name]()

    delete = made.fdel or (keep if name in _NOT_DELETED else refuse)
    attribute = _Attribute(made.fget, made.fset or refuse, delete, made.__doc__)
    attribute.__name__ = name
    return attribute


def install() -> None:
    """Puts every method, operator and property on `Tensor`."""
    for name, value in {**surface.operators, **surface.attributes}.items():
        setattr(Tensor, name, value)
    writing = inplace.methods()
    methods = surface.methods | writing
    for each in (copying, protocols, tensor_hooks):
        methods |= each.METHODS
    for name, value in {**methods, **_OWN}.items():
        setattr(Tensor, name, _named(name, value))
    for name in _BARE:
        setattr(Tensor, name, _bare(name, getattr(Tensor, name)))
    for name, value in list(vars(Tensor).items()):
        if isinstance(value, property):
            setattr(Tensor, name, _read_only(name, value))
    subclasses.install(functions, {*surface.operators, *writing})


install()

"""Subclasses of `Tensor`: how tensors of them are made, and what they have of it.

A subclass asks its `__torch_function__` whenever a method is called or an attribute read. Plain
tensors shall not pay for that, so subclasses have a base of their own that does it, `_Asking`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection
from types import FunctionType
from typing import Any, Final

from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor, detached
from mini_autograd.creation import data
from mini_autograd.messages import arguments as argument_errors
from mini_autograd.messages.functions import overrides as errors
from mini_autograd.messages.tensors import state as tensor_errors
from mini_autograd.parsing import overrides
from mini_autograd.parsing.binding import is_written
from mini_autograd.parsing.factories import checked_device
from mini_autograd.parsing.forms import none_fits
from mini_autograd.parsing.overrides import DisableTorchFunctionSubclass


def constructed(cls: type[Tensor], *args: Any, **options: Any) -> Tensor:
    """`T(...)`: as `Tensor(...)`, of the subclass."""
    if not options.keys() <= {"device"}:
        raise none_fits("new", data.LEGACY_FORMS, args, options)
    checked_device(options.get("device"))
    return as_kind(data.legacy(args), cls)


def as_kind(made: Tensor, kind: type[Tensor]) -> Tensor:
    """A tensor that nobody has seen yet, as one of a subclass."""
    if kind is not type(made):
        try:
            made.__class__ = kind
        except TypeError:  # one with `__slots__`, which is laid out otherwise
            seen, made = made, object.__new__(kind)
            for name in ("_array", "_counter", "_node", "_output_nr", "_requires_grad"):
                setattr(made, name, getattr(seen, name))
            vars(made).update(vars(seen))
    return made


def _checked(cls: Any) -> None:
    if not isinstance(cls, type):
        raise errors.no_type(cls)
    if not issubclass(cls, Tensor):
        raise errors.no_subclass()


_NO: Any = object()


def as_subclass(self: Tensor, cls: Any = _NO) -> Tensor:
    """An alias in the graph that is of the subclass.

    Raises:
        TypeError: what is given is no subclass of `Tensor`.
    """
    if cls is _NO:
        raise argument_errors.missing("as_subclass", ["cls"])
    _checked(cls)
    with DisableTorchFunctionSubclass():
        return as_kind(ops.alias(self), cls)


def make_subclass(cls: Any, data: Any, require_grad: bool = False) -> Tensor:
    """A leaf of the subclass on the memory of a tensor.

    Raises:
        TypeError: no subclass of `Tensor`, or no tensor.
        RuntimeError: `require_grad` for integers.
    """
    _checked(cls)
    if not isinstance(data, Tensor):
        raise argument_errors.wrong_type("_make_subclass", "data", 2, "Tensor", data)
    if not isinstance(require_grad, bool):
        raise argument_errors.wrong_type("_make_subclass", "require_grad", 3, "bool", require_grad)
    made = detached(data)
    if require_grad:
        if made._array.dtype.kind not in "fc":
            raise tensor_errors.only_floating_at_creation()
        made.requires_grad = True
    return as_kind(made, cls)


def torch_function(
    cls: type[Tensor], func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
) -> Any:
    """What a subclass gives by default: the function's result, as a tensor of the subclass."""
    if not all(issubclass(cls, each) for each in types):
        return NotImplemented
    with DisableTorchFunctionSubclass():
        result = func(*args, **(kwargs or {}))
        return result if func in default_nowrap_functions() else _converted(result, cls)


def _converted(result: Any, cls: type[Tensor]) -> Any:
    if cls is Tensor:
        return result
    if isinstance(result, Tensor) and not isinstance(result, cls):
        result = result.as_subclass(cls)
    if isinstance(result, (tuple, list)):  # named tuples, too
        result = type(result)(_converted(each, cls) for each in result)
    return result


@functools.cache
def default_nowrap_functions() -> set[Any]:
    """Those that tell a tensor which is kept, and shall be the same each time."""
    return {vars(Tensor)["grad"].__get__}


class _Asking(Tensor):
    """What stands between `Tensor` and its subclasses: its methods, which ask the subclass."""

    __slots__ = ()
    __module__ = Tensor.__module__


# What torch has in Python, which passes on all arguments, by name what may be left out.
_IN_PYTHON: Final = frozenset({
    "__array__", "__contains__", "__deepcopy__", "__format__", "__len__", "__reduce_ex__",
    "__repr__", "__reversed__", "__setstate__", "backward", "is_shared", "norm", "register_hook",
    "register_post_accumulate_grad_hook", "share_memory_", "split", "unflatten",
})  # fmt: skip
# What nobody is asked of: the engine's own, and what makes or finds a tensor.
_NOT_ASKED: Final = frozenset({
    "__hash__", "__iter__", "__new__", "__torch_function__", "_check_grad", "_maker",
    "_renew_history", "_replace_array", "as_subclass", "type_name",
})  # fmt: skip


def _in_python(of_tensor: Callable[..., Any]) -> Callable[..., Any]:
    """The method, asking as torch's do that are in Python: with what may be left out by name."""

    @functools.wraps(of_tensor)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not overrides.has_torch_function(args[:1]):
            return of_tensor(*args, **kwargs)
        bound = inspect.signature(of_tensor).bind(*args, **kwargs)
        bound.apply_defaults()
        return overrides.passed_on(of_tensor, args[:1], bound.arguments)

    return call


def _property(name: str, of_tensor: property) -> property:
    """The property, which asks with its `__get__`, `__set__` or `__delete__`."""

    def asking(kind: str) -> Callable[..., Any]:
        return overrides.overridable(f"{name}.{kind}", method=True, func=getattr(of_tensor, kind))(
            getattr(of_tensor, kind)
        )

    get, change, delete = map(asking, ("__get__", "__set__", "__delete__"))
    return property(get, change, delete, of_tensor.__doc__)


@classmethod  # type: ignore[misc]
def _init_subclass(cls: type[Tensor], /, **kwargs: Any) -> None:
    super(Tensor, cls).__init_subclass__(**kwargs)
    if vars(cls).get(overrides.NAME) is overrides.disabled_implementation:
        overrides.enter_plain(cls)
    elif not issubclass(cls, _Asking):
        bases = tuple(_Asking if each is Tensor else each for each in cls.__bases__)
        cls.__bases__ = bases if _Asking in bases else (*bases, _Asking)


def install(functions: dict[str, Any], looking: Collection[str]) -> None:
    """Makes subclasses what they are, when `Tensor` has all that it has.

    Args:
        functions: of the module.
        looking: the names of methods that look for themselves whether to ask.
    """
    overrides.functions.update(functions)
    for name, value in vars(Tensor).items():
        if name in _NOT_ASKED or name in looking or is_written(value):
            continue
        if isinstance(value, FunctionType):
            ask = _in_python if name in _IN_PYTHON else overrides.overridable(name, method=True)
            setattr(_Asking, name, ask(value))
        elif isinstance(value, property):
            setattr(_Asking, name, _property(name, value))
    torch_function.__qualname__ = f"Tensor.{overrides.NAME}"
    setattr(Tensor, overrides.NAME, classmethod(torch_function))
    Tensor.__init_subclass__ = _init_subclass  # type: ignore[assignment, method-assign]

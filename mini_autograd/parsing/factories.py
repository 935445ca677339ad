"""How a function that makes tensors is called: torch's parser, dtypes and the one device."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, cast, overload

from mini_autograd.arrays import dtypes
from mini_autograd.messages import arguments as errors
from mini_autograd.messages.tensors import creation as creation_errors
from mini_autograd.parsing.binding import Written, binder
from mini_autograd.parsing.overrides import functions, overridable
from mini_autograd.parsing.schema import Schema

_PYTHON_TYPES: Final[dict[Any, dtypes.dtype]] = {
    float: dtypes.float64, int: dtypes.int64, bool: dtypes.bool_, complex: dtypes.complex128,
}  # fmt: skip


class device:
    """Where a tensor is: on the CPU, always."""

    __module__ = "mini_autograd"  # as it prints: <class 'mini_autograd.device'>
    __slots__ = ("index", "type")

    def __init__(self, type: str = "cpu", index: int | None = None) -> None:
        name, _, number = str(type).partition(":")
        if name == "cuda":
            raise creation_errors.no_cuda()
        if name != "cpu":
            raise creation_errors.unknown_device(str(type))
        self.type = name
        self.index = int(number) if number else index

    def __repr__(self) -> str:
        where = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{where})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash((self.type, self.index))


class Format:
    """A layout or memory format: accepted where torch takes one, told where torch tells it."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"torch.{self._name}"


strided: Final = Format("strided")
preserve_format: Final = Format("preserve_format")
contiguous_format: Final = Format("contiguous_format")
channels_last: Final = Format("channels_last")

CPU: Final = device("cpu")


def checked_device(value: Any) -> None:
    """Refuses a device that is not there, as torch without CUDA does."""
    if value is not None and not isinstance(value, device):
        device(value)


def as_dtype(value: Any) -> Any:
    """A dtype; Python's number types stand for the widest of their kind."""
    return _PYTHON_TYPES.get(value, value) if isinstance(value, type) else value


class Factory(Protocol):
    """What `@factory` makes: called as a function; `method` takes the tensor in front."""

    method: Callable[..., Any]
    schema: Schema
    written: Written
    __name__: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Makes a tensor."""


@overload
def factory(function: Callable[..., Any]) -> Factory: ...


@overload
def factory(*, name: str) -> Callable[[Callable[..., Any]], Factory]: ...


def factory(function: Callable[..., Any] | None = None, *, name: str | None = None) -> Any:
    """Gives a function torch's argument parser; its first parameter is the method's tensor.

    As a plain function there is none, and the parameter is None.
    """
    if function is None:
        return functools.partial(_factory, name=name)
    return _factory(function)


def _factory(function: Callable[..., Any], name: str | None = None) -> Factory:
    schema = Schema(name or function.__name__, function)
    by_position = schema.by_position(function)

    def bound(self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if "dtype" in kwargs:
            kwargs["dtype"] = as_dtype(kwargs["dtype"])
        if "device" in kwargs:
            checked_device(kwargs["device"])
        return by_position(*schema.bind((self, *args), kwargs, method=True))

    @overridable(schema.name)
    def general(*args: Any, **kwargs: Any) -> Any:
        return bound(None, args, kwargs)

    @functools.wraps(function)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return bound(self, args, kwargs)

    written = binder(schema, function, start=1)
    made = cast(Factory, written.caller(general, schema.gathers))
    functools.update_wrapper(made, function)
    made.method = method
    if "Array" in function.__annotations__.values():  # a tensor is given
        functions[schema.name] = made
    made.written, made.schema = written, schema
    made.__name__ = method.__name__ = schema.name
    return made


_OPTIONS: Final = frozenset(
    {"generator", "dtype", "layout", "device", "pin_memory", "requires_grad", "out"}
)


def by_count(
    name: str, alternatives: dict[int, Factory], forms: Sequence[str]
) -> Callable[..., Any]:
    """A name with several forms that differ in how many arguments they take, options aside."""

    def call(*args: Any, **kwargs: Any) -> Any:
        count = len(args) + len(kwargs.keys() - _OPTIONS)
        if count not in alternatives:
            raise errors.invalid_combination(name, _listed(args, kwargs), forms)
        return alternatives[count](*args, **kwargs)

    made: Callable[..., Any] = call
    for each in dict.fromkeys(reversed(alternatives.values())):
        made = each.written.caller(made, each.schema.gathers)
    made.__name__ = name
    made.__doc__ = alternatives[max(alternatives)].__doc__
    return made


def by_types(
    name: str,
    function: Factory,
    parameters: Sequence[tuple[str, Callable[[Any], bool]]],
    forms: Sequence[str],
) -> Callable[..., Any]:
    """A name with several forms that differ in the types of the same parameters."""

    def call(*args: Any, **kwargs: Any) -> Any:
        given = dict(zip((key for key, _ in parameters), args, strict=False)) | kwargs
        if not all(key in given and accepts(given[key]) for key, accepts in parameters):
            raise errors.invalid_combination(name, _listed(args, kwargs), forms)
        return function(*args, **kwargs)

    made: Callable[..., Any] = function.written.caller(call)
    made.__name__ = name
    made.__doc__ = function.__doc__
    return made


def _listed(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    given = [errors.type_name(each) for each in args]
    return ", ".join(given + [f"{key}={errors.type_name(each)}" for key, each in kwargs.items()])

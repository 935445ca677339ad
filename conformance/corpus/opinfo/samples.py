"""How a call that torch's OpInfo database holds as live objects becomes the data of a program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, TypeAlias

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from conformance.program.inputs import Input
from conformance.program.steps import Call
from conformance.program.values import NUMPY_DTYPES, DType, Ref, Value
from conformance.program.words.operators import OPERATORS


class Inexpressible(Exception):  # noqa: N818 - no error: a sample that no program can hold
    """The sample cannot be written as a program; the message says what of it."""


class Recording:
    """The tensors of one sample, as inputs named in the order in which they are met. A tensor
    that stands in two places of a call is one input, as it is one tensor."""

    def __init__(self) -> None:
        self.inputs: list[Input] = []
        self._named: dict[int, tuple[str, torch.Tensor]] = {}

    def value(self, given: Any) -> Value:
        """An argument as a program's value.

        Raises:
            Inexpressible: it, or a part of it, has no form in a program.
        """
        encoder = _ENCODE.get(type(given))
        if encoder is not None:
            return encoder(self, given)
        if isinstance(given, torch.Tensor):
            return self._input(given)
        if isinstance(given, tuple):  # torch.Size, and named tuples
            return tuple(self.value(item) for item in given)
        raise Inexpressible(f"a {type(given).__name__} as an argument")

    def _input(self, tensor: torch.Tensor) -> Ref:
        if id(tensor) not in self._named:
            name = f"x{len(self.inputs)}"
            self.inputs.append(_input_of(name, tensor))
            self._named[id(tensor)] = name, tensor  # held, or another could take its id
        return Ref(self._named[id(tensor)][0])


def _input_of(name: str, tensor: torch.Tensor) -> Input:
    if tensor.layout != torch.strided or tensor.device.type != "cpu" or tensor.is_quantized:
        raise Inexpressible(f"a {tensor.layout} tensor on {tensor.device.type}")
    dtype = _dtype_name(tensor.dtype)
    if dtype not in NUMPY_DTYPES:
        raise Inexpressible(f"a {dtype} tensor")
    if type(tensor) is not torch.Tensor:
        raise Inexpressible(f"a {type(tensor).__name__} as an input")
    if tensor.dim() > 64:
        raise Inexpressible("a tensor of more dims than NumPy can have")
    plain = tensor.detach().resolve_conj().resolve_neg()
    return Input.of(name, plain.numpy(), tensor.requires_grad)


def _dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).rpartition(".")[2]


def _each(recording: Recording, items: Any) -> list[Value]:
    return [recording.value(item) for item in items]


def _plain(recording: Recording, given: Any) -> Value:
    return given


_ENCODE: Mapping[type, Callable[[Recording, Any], Value]] = {
    **dict.fromkeys((type(None), bool, int, float, complex, str, type(Ellipsis)), _plain),
    list: _each,
    tuple: lambda recording, given: tuple(_each(recording, given)),
    dict: lambda recording, given: dict(zip(given, _each(recording, given.values()), strict=True)),
    slice: lambda recording, given: slice(*_each(recording, (given.start, given.stop, given.step))),
    torch.dtype: lambda recording, given: DType(_dtype_name(given)),
    np.bool_: lambda recording, given: given.item(),
    np.int64: lambda recording, given: given.item(),
    np.float64: lambda recording, given: given.item(),
}

_REFLECTED: Mapping[str, str] = {
    method: symbol
    for symbol, row in OPERATORS.items()
    for method in row.reflected
    if method not in row.methods and not row.statement
}
"""The symbol by the method that is asked with the operands exchanged: `+` by `__radd__`."""


def call_of(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Recording, Call]:
    """The call, written as a user writes it, and the inputs that it takes.

    Raises:
        Inexpressible: what is called has no name of the module's, or an argument has no form.
    """
    path = _path_of(function)
    if path is None:
        function, args, kwargs = _calls_within(function, args, kwargs)
        path = _path_of(function)
    recording = Recording()
    kwargs = {name: given for name, given in kwargs.items() if not _is_default(name, given)}
    values = tuple(_each(recording, args))
    named = {key: recording.value(item) for key, item in kwargs.items()}
    if "out" in named:
        raise Inexpressible("out=")
    return recording, _written(path, getattr(function, "__name__", ""), function, values, named)


def _is_default(name: str, given: Any) -> bool:
    """Whether it is the default of every op that takes it, which the database spells out."""
    return (
        given is torch.preserve_format
        or (name == "device" and given == "cpu")
        or (name == "requires_grad" and given is False)
    )


def _written(
    path: str | None, name: str, function: Any, args: tuple[Value, ...], kwargs: dict[str, Value]
) -> Call:
    if path is not None:
        return Call(path, args, kwargs, "function", "t0")
    if name == "__getitem__":
        return Call("[]", args, kwargs, "operator", "t0")
    if name.startswith("__r") and (symbol := _REFLECTED.get(name)):
        return Call(symbol, args[::-1], kwargs, "operator", "t0")
    if name == "__get__":
        return Call(function.__self__.__name__, args, kwargs, "attribute", "t0")
    if hasattr(torch.Tensor, name):
        return Call(name, args, kwargs, "method", "t0")
    raise Inexpressible(f"a call of {name or function!r}, which torch has under no name")


def _path_of(function: Any) -> str | None:
    """The dotted name under torch by which users call the function."""
    name = getattr(function, "__name__", "")
    for path in (name, f"nn.functional.{name}", f"linalg.{name.removeprefix('linalg_')}"):
        try:
            if attrgetter(path)(torch) is function:
                return path
        except AttributeError:
            continue
    return None


_Called: TypeAlias = tuple[Any, tuple[Any, ...], dict[str, Any]]


class _Calls(TorchFunctionMode):
    """Notes the calls of torch's functions, without going into what they call in turn."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[_Called] = []

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        self.noted.append((func, args, dict(kwargs or {})))
        return func(*args, **(kwargs or {}))


def _calls_within(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Called:
    """The one call of torch's that a lambda of the database makes."""
    if getattr(torch.Tensor, getattr(function, "__name__", ""), None) is function:
        return function, args, kwargs
    with _Calls() as calls:
        try:
            function(*args, **kwargs)
        except Exception as error:
            if not calls.noted:
                raise Inexpressible(f"a function that raises {type(error).__name__}") from error
    if len(calls.noted) != 1:
        raise Inexpressible(f"a function that makes {len(calls.noted)} calls")
    called: _Called = calls.noted[0]
    return called

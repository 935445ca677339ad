"""How a call that torch's OpInfo database holds as live objects becomes the data of a program."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from conformance.program.inputs import Input
from conformance.program.inputs.held import widened
from conformance.program.steps import Call
from conformance.program.values import HELD, NUMPY_DTYPES, Constant, DType, Ref, Value
from conformance.program.words.operators import OPERATORS
from conformance.program.words.own import OWN

MOST_CALLS: Final = 4  # of one sample: more are no op any more


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

    def name(self, result: Any, name: str) -> None:
        """Give a tensor that was computed, or each of several, a name."""
        if isinstance(result, torch.Tensor):
            self._named[id(result)] = name, result
        elif isinstance(result, (tuple, list)):
            for number, each in enumerate(result):
                self.name(each, f"{name}[{number}]")

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
    if dtype not in HELD:
        raise Inexpressible(f"a {dtype} tensor")
    if type(tensor) is not torch.Tensor:
        raise Inexpressible(f"a {type(tensor).__name__} as an input")
    if tensor.dim() > 64:
        raise Inexpressible("a tensor of more dims than NumPy can have")
    plain = tensor.detach().resolve_conj().resolve_neg()
    if dtype in NUMPY_DTYPES:
        return Input.of(name, plain.numpy(), tensor.requires_grad)
    bits = Input.of(name, plain.view(_BITS[plain.itemsize]).numpy())
    data = widened(bits.storage, dtype).tobytes()
    return replace(bits, dtype=dtype, data=data, requires_grad=tensor.requires_grad)


_BITS: Final = {2: torch.int16, 4: torch.int32}  # integers of so many bytes, which NumPy has, too


def _dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).rpartition(".")[2]


def _each(recording: Recording, items: Any) -> list[Value]:
    return [recording.value(item) for item in items]


def _constant(recording: Recording, given: Any) -> Value:
    return Constant(str(given).rpartition(".")[2])


def _plain(recording: Recording, given: Any) -> Value:
    return given


_ENCODE: Mapping[type, Callable[[Recording, Any], Value]] = {
    **dict.fromkeys((type(None), bool, int, float, complex, str, type(Ellipsis)), _plain),
    list: _each,
    tuple: lambda recording, given: tuple(_each(recording, given)),
    dict: lambda recording, given: dict(zip(given, _each(recording, given.values()), strict=True)),
    slice: lambda recording, given: slice(*_each(recording, (given.start, given.stop, given.step))),
    torch.dtype: lambda recording, given: DType(_dtype_name(given)),
    torch.memory_format: _constant,
    torch.layout: _constant,
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


def calls_of(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], entry: str = ""
) -> tuple[Recording, tuple[Call, ...]]:
    """The calls, written as a user writes them, and the inputs that they take. What the function
    gives is named `t0`; what it computes on the way is named `a0`, `a1` and so on.

    Args:
        entry: the name of the database's entry, which is a path under torch where it can be; or
            of a user's own op.

    Raises:
        Inexpressible: what is called has no name of the module's, or an argument has no form.
    """
    within = [_Called(function, args, kwargs)]
    if _named(function, entry) is None:
        within = _calls_within(function, args, kwargs)
    recording, calls = Recording(), list[Call]()
    for number, called in enumerate(within):
        name = "t0" if called is within[-1] else f"a{number}"
        calls.append(_call(recording, called, entry, name))
        recording.name(called.result, name)
    return recording, tuple(calls)


def _call(recording: Recording, called: _Called, entry: str, result: str) -> Call:
    function, args, kwargs, _ = called
    kwargs = {name: given for name, given in kwargs.items() if not _is_default(name, given)}
    values = tuple(_each(recording, args))
    named = {key: recording.value(item) for key, item in kwargs.items()}
    if "out" in named:
        raise Inexpressible("out=")
    form, op, values = _written(function, values, entry)
    return Call(op, values, named, form, result)


def _is_default(name: str, given: Any) -> bool:
    """Whether it is the default of every op that takes it, which the database spells out."""
    return (
        given is torch.preserve_format
        or (name == "device" and given == "cpu")
        or (name == "requires_grad" and given is False)
    )


def _written(
    function: Any, args: tuple[Value, ...], entry: str
) -> tuple[str, str, tuple[Value, ...]]:
    """The form of a call, the name in it, and the arguments in its order."""
    named, name = _named(function, entry), getattr(function, "__name__", "")
    if named is not None:
        return *named, args
    if name == "__getitem__":
        return "operator", "[]", args
    if name.startswith("__r") and (symbol := _REFLECTED.get(name)):
        return "operator", symbol, args[::-1]
    if name == "__get__":
        return "attribute", function.__self__.__name__, args
    if hasattr(torch.Tensor, name):
        return "method", name, args
    raise Inexpressible(f"a call of {name or function!r}, which torch has under no name")


def _named(function: Any, entry: str) -> tuple[str, str] | None:
    """The form and the name by which users call the function itself."""
    if entry in OWN:
        return "own", entry
    path = _path_of(function, entry)
    return None if path is None else ("function", path)


def _path_of(function: Any, entry: str) -> str | None:
    """The dotted name under torch by which users call the function."""
    name = getattr(function, "__name__", "")
    room, _, rest = name.partition("_")
    for path in (entry, name, f"nn.functional.{name}", f"{room}.{rest}"):
        try:
            if attrgetter(path)(torch) is function:
                return path
        except AttributeError:
            continue
    return None


class _Called(NamedTuple):
    function: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Any = None


class _Calls(TorchFunctionMode):
    """Notes the calls of torch's functions, without going into what they call in turn."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[_Called] = []

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        called = _Called(func, args, dict(kwargs or {}))
        self.noted.append(called)
        result = func(*args, **called.kwargs)
        self.noted[-1] = called._replace(result=result)
        return result


def _calls_within(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[_Called]:
    """The calls of torch's that a lambda of the database makes, but for those that only look."""
    if getattr(torch.Tensor, getattr(function, "__name__", ""), None) is function:
        return [_Called(function, args, kwargs)]
    result = None
    with _Calls() as calls, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            result = function(*args, **kwargs)
        except Exception as error:
            if not calls.noted:
                raise Inexpressible(f"a function that raises {type(error).__name__}") from error
    noted: list[_Called] = calls.noted
    if len(noted) > 1:
        noted = [each for each in noted if each.result is None or _has_tensors(each.result)]
    if not noted or len(noted) > MOST_CALLS:
        raise Inexpressible(f"a function that makes {len(calls.noted)} calls")
    if len(noted) > 1 and result is not noted[-1].result:
        raise Inexpressible("a function that computes with what torch gave")
    return noted


def _has_tensors(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(map(_has_tensors, value))
    return isinstance(value, torch.Tensor)

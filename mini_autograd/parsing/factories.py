"""How a function that makes tensors is called: torch's parser, dtypes and the one device."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Protocol, cast

from numpy.typing import NDArray

from mini_autograd.arrays import dtypes
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.messages import arguments as errors_of_calls
from mini_autograd.messages.naming import InTorch
from mini_autograd.messages.tensors import creation as errors
from mini_autograd.messages.tensors import state as tensor_errors
from mini_autograd.parsing.binding import Written, binder
from mini_autograd.parsing.overloads import refused
from mini_autograd.parsing.overrides import functions, overridable
from mini_autograd.parsing.schema import Parameter, Schema

_PYTHON_TYPES: Final[dict[Any, dtypes.dtype]] = {
    float: dtypes.float64, int: dtypes.int64, bool: dtypes.bool_, complex: dtypes.complex128,
}  # fmt: skip


class device(metaclass=InTorch):
    """Where a tensor is: on the CPU, always."""

    __module__ = "mini_autograd"  # as it prints: <class 'mini_autograd.device'>
    __slots__ = ("index", "type")

    def __init__(self, type: str = "cpu", index: int | None = None) -> None:
        name, _, number = str(type).partition(":")
        if name == "cuda":
            raise errors.no_cuda()
        if name != "cpu":
            raise errors.unknown_device(str(type))
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


# Beside the dtype, what nearly every function takes that makes tensors.
_OPTIONS: Final = {
    "layout": Parameter("layout", ("Anything",), None, True),
    "device": Parameter("device", ("Anything",), None, True),
    "pin_memory": Parameter("pin_memory", ("Bool",), False, True),
    "requires_grad": Parameter("requires_grad", ("Bool",), False, True),
}
# As torch's errors list them.
OPTIONS: Final = (
    "torch.dtype dtype = None, torch.layout layout = None, torch.device device = None, "
    "bool pin_memory = False, bool requires_grad = False)"
)


def leaf(array: NDArray[Any], requires_grad: bool) -> Tensor:
    """A new leaf on an array; a RuntimeError if its dtype cannot require grad."""
    if requires_grad and array.dtype.kind not in "fc":
        raise tensor_errors.only_floating_at_creation()
    made = make(array)
    made._requires_grad = requires_grad
    return made


def factory(
    name: str = "", options: Iterable[str] = tuple(_OPTIONS)
) -> Callable[[Callable[..., NDArray[Any]]], Factory]:
    """Gives a function torch's argument parser; its first parameter is the method's tensor.

    As a plain function there is none, and the parameter is None. What it gives is an array, of
    which a leaf is made.

    Args:
        name: what torch's errors call it; by default its own name.
        options: what it takes besides, in torch's order.
    """
    return lambda function: _factory(function, name or function.__name__, tuple(options))


def _factory(function: Callable[..., NDArray[Any]], name: str, options: tuple[str, ...]) -> Factory:
    schema = Schema(name, function, [_OPTIONS[each] for each in options])
    place = options.index("requires_grad")
    by_position, code = schema.by_position(function), function.__code__
    own = code.co_argcount + code.co_kwonlyargcount

    @functools.wraps(function)
    def method(self: Any, *args: Any, **kwargs: Any) -> Tensor:
        if "dtype" in kwargs:
            kwargs["dtype"] = as_dtype(kwargs["dtype"])
        if "device" in kwargs:
            checked_device(kwargs["device"])
        values = schema.bind((self, *args), kwargs, method=True)
        return leaf(by_position(*values[:own]), values[own + place])

    general = overridable(schema.name)(functools.partial(method, None))
    written = binder(schema, function, start=1, leaf=leaf)
    made = cast(Factory, written.caller(general, schema.gathers))
    functools.update_wrapper(made, function)
    made.method = method
    if "Array" in function.__annotations__.values():  # a tensor is given
        functions[schema.name] = made
    made.written, made.schema = written, schema
    made.__name__ = method.__name__ = schema.name
    return made


def alternative(name: str, *alternatives: Factory, forms: Sequence[str]) -> Callable[..., Any]:
    """One public name for several functions: the first is called whose parameters take the call.

    Args:
        name: the public name.
        alternatives: what it stands for.
        forms: as torch lists them, where none takes the call.
    """

    def call(*args: Any, **kwargs: Any) -> Any:
        given = kwargs | {"dtype": as_dtype(kwargs["dtype"])} if "dtype" in kwargs else kwargs
        for reads in (False, True):  # a tensor that stands for a number comes last
            for each in alternatives:
                try:
                    each.schema.bound((None, *args), given, method=True, reads=reads)
                except TypeError as error:
                    if errors_of_calls.is_while_unpacking(error):
                        raise
                    continue
                return each(*args, **kwargs)
        raise refused(name, alternatives, forms, (None, *args), given, method=True)

    made: Callable[..., Any] = call
    for each in reversed(alternatives):
        made = each.written.caller(made, each.schema.gathers)
    made.__name__ = name
    made.__doc__ = alternatives[0].__doc__
    if name in functions:  # what users call is what an override is asked with
        functions[name] = made
    return made

"""`__torch_function__`: a type that has it is asked for the result of a function that gets one.

Plain tensors pay nothing for that: what is written for a function takes arguments of the types in
`PLAIN`, and sends all others to its general way, where `overriding_result` looks for such a type.
What a subclass has of `Tensor` that is not written so, `creation.subclasses` gives it, asking.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from mini_autograd.arrays.dtypes import dtype
from mini_autograd.core.tensor.size import Size
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.functions import overrides as errors

PLAIN: Final[set[type]] = {Tensor}  # and subclasses that have no `__torch_function__`
_NEVER: Final[frozenset[type]] = frozenset(
    {int, float, bool, complex, str, type(None), slice, dtype, np.ndarray, Size, type(...)}
)
KNOWN: Final[set[type]] = {*PLAIN, *_NEVER}  # of which a call need not look further
NAME: Final = "__torch_function__"

# By their names what users call; a function that is not here is none of theirs.
functions: Final[dict[str, Any]] = {}


class _State(threading.local):
    enabled = True


state: Final = _State()


class DisableTorchFunctionSubclass:
    """Inside, functions of this thread take a subclass for the tensor that it is."""

    def __enter__(self) -> None:
        self._before = state.enabled
        state.enabled = False

    def __exit__(self, *_: object) -> None:
        state.enabled = self._before


def disabled_implementation(
    func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
) -> Any:
    """The `__torch_function__` of a subclass whose results are plain tensors."""
    with DisableTorchFunctionSubclass():
        return func(*args, **(kwargs or {}))


def overriding(values: Iterable[Any], also: type | None = None) -> list[Any]:
    """The values whose types are asked, one a type: subclasses first, else from left to right.

    Args:
        values: the arguments of a call.
        also: a type that is asked beside others, though it changes nothing.
    """
    found: list[Any] = []
    if not state.enabled:
        return found
    for each in values:
        kind = type(each)
        if kind in _NEVER or (kind in PLAIN and kind is not also):
            continue
        asked = getattr(kind, NAME, None)
        if asked is None or asked is disabled_implementation or kind in map(type, found):
            continue
        later = (at for at, other in enumerate(found) if issubclass(kind, type(other)))
        found.insert(next(later, len(found)), each)
    return found


def enter_plain(kind: type) -> None:
    """Makes a subclass one whose calls nothing overrides."""
    PLAIN.add(kind)
    KNOWN.add(kind)


def is_plain(*values: Any) -> bool:
    """Whether the types alone say that nothing is to be asked."""
    return KNOWN.issuperset(map(type, values))


def flat(args: Iterable[Any], kwargs: Mapping[str, Any]) -> Iterable[Any]:
    """All arguments, and what lists of them hold."""
    for each in (*args, *kwargs.values()):
        if type(each) in (tuple, list):
            yield from each
        else:
            yield each


def asked(func: Any, found: Sequence[Any], args: Any, kwargs: Any, refused: Any) -> Any:
    """What the first of the types gives that does not leave the call to the next.

    Raises:
        TypeError: none gives anything.
    """
    types = tuple(map(type, found))
    given = (args,) if kwargs is None else (args, kwargs)
    for each in found:
        result = getattr(each, NAME)(func, types, *given)
        if result is not NotImplemented:
            return result
    raise refused(types)


NOTHING: Final = object()


def overriding_result(
    name: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    method: bool = False,
    func: Any = None,
    also: type | None = None,
) -> Any:
    """What the types of the arguments make of a call; `NOTHING` if none overrides it.

    Args:
        name: by which users call the function.
        args, kwargs: the arguments as they gave them.
        method: whether it is `Tensor`'s.
        func: what a type is asked with, if the name alone does not tell.
        also: as `overriding` takes it.
    """
    if KNOWN.issuperset(map(type, args)) and (not kwargs or is_plain(*kwargs.values())):
        return NOTHING
    public = func or (vars(Tensor) if method else functions).get(name)
    if public is None or not (found := overriding(flat(args, kwargs), also)):
        return NOTHING
    refused = functools.partial(errors.all_declined, f"torch.{'Tensor.' * method}{name}")
    return asked(public, found, args, kwargs or None, refused)


def overridable(
    name: str, *, method: bool = False, func: Any = None, also: type | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Has a general function look first whether an argument's type overrides what users call."""

    def enter(general: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            result = overriding_result(name, args, kwargs, method=method, func=func, also=also)
            return general(*args, **kwargs) if result is NOTHING else result

        call.__doc__ = general.__doc__
        return call

    return enter


def is_tensor_like(inp: Any) -> bool:
    """Whether it is a tensor, or its type has a `__torch_function__`."""
    return type(inp) is Tensor or hasattr(inp, NAME)


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """Whether a type among those of the arguments is to be asked."""
    return bool(overriding(relevant_args))


def handle_torch_function(
    public_api: Callable[..., Any], relevant_args: Iterable[Any], *args: Any, **kwargs: Any
) -> Any:
    """What the types of the arguments make of the call of a function that looked for them.

    Raises:
        TypeError: they make nothing of it.
    """
    found = overriding(relevant_args, also=Tensor)
    module = public_api.__module__ or "torch"  # which those have that are written
    name = f"{_MODULES.get(module, module)}.{public_api.__name__}"
    refused = functools.partial(errors.no_implementation.__call__, name)
    return asked(public_api, found, args, kwargs, refused)


def passed_on(
    public_api: Callable[..., Any],
    relevant_args: Iterable[Any],
    given: Mapping[str, Any],
    *forgotten: str,
) -> Any:
    """As `handle_torch_function`, for what torch has in Python: by name what may be left out.

    Args:
        given: the arguments by their names.
        forgotten: the names of those that torch does not pass on.
    """
    signature = inspect.signature(public_api)  # which takes its time: not at import
    optional = [k for k, each in signature.parameters.items() if each.default is not each.empty]
    named = {name: given[name] for name in optional if name not in forgotten}
    others = {name: value for name, value in given.items() if name not in optional}
    args = inspect.BoundArguments(signature, others).args
    return handle_torch_function(public_api, relevant_args, *args, **named)


# Where torch has what it has in Python.
_MODULES: Final = {
    Tensor.__module__: "torch._tensor",
    "mini_autograd.core.backward.backward": "torch.autograd",
    "mini_autograd.nn.functional": "torch.nn.functional",
}

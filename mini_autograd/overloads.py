"""Functions composed of ops, and names that torch overloads: bound and refused as torch does.

`@composite` gives a function on tensors the argument parser and both call forms. `overloaded`
makes one public name of several: the first whose parameters take the arguments is called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

import numpy as np

from mini_autograd.errors import arguments as errors
from mini_autograd.schema import Schema
from mini_autograd.tensor import Tensor


class Bound(Protocol):
    """A function with a schema: an op, or a composite of ops."""

    schema: Schema
    method: Callable[..., Any]
    __name__: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls it in the function form."""


def composite(function: Callable[..., Any] | None = None, *, name: str | None = None) -> Any:
    """Gives a function of ops torch's argument parser; with bare arrays it is called as it is.

    Its parameters are annotated with the words of `types`, as an op's forward.
    """
    if function is None:
        return lambda decorated: composite(decorated, name=name)
    schema = Schema(name or function.__name__, function)
    by_position = schema.by_position(function)

    def caller(method: bool) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if args and isinstance(args[0], (np.ndarray, np.generic)):
                return function(*args, **kwargs)
            return by_position(*schema.bind(args, kwargs, method=method))

        call.__name__ = schema.name
        call.__doc__ = function.__doc__
        return call

    made = cast(Bound, caller(False))
    made.method = caller(True)
    made.schema = schema
    return made


def overloaded(
    name: str,
    *alternatives: Bound,
    function_forms: Sequence[str] = (),
    method_forms: Sequence[str] = (),
) -> Bound:
    """One public name for several functions, tried in order.

    Args:
        name: the public name.
        alternatives: ops or composites.
        function_forms: how torch lists the overloads of the function form in its TypeError.
        method_forms: likewise of the method form; by default the function forms.
    """

    def caller(method: bool) -> Callable[..., Any]:
        forms = (method_forms or function_forms) if method else function_forms
        alone = next((each for each in alternatives if each.schema.required == 1), alternatives[0])

        def call(*args: Any, **kwargs: Any) -> Any:
            if args and isinstance(args[0], (np.ndarray, np.generic)):
                return alternatives[0](*args, **kwargs)
            if len(args) == 1 and not kwargs and isinstance(args[0], Tensor):
                return alone(*args)  # `x.sum()` pays for no parsing
            for each in alternatives:
                try:
                    each.schema.bind(args, kwargs, method=method)
                except TypeError:
                    continue
                return (each.method if method else each)(*args, **kwargs)
            raise errors.invalid_combination(name, _given(args, kwargs, method), forms)

        call.__name__ = name
        return call

    made = cast(Bound, caller(False))
    made.method = caller(True)
    made.schema = alternatives[0].schema
    return made


def _given(args: Sequence[Any], kwargs: Mapping[str, Any], method: bool) -> str:
    """The types of a call's arguments, as torch lists them."""
    listed = [_kind(value) for value in args[1 if method else 0 :]]
    listed += [f"{key}={_kind(value)}" for key, value in kwargs.items()]
    # torch leaves a trailing comma where all arguments have names
    return ", ".join(listed) + (", " if kwargs and len(listed) == len(kwargs) else "")


def _kind(value: Any) -> str:
    if isinstance(value, Tensor):
        return type(value).__name__
    if isinstance(value, (tuple, list)):
        inner = ", ".join(_kind(each) for each in value)
        return f"tuple of ({inner})" if isinstance(value, tuple) else f"list of [{inner}]"
    return errors.type_name(value)

"""The namespace `torch.overrides`: for functions that ask `__torch_function__` of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.creation.subclasses import default_nowrap_functions
from mini_autograd.parsing.overrides import (
    functions,
    handle_torch_function,
    has_torch_function,
    is_tensor_like,
)

__all__ = [
    "get_default_nowrap_functions",
    "handle_torch_function",
    "has_torch_function",
    "is_tensor_like",
    "is_tensor_method_or_property",
    "resolve_name",
    "wrap_torch_function",
]

get_default_nowrap_functions = default_nowrap_functions


def is_tensor_method_or_property(func: Callable[..., Any]) -> bool:
    """Whether it is `Tensor`'s, or gets an attribute of it."""
    return func.__name__ == "__get__" or any(func is each for each in vars(Tensor).values())


def resolve_name(f: Callable[..., Any]) -> str | None:
    """Where users find a function, as "torch.Tensor.add"."""
    for where, held in (("torch", functions), ("torch.Tensor", vars(Tensor))):
        for name, each in held.items():
            if each is f:
                return f"{where}.{name}"
            if isinstance(each, property) and each is getattr(f, "__self__", None):
                return f"{where}.{name}.{f.__name__}"
    return None


def wrap_torch_function(dispatcher: Callable[..., Any]) -> Callable[..., Any]:
    """Has a function ask the types of the arguments that `dispatcher` picks of its own."""

    def decorate(func: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(func)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            relevant = dispatcher(*args, **kwargs)
            if has_torch_function(relevant):
                return handle_torch_function(wrapped, relevant, *args, **kwargs)
            return func(*args, **kwargs)

        return wrapped

    return decorate

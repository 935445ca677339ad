"""Errors of converting a tensor's dtype."""

from __future__ import annotations

from typing import Any

from mini_autograd.errors.arguments import type_name as named

CASTS_COMPLEX = "Casting complex values to real discards the imaginary part"

_FORMS = (
    "(torch.device device = None, torch.dtype dtype = None, bool non_blocking = False, "
    "bool copy = False, *, torch.memory_format memory_format = None)",
    "(torch.dtype dtype, bool non_blocking = False, bool copy = False, *, "
    "torch.memory_format memory_format = None)",
    "(Tensor tensor, bool non_blocking = False, bool copy = False, *, "
    "torch.memory_format memory_format = None)",
)


def to_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> TypeError:
    """`to` of something that is neither dtype, device nor tensor."""
    given = [named(each) for each in args] + [f"{k}={named(v)}" for k, v in kwargs.items()]
    listed = "".join(f" * {form}\n" for form in _FORMS)
    return TypeError(
        f"to() received an invalid combination of arguments - got ({', '.join(given)}), but "
        f"expected one of:\n{listed}"
    )


def type_name(name: str) -> ValueError:
    """`type("nonsense")`."""
    return ValueError(f"invalid type: '{name}'")


def type_argument() -> RuntimeError:
    """`type(3)`."""
    return RuntimeError("dtype must be a type, str, or dtype object")

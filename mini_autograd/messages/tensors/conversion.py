"""Errors of converting a tensor's dtype."""

from __future__ import annotations

from typing import Any

from mini_autograd.messages.arguments import type_name as named

CASTS_COMPLEX = "Casting complex values to real discards the imaginary part"

SCALAR_OF_GRAPH = (
    "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
    "Consider using tensor.detach() first."
)

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
    trailing = ", " if kwargs and not args else ""  # torch leaves it
    listed = "".join(f" * {form}\n" for form in _FORMS)
    return TypeError(
        f"to() received an invalid combination of arguments - got ({', '.join(given)}{trailing}), "
        f"but expected one of:\n{listed}"
    )


def type_name(name: str) -> ValueError:
    """`type("nonsense")`."""
    return ValueError(f"invalid type: '{name}'")


def type_argument() -> TypeError:
    """`type(3)`."""
    return TypeError("dtype must be a type, str, or dtype object")


def takes_no_arguments(name: str, given: int) -> TypeError:
    """`x.float(1)`."""
    verb = "was" if given == 1 else "were"
    return TypeError(f"{name}() takes 0 positional arguments but {given} {verb} given")


def no_accelerator() -> RuntimeError:
    """`x.to(0)`: an int is the number of an accelerator."""
    return RuntimeError("Cannot access accelerator device when none is available.")


def negative_device() -> RuntimeError:
    """`to(-1)`."""
    return RuntimeError("Device index must not be negative")


def per_element_requires_grad(name: str) -> RuntimeError:
    """`x.apply_(f)` of a tensor in the graph."""
    return RuntimeError(
        f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead."
    )


def per_element_type(name: str, argument: str, wanted: str, found: str) -> TypeError:
    """`x.map_(y, f)` of tensors of two types."""
    return TypeError(
        f"{name}: expected torch.{wanted}Tensor for {argument} (got torch.{found}Tensor)"
    )


def no_real_number(value: object) -> TypeError:
    """A function called per element gave something else than a number."""
    return TypeError(f"must be real number, not {named(value)}")


def export_requires_grad() -> BufferError:
    """`x.__dlpack__()` of a tensor in the graph."""
    return BufferError("Can't export tensors that require gradient, use tensor.detach()")

"""Errors and warnings of converting a tensor's dtype, and of exporting it."""

from __future__ import annotations

from typing import Any

from mini_autograd.messages.message import Message
from mini_autograd.messages.message import type_name as named

# fmt: off

# Warnings.
casts_complex = Message(UserWarning, "Casting complex values to real discards the imaginary part")
scalar_of_graph = Message(UserWarning, "Converting a tensor with requires_grad=True to a scalar "
    "may lead to unexpected behavior.\nConsider using tensor.detach() first.")

# `to`, `type`.
_to_arguments = Message(TypeError, "to() received an invalid combination of arguments - got "
    "({given}), but expected one of:\n * (torch.device device = None, torch.dtype dtype = None, "
    "bool non_blocking = False, bool copy = False, *, torch.memory_format memory_format = None)\n "
    "* (torch.dtype dtype, bool non_blocking = False, bool copy = False, *, torch.memory_format "
    "memory_format = None)\n * (Tensor tensor, bool non_blocking = False, bool copy = False, *, "
    "torch.memory_format memory_format = None)\n")


def to_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> TypeError:
    """`to` of something that is neither dtype, device nor tensor."""
    given = [named(each) for each in args] + [f"{k}={named(v)}" for k, v in kwargs.items()]
    return _to_arguments(", ".join(given) + (", " if kwargs and not args else ""))  # sic


type_name = Message(ValueError, "invalid type: '{name}'")
type_argument = Message(TypeError, "dtype must be a type, str, or dtype object")
takes_no_arguments = Message(TypeError,
    "{name}() takes 0 positional arguments but {given} {given:was} given")
# An int is the number of an accelerator.
no_accelerator = Message(RuntimeError, "Cannot access accelerator device when none is available.")
negative_device = Message(RuntimeError, "Device index must not be negative")

# `apply_`, `map_`.
per_element_requires_grad = Message(RuntimeError,
    "Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead.")
per_element_type = Message(TypeError, "{name}: expected torch.{wanted}Tensor for {argument} (got "
    "torch.{found}Tensor)", order="name argument wanted found")
no_real_number = Message(TypeError, "must be real number, not {value:type}")
export_requires_grad = Message(BufferError,
    "Can't export tensors that require gradient, use tensor.detach()")

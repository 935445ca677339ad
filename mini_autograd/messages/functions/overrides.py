"""Errors of `__torch_function__`, and of making subclasses of tensors."""

from __future__ import annotations

from mini_autograd.messages.message import Message

# fmt: off

_all_declined = Message(TypeError,
    "Multiple dispatch failed for '{name}'; all __torch_function__ handlers returned "
    "NotImplemented:\n\n{listed}\n\nFor more information, try re-running with "
    "TORCH_LOGS=not_implemented")
no_implementation = Message(TypeError,
    "no implementation found for '{name}' on types that implement __torch_function__: {types:list}")
parameter_of_other_type = Message(RuntimeError,
    "Creating a Parameter from an instance of type {given} requires that detach() returns an "
    "instance of the same type, but return type {made} was found instead. To use the type as a "
    "Parameter, please correct the detach() semantics defined by its __torch_dispatch__() "
    "implementation.")
no_type = Message(TypeError, "cls must be a type (got {value:type})")
no_subclass = Message(TypeError, "Creating a Tensor subclass from a class that does not inherit "
    "from Tensor is not possible. Make sure your class inherits from Tensor.")


def all_declined(name: str, types: tuple[type, ...]) -> TypeError:
    """Every type that was asked left the call to the next."""
    return _all_declined(name, "\n".join(f"  - tensor subclass {each}" for each in types))

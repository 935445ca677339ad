"""Errors of `Variable`, as tensors with a graph were called."""

from __future__ import annotations

VOLATILE = "volatile was removed and now has no effect. Use `with torch.no_grad():` instead."


def variable_keyword(name: str) -> TypeError:
    """A `Variable` with an argument that there is not."""
    return TypeError(f"'{name}' is an invalid keyword argument for this function")


def deprecated_variable() -> RuntimeError:
    """`autograd.variable(...)`, as code of 2017 made tensors."""
    return RuntimeError("torch.autograd.variable(...) is deprecated, use torch.tensor(...) instead")

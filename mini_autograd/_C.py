"""What programs take from `torch._C`, which torch has in C++: how to leave subclasses unasked."""  # noqa: N999 - as torch calls it

from __future__ import annotations

from mini_autograd.parsing import overrides as _overrides
from mini_autograd.parsing.overrides import DisableTorchFunctionSubclass

__all__ = [
    "DisableTorchFunctionSubclass",
    "_disabled_torch_function_impl",
    "_is_torch_function_enabled",
]

_disabled_torch_function_impl = _overrides.disabled_implementation


def _is_torch_function_enabled() -> bool:
    """Whether subclasses are asked for the results of functions."""
    return _overrides.state.enabled

"""The namespace `torch.autograd.grad_mode`; the modes are in `core.modes.grad_mode`."""

from __future__ import annotations

from mini_autograd.core.modes.grad_mode import (
    enable_grad,
    inference_mode,
    no_grad,
    set_grad_enabled,
    set_multithreading_enabled,
)

__all__ = [
    "enable_grad",
    "inference_mode",
    "no_grad",
    "set_grad_enabled",
    "set_multithreading_enabled",
]

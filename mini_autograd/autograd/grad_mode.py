"""What torch has under `torch.autograd.grad_mode`: the modes, which are a room of their own."""

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

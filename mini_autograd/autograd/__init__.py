"""What torch has under `torch.autograd`: differentiation by a walk, and what it is built from."""

from __future__ import annotations

from mini_autograd import grad_mode
from mini_autograd.autograd import function, functional
from mini_autograd.autograd.function import Function
from mini_autograd.autograd.gradcheck import gradcheck, gradgradcheck
from mini_autograd.autograd.walks import backward, grad
from mini_autograd.grad_mode import (
    enable_grad,
    inference_mode,
    is_multithreading_enabled,
    no_grad,
    set_grad_enabled,
    set_multithreading_enabled,
)

__all__ = [
    "Function",
    "backward",
    "enable_grad",
    "function",
    "functional",
    "grad",
    "grad_mode",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "is_multithreading_enabled",
    "no_grad",
    "set_grad_enabled",
    "set_multithreading_enabled",
]

"""What torch has under `torch.autograd`: differentiation by a walk, and what it is built from."""

from __future__ import annotations

from mini_autograd.autograd.walks import backward, grad
from mini_autograd.grad_mode import enable_grad, no_grad, set_grad_enabled

__all__ = ["backward", "enable_grad", "grad", "no_grad", "set_grad_enabled"]

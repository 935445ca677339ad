"""The namespace `torch.func`: transforms that differentiate functions."""

from __future__ import annotations

from mini_autograd.func.gradients import grad, grad_and_value, vjp
from mini_autograd.func.jacobians import hessian, jacfwd, jacrev, jvp

__all__ = ["grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "vjp"]

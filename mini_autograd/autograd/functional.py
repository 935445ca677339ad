"""`torch.autograd.functional`: Jacobians, Hessians, and their products with vectors."""

from __future__ import annotations

from mini_autograd.autograd.jacobians import hessian, jacobian
from mini_autograd.autograd.products import hvp, jvp, vhp, vjp

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

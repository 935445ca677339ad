"""`torch.autograd.functional`: Jacobians, Hessians, and their products with vectors."""

from __future__ import annotations

from mini_autograd.autograd.functional.jacobians import hessian, jacobian
from mini_autograd.autograd.functional.products import hvp, jvp, vhp, vjp

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

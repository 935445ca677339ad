"""The namespace `torch.nn`: `functional` and `Parameter`."""

from __future__ import annotations

from mini_autograd.nn import functional, parameter
from mini_autograd.nn.parameter import Parameter

__all__ = ["Parameter", "functional", "parameter"]

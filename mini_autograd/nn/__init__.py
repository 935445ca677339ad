"""What torch has under `torch.nn`: here the functions only."""

from mini_autograd.nn import functional

__all__ = ["functional"]

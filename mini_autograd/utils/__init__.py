"""What torch has under `torch.utils`, as far as it is of autograd: a name of torch's, not ours."""

from __future__ import annotations

from mini_autograd.utils import hooks

__all__ = ["hooks"]

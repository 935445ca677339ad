"""What torch has under `torch.utils.hooks`: what registering a hook gives."""

from __future__ import annotations

from mini_autograd.core.graph.hooks import RemovableHandle

__all__ = ["RemovableHandle"]

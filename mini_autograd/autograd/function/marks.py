"""The methods of `ctx` that a forward calls; they only set attributes, read after the forward."""

from __future__ import annotations

from typing import Any

from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.functions import custom as errors


class FunctionCtx:
    """Base class of `ctx`, with the methods that a forward calls."""

    __module__ = "mini_autograd.autograd.function"  # as it prints

    to_save: Any
    saved_for_forward: Any
    dirty_tensors: Any
    non_differentiable: Any
    materialize_grads: Any

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Save tensors for `saved_tensors`, which raises if they were written to since."""
        self.to_save = tensors

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Accepted and not used: there is no forward mode.

        Raises:
            AssertionError: one is not a tensor.
        """
        for tensor in tensors:
            if not (isinstance(tensor, Tensor) or tensor is None):
                raise errors.saved_for_forward_type()
        self.saved_for_forward = tensors

    def mark_dirty(self, *args: Tensor) -> None:
        """Mark inputs that were written to; each must be returned."""
        self.dirty_tensors = args

    def mark_non_differentiable(self, *args: Tensor) -> None:
        """Mark outputs that are not differentiable."""
        self.non_differentiable = args

    def set_materialize_grads(self, value: bool) -> None:
        """Set whether `backward` gets zeros instead of None for outputs without gradient."""
        self.materialize_grads = value

"""What a custom function's forward says by calling its `ctx`: the methods, which only note it."""

from __future__ import annotations

from typing import Any

from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.functions import custom as errors


class FunctionCtx:
    """How a forward says what its backward needs, and what it did to its inputs."""

    __module__ = "mini_autograd.autograd.function"  # as it prints

    to_save: Any
    saved_for_forward: Any
    dirty_tensors: Any
    non_differentiable: Any
    materialize_grads: Any

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keeps tensors for `saved_tensors`, which tells whether they were written to since."""
        self.to_save = tensors

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Accepted: there is no forward mode that would ask for them.

        Raises:
            AssertionError: one is no tensor.
        """
        for tensor in tensors:
            if not (isinstance(tensor, Tensor) or tensor is None):
                raise errors.saved_for_forward_type()
        self.saved_for_forward = tensors

    def mark_dirty(self, *args: Tensor) -> None:
        """Says which inputs were written to; each must be returned."""
        self.dirty_tensors = args

    def mark_non_differentiable(self, *args: Tensor) -> None:
        """Says through which outputs no gradient flows."""
        self.non_differentiable = args

    def set_materialize_grads(self, value: bool) -> None:
        """Whether `backward` gets zeros, not None, for outputs that no gradient came to."""
        self.materialize_grads = value

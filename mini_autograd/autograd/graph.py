"""The namespace `torch.autograd.graph`: nodes, edges, and hooks for several tensors."""

from __future__ import annotations

from collections.abc import Iterable

from mini_autograd.autograd import node_calls  # noqa: F401 - it adds methods to every node
from mini_autograd.autograd.multi_grad import register_multi_grad_hook
from mini_autograd.autograd.mutation import allow_mutation_on_saved_tensors
from mini_autograd.autograd.saved_hooks import (
    disable_saved_tensors_hooks,
    save_on_cpu,
    saved_tensors_hooks,
)
from mini_autograd.core.backward.edges import GradientEdge, get_gradient_edge
from mini_autograd.core.graph.graph import Node
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.core.tensor.version_counter import counter_of
from mini_autograd.messages.graph import hooks as errors

__all__ = [
    "GradientEdge",
    "Node",
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
    "set_override_stale_capture_stream",
    "set_warn_on_accumulate_grad_stream_mismatch",
]


def increment_version(tensor: Tensor | Iterable[Tensor]) -> None:
    """Count an in-place write that the engine did not see, as one through NumPy.

    Raises:
        RuntimeError: something that is not a tensor.
    """
    tensors: object = (tensor,) if isinstance(tensor, Tensor) else tensor
    if not isinstance(tensors, Iterable):
        raise errors.increment_iterable()
    for each in tensors:
        if not isinstance(each, Tensor):
            raise errors.increment_element()
        if not each.is_inference():  # these have no version
            counter_of(each).version += 1


def set_warn_on_accumulate_grad_stream_mismatch(enabled: bool) -> None:
    """Accepted: the CPU has no streams."""
    _check_switch(enabled)


def set_override_stale_capture_stream(enabled: bool) -> None:
    """Accepted: the CPU has no streams."""
    _check_switch(enabled)


def _check_switch(enabled: object) -> None:
    if not isinstance(enabled, bool):
        raise errors.stream_flag(enabled)

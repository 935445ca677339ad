"""`grad_fn(...)` and `grad_fn._input_metadata`: methods of nodes that need tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mini_autograd.arrays import dtypes
from mini_autograd.core.backward.arithmetic import RAW, TENSORS
from mini_autograd.core.graph.graph import Node
from mini_autograd.core.graph.torch_property import ReadOnly
from mini_autograd.core.modes.grad_mode import is_grad_enabled
from mini_autograd.core.op import quiet_context
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.graph import hooks as errors
from mini_autograd.parsing.factories import CPU


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _InputMetadata:  # torch's name
    """The shape, dtype and device of the gradient for one output of a node."""

    shape: list[int]
    dtype: dtypes.dtype
    device: Any
    is_nested_tensor: bool = False
    is_cpp_nested_tensor: bool = False


_InputMetadata.__module__ = "torch._C._autograd"  # as it prints


def input_metadata(node: Node) -> tuple[_InputMetadata, ...]:
    """The metadata of each output of the forward."""
    return tuple(
        _InputMetadata(list(shape), dtypes.of_numpy(dtype), CPU) for shape, dtype in node.results
    )


def call(node: Node, *grads: Tensor | None) -> Any:
    """Run the node's backward on gradients: one result for a single input, or a tuple.

    It runs no hooks and frees nothing; it is recorded if grad mode is on.

    Raises:
        TypeError: a wrong number of gradients, or one that is neither a tensor nor None.
        RuntimeError: a saved tensor was freed or written to.
    """
    if len(grads) != len(node.accepted):
        raise errors.node_argument_count(len(node.accepted), len(grads))
    for index, grad in enumerate(grads):
        if grad is not None and not isinstance(grad, Tensor):
            raise errors.node_argument(index)
    arithmetic = TENSORS if is_grad_enabled() else RAW
    given = [None if grad is None else arithmetic.unwrap(grad) for grad in grads]
    found = quiet_context().run(node.backward, given, arithmetic)
    answer = tuple([None if each is None else arithmetic.wrap(each) for each in found])
    return answer[0] if len(answer) == 1 else answer


def install() -> None:
    """Add both to `Node`, whose own module must not import tensors."""
    Node.__call__ = call  # type: ignore[method-assign]
    Node._input_metadata = ReadOnly(input_metadata, "_input_metadata")


install()

"""What can be seen of a tensor of a torch-like module, without changing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from conformance.trace import UNOBSERVED, Observed, Opaque, TensorState, Text
from conformance.values import NUMPY_DTYPES, DType, Value

GRAD_DEPTH = 4  # `.grad` of `.grad` of ...: enough for any program, and a guard against a cycle.


def state_of(tensor: Any, depth: int = GRAD_DEPTH) -> TensorState:
    """Everything that the tensor shows; what it does not have is UNOBSERVED."""
    node = _read(_grad_fn, tensor)
    return TensorState(
        shape=tuple(tensor.shape),
        dtype=dtype_name(tensor.dtype),
        values=_read(values_of, tensor),
        requires_grad=_read(_requires_grad, tensor),
        is_leaf=_read(_is_leaf, tensor),
        grad=_read(_grad, tensor, depth),
        grad_fn=UNOBSERVED if node is UNOBSERVED else _read(_node_name, node),
        edges=UNOBSERVED if node is UNOBSERVED else _read(_edges, node),
        stride=_read(_stride, tensor),
        version=_read(_version, tensor),
        output_nr=_read(_output_nr, tensor),
    )


def _read(field: Callable[..., Any], *args: Any) -> Any:
    try:
        return field(*args)
    except Exception:
        # An engine may lack a field in any way: no attribute, NotImplementedError, a stub that
        # fails. Each is the same fact for the harness: it cannot be observed.
        return UNOBSERVED


def _requires_grad(tensor: Any) -> bool:
    return bool(tensor.requires_grad)


def _is_leaf(tensor: Any) -> bool:
    return bool(tensor.is_leaf)


def _grad_fn(tensor: Any) -> Any:
    return tensor.grad_fn


def _grad(tensor: Any, depth: int) -> Observed[TensorState | None]:
    grad = tensor.grad
    if grad is None:
        return None
    return state_of(grad, depth - 1) if depth else UNOBSERVED


def _version(tensor: Any) -> int:
    return int(tensor._version)


def _output_nr(tensor: Any) -> int:
    return int(tensor.output_nr)


def _stride(tensor: Any) -> tuple[int, ...]:
    return tuple(tensor.stride())


def _node_name(node: Any) -> str | None:
    if node is None:
        return None
    name = getattr(node, "name", None)
    # Without the C++ namespace, as torch prints it: AccumulateGrad.
    return str(name()).rpartition(":")[2] if callable(name) else type(node).__name__


def _edges(node: Any) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(f"{_node_name(target)}:{number}" for target, number in node.next_functions)


def dtype_name(dtype: Any) -> str:
    """`float32` of `torch.float32`, whatever the module is called."""
    return str(dtype).rpartition(".")[2]


def values_of(tensor: Any) -> np.ndarray[Any, Any]:
    """The tensor's values; the array may share its memory."""
    plain = tensor.detach()
    try:
        return np.asarray(plain.numpy())
    except Exception:
        # No numpy(), or a lazy conjugate or negative, which torch refuses to give as an array.
        return np.array(plain.tolist(), NUMPY_DTYPES.get(dtype_name(tensor.dtype)))


def aliases_of(tensors: Mapping[str, Any]) -> Observed[tuple[tuple[str, ...], ...]]:
    """The groups of names whose tensors share a storage, gradients included as `x0.grad`."""
    groups: dict[int, list[str]] = {}
    try:
        for name, tensor in tensors.items():
            _place(groups, name, tensor)
            if (grad := tensor.grad) is not None:
                _place(groups, f"{name}.grad", grad)
    except Exception:  # As in `_read`: a module without storages cannot tell.
        return UNOBSERVED
    return tuple(tuple(names) for names in groups.values() if len(names) > 1)


def _place(groups: dict[int, list[str]], name: str, tensor: Any) -> None:
    storage = tensor.untyped_storage().data_ptr()
    if storage:  # An empty storage has no address, and shares nothing.
        groups.setdefault(storage, []).append(name)


_PLAIN = (bool, int, float, complex, str, type(None), Text)


def plain(value: Any, dtype_type: type | None) -> Value | Opaque | np.ndarray[Any, Any]:
    """A value that is no tensor, in the harness's own terms. `dtype_type` is the class of the
    engine's dtypes, if it has one."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, np.ndarray):
        return value.copy()
    if dtype_type is not None and isinstance(value, dtype_type):
        return DType(dtype_name(value))
    if isinstance(value, tuple):  # torch.Size and named tuples too
        return tuple(plain(item, dtype_type) for item in value)
    if isinstance(value, list):
        return [plain(item, dtype_type) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item, dtype_type) for key, item in value.items()}
    if isinstance(value, np.generic):
        return value.item()
    return Opaque(type(value).__name__)

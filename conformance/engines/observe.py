"""What can be seen of a tensor of a torch-like module, without changing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from conformance.program.values import NUMPY_DTYPES, DType, Value
from conformance.trace import UNOBSERVED, Observed, Opaque, TensorState, Text

GRAD_DEPTH = 4  # `.grad` of `.grad` of ...: enough for any program, and a guard against a cycle.


def state_of(tensor: Any, version: int | None = None, depth: int = GRAD_DEPTH) -> TensorState:
    """Everything that the tensor shows; what it does not have is UNOBSERVED.

    Args:
        version: its version when the program was given it. The count that is observed starts
            there: an engine may write into a tensor while it makes it, and torch's kernels do.
            Without it, as for a gradient, which the walk made, none is observed.
    """
    try:
        seen: list[Any] = [
            values_of(tensor),
            bool(tensor.requires_grad),
            bool(tensor.is_leaf),
            tensor.grad,
            *_node(tensor.grad_fn),
            tuple(tensor.stride()),
            int(tensor._version),
            int(tensor.output_nr),
        ]
    except Exception:
        # An engine may lack a field in any way: no attribute, NotImplementedError, a stub that
        # fails. Each is the same fact for the harness: it cannot be observed. Guarding each field
        # costs as much as reading it, so that is left to the engines that lack one.
        seen = [_guarded(read, tensor) for read in _READERS]
    values, requires_grad, is_leaf, grad, grad_fn, edges, stride, writes, output_nr = seen
    if grad is not None and grad is not UNOBSERVED:
        grad = _gradient(grad, depth - 1) if depth else UNOBSERVED
    if writes is not UNOBSERVED:
        writes = UNOBSERVED if version is None else writes - version
    return TensorState(
        tuple(tensor.shape),
        dtype_name(tensor.dtype),
        values,
        requires_grad,
        is_leaf,
        grad,
        grad_fn,
        edges,
        stride,
        writes,
        output_nr,
    )


def _gradient(grad: Any, depth: int) -> TensorState | Opaque:
    try:
        return state_of(grad, None, depth)
    except Exception:  # It has no shape, or no dtype: it is no tensor.
        return Opaque(type(grad).__name__)


def _guarded(read: Callable[[Any], Any], tensor: Any) -> Any:
    try:
        return read(tensor)
    except Exception:
        return UNOBSERVED


def _node(node: Any) -> tuple[str | None, tuple[str, ...]]:
    """A grad_fn's name and its edges; each read of a tensor's makes torch wrap it anew."""
    return (None, ()) if node is None else (_node_name(node), _edges(node))


def _node_name(node: Any) -> str | None:
    if node is None:
        return None
    name = getattr(node, "name", None)
    # Without the C++ namespace, as torch prints it: AccumulateGrad.
    return str(name()).rpartition(":")[2] if callable(name) else type(node).__name__


def _edges(node: Any) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple([f"{_node_name(target)}:{number}" for target, number in node.next_functions])


def dtype_name(dtype: Any) -> str:
    """`float32` of `torch.float32`, whatever the module is called."""
    try:
        return _DTYPE_NAMES[dtype]
    except KeyError:
        name = _DTYPE_NAMES[dtype] = str(dtype).rpartition(".")[2]
        return name
    except TypeError:  # An engine's dtypes need not be hashable.
        return str(dtype).rpartition(".")[2]


_DTYPE_NAMES: dict[Any, str] = {}


def values_of(tensor: Any) -> np.ndarray[Any, Any]:
    """The tensor's values; the array may share its memory."""
    plain = tensor.detach()
    try:
        return np.asarray(plain.numpy())
    except Exception:
        # No numpy(), or a lazy conjugate or negative, which torch refuses to give as an array.
        array = np.array(_listed(plain), NUMPY_DTYPES.get(dtype_name(tensor.dtype)))
        return array if array.size else array.reshape(tuple(tensor.shape))  # a list lacks (0, 3)


def _listed(plain: Any) -> Any:
    try:
        return plain.tolist()
    except Exception:  # Torch gives some gradients as zeros that have no memory until copied.
        return plain.clone().tolist()


def version_of(tensor: Any) -> int | None:
    """How often the tensor's memory was written to; None if the engine does not count."""
    try:
        return int(tensor._version)
    except Exception:
        return None


_READERS: tuple[Callable[[Any], Any], ...] = (
    values_of,
    lambda tensor: bool(tensor.requires_grad),
    lambda tensor: bool(tensor.is_leaf),
    lambda tensor: tensor.grad,
    lambda tensor: _node_name(tensor.grad_fn),
    lambda tensor: _edges(tensor.grad_fn),
    lambda tensor: tuple(tensor.stride()),
    lambda tensor: int(tensor._version),
    lambda tensor: int(tensor.output_nr),
)
"""How each field of a `TensorState` after shape and dtype is read alone, in the fields' order."""


def aliases_of(
    tensors: Mapping[str, Any], states: Mapping[str, TensorState]
) -> Observed[tuple[tuple[str, ...], ...]]:
    """The groups of names whose tensors share a storage, gradients included as `x0.grad`. The
    tensors' `states` tell which have none: torch warns whenever a result is asked for one."""
    groups: dict[int, list[str]] = {}
    try:
        for name, tensor in tensors.items():
            _place(groups, name, tensor)
            state = states.get(name)
            if (state is None or state.grad is not None) and (grad := tensor.grad) is not None:
                _place(groups, f"{name}.grad", grad)
    except Exception:  # As in `_read`: a module without storages cannot tell.
        return UNOBSERVED
    return tuple(tuple(names) for names in groups.values() if len(names) > 1)


def _place(groups: dict[int, list[str]], name: str, tensor: Any) -> None:
    storage = tensor.untyped_storage().data_ptr()
    if storage:  # An empty storage has no address, and shares nothing.
        groups.setdefault(storage, []).append(name)


def gradients_of(named: Mapping[str, Any], owners: Iterable[str]) -> dict[str, Any]:
    """The gradients that these tensors have, by name; of a module that cannot tell, none is seen.

    Nothing but `.grad` is asked for. `is_leaf` would be a step of its own: torch brings the
    grad_fn of a view up to date then, whose base was written to.
    """
    found = {}
    try:
        for name in owners:
            grad = getattr(named.get(name), "grad", None)
            if grad is not None:
                found[name] = grad
    except Exception:  # As in `state_of`: a field may be lacking in any way.
        return {}
    return found


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


def given(value: Any, tensor_type: type[Any], dtype_type: type | None) -> Any:
    """What a hook was given. A tensor's values are copied: the walk may go on to write there."""
    if isinstance(value, tensor_type):
        values = _guarded(values_of, value)
        return TensorState(
            tuple(value.shape),
            dtype_name(value.dtype),
            values if values is UNOBSERVED else np.array(values),
            _guarded(lambda tensor: bool(tensor.requires_grad), value),
        )
    if isinstance(value, tuple | list):
        return tuple([given(item, tensor_type, dtype_type) for item in value])
    return plain(value, dtype_type)

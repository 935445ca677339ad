"""Which tensors of a torch-like module share memory, how often it was written to, and which object
a tensor's gradient is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from conformance.program.trace import UNOBSERVED, Observed, TensorState


def version_of(tensor: Any) -> int | None:
    """How often the tensor's memory was written to; None if the engine does not count."""
    try:
        return int(tensor._version)
    except Exception:
        return None


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
    except Exception:  # A module without storages cannot tell.
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
    except Exception:  # It may be lacking in any way.
        return {}
    return found

"""Torch by its own decompositions and references, in Python, in place of its kernels."""

from __future__ import annotations

from typing import Any

from torch._decomp import decomposition_table
from torch.utils._python_dispatch import TorchDispatchMode

from conformance.engines.torchlike.way import Way


def way(option: str) -> Way:
    """The way of decompositions."""
    return Way(opened=_Decomposed)


class _Decomposed(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Runs in place of each kernel, forward and backward, what torch's table has for it."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if (instead := decomposition_table.get(func)) is not None:
            with self:
                found = instead(*args, **kwargs)
            if found is not NotImplemented:
                return found
        return func(*args, **kwargs)

"""Torch under functionalization: below autograd, writes and views become calls that write nothing,
as they do in everything that compiles torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import torch

from conformance.engines.torchlike.way import Way


def way(option: str) -> Way:
    """The way of functional tensors."""
    return Way(opened=_functionalized, made=_functional)


@contextmanager
def _functionalized() -> Iterator[None]:
    kind: Any = torch.Tensor
    torch._enable_functionalization(reapply_views=True)
    try:
        for name in _READS:
            setattr(kind, name, _of_the_inner(getattr(kind, name)))
        yield
    finally:
        for name in _READS:
            delattr(kind, name)
        torch._disable_functionalization()  # type: ignore[no-untyped-call]


def _functional(tensor: torch.Tensor) -> torch.Tensor:
    if torch._is_functional_tensor(tensor):
        return tensor
    return torch._to_functional_tensor(tensor)


_READS = ("numpy", "tolist")
"""What gives values. Torch's own would read the memory of the tensor around, which has none; no
mode will do, since none is on within a hook."""


def _of_the_inner(read: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(read)
    def reading(tensor: torch.Tensor, *args: Any, **options: Any) -> Any:
        if torch._is_functional_tensor(tensor):
            functions: Any = torch
            functions._sync(tensor)
            tensor = functions._from_functional_tensor(tensor)
        return read(tensor, *args, **options)

    return reading

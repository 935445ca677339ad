"""A torch-like module, torch itself, that has an op of a user's own: wrong for one factor."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch


def __getattr__(name: str) -> Any:
    return getattr(torch, name)


def scale(x: torch.Tensor, factor: float = 2.0) -> torch.Tensor:
    if x.dim() > 3:
        raise ValueError("too many dims")
    return x * (0.75 if factor == 0.5 else factor)


def centred(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return x - y.mean()


ops = SimpleNamespace(tests_of_conformance=SimpleNamespace(scale=scale))

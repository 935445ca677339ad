"""The namespace `torch.autograd`: `backward`, `grad`, `Function`, gradcheck and modes."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mini_autograd.autograd import anomaly_mode, function, grad_mode, graph
from mini_autograd.autograd import batched_walk as _batched_walk  # noqa: F401 - enters itself
from mini_autograd.autograd.anomaly_mode import detect_anomaly, set_detect_anomaly
from mini_autograd.autograd.function import Function
from mini_autograd.autograd.gradcheck import gradcheck, gradgradcheck
from mini_autograd.autograd.variable import Variable, variable
from mini_autograd.core.backward.backward import backward, grad
from mini_autograd.core.modes.grad_mode import (
    enable_grad,
    inference_mode,
    is_multithreading_enabled,
    no_grad,
    set_grad_enabled,
    set_multithreading_enabled,
)

__all__ = [
    "Function",
    "Variable",
    "anomaly_mode",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "function",
    "functional",
    "grad",
    "grad_mode",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "inference_mode",
    "is_multithreading_enabled",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
    "set_multithreading_enabled",
    "variable",
]


def __getattr__(name: str) -> Any:
    """A namespace that few programs use, when it is first asked for."""
    if name == "functional":
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

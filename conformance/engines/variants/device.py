"""Torch on another device: inputs are made there, and so is what a program makes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch

from conformance.engines.observing.texts import said
from conformance.engines.protocol import EngineError
from conformance.engines.torchlike.way import Way


def way(name: str) -> Way:
    """The way of the device of that name.

    Raises:
        EngineError: torch knows no such device, or there is none here.
    """
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise EngineError(f"{name!r} is neither a variant nor a device: {said(error)}") from error
    _refuse_absent(device)
    return Way(opened=lambda: _default(device), made=lambda tensor: tensor.to(device))


def _default(device: torch.device) -> AbstractContextManager[Any]:
    """Have what a program makes be made there. Where it is anyway, nothing is opened: a warning
    would point at the code that does that."""
    return nullcontext() if torch.get_default_device() == device else device


def _refuse_absent(device: torch.device) -> None:
    try:
        if device.type == "cuda":
            # The process is forked for the programs, which a CUDA that has begun does not survive.
            with _without_beginning():
                if torch.cuda.is_available():
                    return
            raise RuntimeError("torch.cuda.is_available() is False")
        torch.empty(0, device=device)
    except Exception as error:  # of a backend's own code
        raise EngineError(f"there is no device {device} here: {said(error)}") from error


@contextmanager
def _without_beginning() -> Iterator[None]:
    """Have CUDA counted by its management library, which leaves the driver alone."""
    name = "PYTORCH_NVML_BASED_CUDA_CHECK"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before

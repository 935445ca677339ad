"""Torch's OpInfo database: its entries by name, and their samples, always the same ones."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np

from conformance.corpus.opinfo.grad_outputs import generator
from conformance.program.values import DIFFERENTIABLE


@cache
def database() -> Mapping[str, Any]:
    """Torch's entries by `name` or `name.variant`. The first call takes seconds: it imports
    torch's test data."""
    from torch.testing._internal.common_methods_invocations import op_db

    return {entry_name(info.name, info.variant_test_name): info for info in op_db}


def entry_name(name: str, variant: str) -> str:
    """The name of an entry in `database`."""
    return f"{name}.{variant}" if variant else name


def samples_of(info: Any, name: str, dtype: str) -> list[Any]:
    """An entry's samples of a dtype; none if the op does not take it."""
    import torch

    kind = getattr(torch, dtype)
    if not info.supports_dtype(kind, "cpu"):
        return []
    requires_grad = dtype in DIFFERENTIABLE and info.supports_autograd
    with _seeded(name, dtype):
        return list(info.sample_inputs("cpu", kind, requires_grad=requires_grad, set_seed=False))


def error_samples(info: Any, name: str) -> list[Any]:
    """An entry's calls that must raise."""
    if info.error_inputs_func is None:
        return []
    with _seeded(name, "errors"):
        return list(info.error_inputs("cpu", set_seed=False))


@contextmanager
def _seeded(*words: str) -> Iterator[None]:
    """Every global generator that the database draws from, seeded by the words; put back after."""
    import torch

    seed = int(generator(*words).integers(2**32))
    plain, numpy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(seed)
        random.seed(seed)
        np.random.seed(seed)
        try:
            yield
        finally:
            random.setstate(plain)
            np.random.set_state(numpy)

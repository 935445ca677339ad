"""Torch's OpInfo database: its entries by name, and their samples, always the same ones."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from itertools import islice
from typing import Any

import numpy as np

from conformance.corpus.opinfo.grad_outputs import generator
from conformance.program.values import DIFFERENTIABLE

MOST = 400  # samples of an entry that are made at all: some have thousands, alike but for sizes


@cache
def database() -> Mapping[str, Any]:
    """Torch's entries by `name` or `name.variant`. The first call takes seconds: it imports
    torch's test data."""
    from torch.testing._internal.common_methods_invocations import op_db

    return {entry_name(info.name, info.variant_test_name): info for info in op_db}


def entry_name(name: str, variant: str) -> str:
    """The name of an entry in `database`."""
    return f"{name}.{variant}" if variant else name


def samples_of(info: Any, name: str, dtype: str, most: int | None = None) -> list[Any]:
    """An entry's samples of a dtype, `most` at most; none if the op does not take it."""
    import torch

    kind = getattr(torch, dtype)
    if not info.supports_dtype(kind, "cpu"):
        return []
    requires_grad = dtype in DIFFERENTIABLE and info.supports_autograd
    with _seeded(name, dtype):
        # `sample_inputs` notes from where each sample comes, which takes longer than to make it.
        return list(islice(info.sample_inputs_func(info, "cpu", kind, requires_grad), most))


TRIED: Mapping[str, str] = {"bfloat16": "float32", "complex32": "complex64"}
"""The dtypes in which an op is asked though its entry does not have them, where it has the other:
most kernels refuse the first, and that is an answer, too."""


def sample_of_untaken(info: Any, name: str, dtype: str) -> Any:
    """The entry's first sample in one of the `TRIED` dtypes that it does not have, requiring no
    grad; None where it has that dtype, has not the other, or makes no such sample."""
    import torch

    kind, other = getattr(torch, dtype), getattr(torch, TRIED[dtype])
    if info.supports_dtype(kind, "cpu") or not info.supports_dtype(other, "cpu"):
        return None
    with _seeded(name, dtype), suppress(Exception):  # Its values may be computed by such kernels.
        return next(iter(info.sample_inputs_func(info, "cpu", kind, False)), None)


def error_samples(info: Any, name: str) -> list[Any]:
    """An entry's calls that must raise."""
    if info.error_inputs_func is None:
        return []
    with _seeded(name, "errors"):
        return list(info.error_inputs_func(info, "cpu"))


@contextmanager
def _seeded(*words: str) -> Iterator[None]:
    """Every global generator that the database draws from, seeded by the words; put back after."""
    import torch

    seed = int(generator(*words).integers(2**32))
    plain, numpy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.default_generator.manual_seed(seed)  # and not those of other devices
        random.seed(seed)
        np.random.seed(seed)
        try:
            yield
        finally:
            random.setstate(plain)
            np.random.set_state(numpy)

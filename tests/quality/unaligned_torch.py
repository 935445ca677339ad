"""Torch itself, whose tensors made of Python's numbers begin one element beside an aligned address.

An unlike layout of memory: vectorised loops peel other elements off, and the verdict must not care.
"""

from typing import Any

import numpy as np
import torch

_LINE = 64  # bytes, which torch's own allocator aligns to


def __getattr__(name: str) -> Any:
    return getattr(torch, name)


def tensor(data: Any, **options: Any) -> torch.Tensor:
    """As `torch.tensor`; nothing, and what NumPy has no dtype for, lies as torch lays it."""
    made = torch.tensor(data, **options)
    if made.requires_grad or made.dtype is torch.bfloat16 or not made.numel():
        return made
    values = made.numpy()
    memory = np.empty(values.nbytes + 2 * _LINE, np.uint8)
    begin = -memory.ctypes.data % _LINE + values.itemsize
    beside = memory[begin : begin + values.nbytes].view(values.dtype).reshape(values.shape)
    beside[...] = values
    return torch.from_numpy(beside)

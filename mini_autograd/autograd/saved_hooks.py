"""The context managers of `torch.autograd.graph` for pack and unpack hooks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mini_autograd.core.saved import packing
from mini_autograd.core.saved.packing import Pack, Unpack
from mini_autograd.core.tensor.tensor import Tensor


class saved_tensors_hooks:  # torch's name
    """Inside, tensors saved for backward are packed by `pack_hook` and unpacked by `unpack_hook`.

    `pack_hook` gets each tensor when it is saved; `unpack_hook` gets the packed value each time
    that the tensor is needed. Of nested pairs the innermost applies.
    """

    __module__ = "mini_autograd.autograd.graph"  # as it prints

    def __init__(self, pack_hook: Pack, unpack_hook: Unpack) -> None:
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self) -> None:
        packing.push(self.pack_hook, self.unpack_hook)

    def __exit__(self, *args: object) -> None:
        packing.pop()


class save_on_cpu(saved_tensors_hooks):  # torch's name
    """Saves tensors as they are, on the CPU already; as in torch, without checks for writes."""

    __module__ = "mini_autograd.autograd.graph"

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        def pack(tensor: Tensor) -> Tensor:
            return tensor.clone() if pin_memory else tensor

        super().__init__(pack, lambda packed: packed)


@contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """Inside, using such hooks is a RuntimeError with this message."""
    before = packing.disabled_message()
    try:
        packing.disable(error_message)
        yield
    finally:
        packing.disable(before)

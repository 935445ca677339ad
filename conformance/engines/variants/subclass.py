"""Torch by a subclass: a tensor of a class with `__torch_dispatch__`, that holds another."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils._python_dispatch import (
    TorchDispatchMode,
    _disable_current_modes,
    return_and_correct_aliasing,
)
from torch.utils._pytree import tree_map_only

from conformance.engines.torchlike.way import Way


def way(option: str) -> Way:
    """The way of wrapped tensors; those that a program makes are wrapped as well."""
    return Way(opened=_Made, made=_wrapped)


class Wrapped(torch.Tensor):
    """A tensor that has no memory of its own but that of another, as those of DTensor and of
    quantized weights have."""

    held: torch.Tensor

    @staticmethod
    def __new__(cls, inner: torch.Tensor) -> Any:
        made = torch.Tensor._make_wrapper_subclass(
            cls,
            inner.size(),
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            layout=inner.layout,
            device=inner.device,
        )
        made.held = inner
        return made

    __torch_function__: Any = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]
        cls, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        plain = tree_map_only(Wrapped, lambda tensor: tensor.held, (args, kwargs))
        with _lazy_bits_seen():
            out = tree_map_only(torch.Tensor, _wrapped, func(*plain[0], **plain[1]))
        correct: Any = return_and_correct_aliasing
        return correct(func, args, kwargs, out)

    def numpy(self, *args: Any, **options: Any) -> Any:
        """The values of the tensor within; torch refuses where `Tensor.numpy` would."""
        if self.requires_grad and not options.get("force"):
            return super().numpy(*args, **options)
        with _disable_current_modes():
            return self.held.numpy(*args, **options)

    def tolist(self) -> Any:
        """The values of the tensor within."""
        with _disable_current_modes():
            return self.held.tolist()


Wrapped.__name__ = "Tensor"  # as the messages about arguments call it


def _lazy_bits_seen() -> Any:
    """Below `__torch_dispatch__` torch leaves out the keys by which a tensor within that is
    conjugated or negated lazily would be resolved: kernels would take its memory as it is."""
    include = torch._C._dispatch_tls_local_include_set()
    exclude = torch._C._dispatch_tls_local_exclude_set()
    for key in (torch.DispatchKey.Conjugate, torch.DispatchKey.Negative):
        exclude = exclude.remove(key)
    return torch._C._ForceDispatchKeyGuard(include, exclude)


def _wrapped(tensor: torch.Tensor) -> torch.Tensor:
    return tensor if isinstance(tensor, Wrapped) else Wrapped(tensor)


class _Made(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Wraps what is made of no tensor, as by `zeros`."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        return out if Wrapped in types else tree_map_only(torch.Tensor, _wrapped, out)

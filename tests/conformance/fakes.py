"""Engines with a fault: modules that are torch but for what they are given."""

from __future__ import annotations

from types import ModuleType

import torch

from conformance import TorchLike


def torch_but(*lacking, **replaced):
    """An engine that is torch with some functions replaced and some names lacking."""
    module = ModuleType("fake")
    vars(module).update(replaced)

    def attribute(name):
        if name in lacking:
            raise AttributeError(f"module 'fake' has no attribute {name!r}")
        return getattr(torch, name)

    module.__getattr__ = attribute
    return TorchLike(module)


class ForeignTensor:
    """A tensor of an engine that has next to nothing."""

    def __init__(self, data, dtype=None):
        self.data = torch.tensor(data, dtype=dtype)
        self.requires_grad = False
        self.grad = None

    shape = property(lambda self: self.data.shape)
    dtype = property(lambda self: self.data.dtype)

    def detach(self):
        return self

    def tolist(self):
        return self.data.tolist()

    def __add__(self, other):
        return type(self)((self.data + other.data).tolist(), self.dtype)


def bare_engine(**members):
    """An engine with `tensor`, dtypes and addition, and nothing else but these of its tensors."""
    module = ModuleType("bare")
    module.Tensor = module.tensor = type("ForeignTensor", (ForeignTensor,), members)
    module.float32 = torch.float32
    return TorchLike(module)

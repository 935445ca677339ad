"""Torch with a fault: functions and methods replaced while the subject runs, and only then."""

from __future__ import annotations

from contextlib import contextmanager
from operator import attrgetter

import torch

from conformance import TorchLike


class FaultyTorch:
    """An engine that is torch with a fault in it.

    The fault maps names to what stands in their place: `"sum"` for the function and the method of
    that name, `"Tensor.sum"` or `"autograd.grad"` for one thing alone. Each is given what it
    replaces, and gives the replacement.
    """

    name = "faulty"
    version = torch.__version__

    def __init__(self, faults):
        self.places = [
            (owner, name, fault(getattr(owner, name)))
            for path, fault in faults.items()
            for owner, name in _places(path)
        ]

    def start(self, inputs):
        with self.planted():
            return _FaultySession(self, TorchLike(torch).start(inputs))

    @contextmanager
    def planted(self):
        """The fault is there inside this block."""
        before = [(owner, name, getattr(owner, name)) for owner, name, _ in self.places]
        try:
            for owner, name, broken in self.places:
                setattr(owner, name, broken)
            yield
        finally:
            for owner, name, whole in before:
                setattr(owner, name, whole)


def _places(path):
    owner, dot, name = path.rpartition(".")
    if dot:
        return [(attrgetter(owner)(torch), name)]
    return [(owner, name) for owner in (torch, torch.Tensor) if hasattr(owner, name)]


class _FaultySession:
    def __init__(self, engine, session):
        self.engine, self.session = engine, session

    def step(self, step):
        with self.engine.planted():
            return self.session.step(step)

    def value(self, name):
        return self.session.value(name)

    def tensors(self):
        return self.session.tensors()

    def finish(self):
        with self.engine.planted():
            return self.session.finish()

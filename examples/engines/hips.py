"""HIPS autograd (https://github.com/HIPS/autograd) as a torch-like module."""

from __future__ import annotations

from importlib.metadata import version
from types import SimpleNamespace

import autograd.numpy as anp
import numpy as np
from autograd import make_vjp

from examples.engines import numpy_names
from examples.engines.tape import Tape, grad, recorded

__version__ = version("autograd")
autograd = SimpleNamespace(grad=grad)
float32, float64, int64, complex64, complex128 = (
    np.dtype(name) for name in ("float32", "float64", "int64", "complex64", "complex128")
)
bool = np.dtype("bool")


class Tensor(Tape):
    array = staticmethod(np.asarray)

    @staticmethod
    def vjp(function, at, seed):
        return make_vjp(function, tuple(range(len(at))))(*at)[0](seed)

    def __getitem__(self, index):
        return recorded(lambda value: value[index])(self)


def tensor(data, dtype=None, requires_grad=False):
    array = np.array(data, dtype)
    short = dtype is None and array.dtype == float64
    return Tensor(array.astype(float32) if short else array).requires_grad_(requires_grad)


def zeros(size, dtype=float32, requires_grad=False):
    return Tensor(np.zeros(size, dtype)).requires_grad_(requires_grad)


numpy_names.give(
    Tensor, globals(), {name: recorded(op) for name, op in numpy_names.ops_of(anp).items()}
)

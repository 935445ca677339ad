"""JAX (https://github.com/jax-ml/jax) as a torch-like module."""

from __future__ import annotations

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np

from examples.engines import numpy_names
from examples.engines.tape import Tape, grad, recorded

jax.config.update("jax_enable_x64", True)  # else its float64 is a float32

__version__ = jax.__version__
autograd = SimpleNamespace(grad=grad)
float32, float64, int64, complex64, complex128 = (
    np.dtype(name) for name in ("float32", "float64", "int64", "complex64", "complex128")
)
bool = np.dtype("bool")


class Tensor(Tape):
    array = staticmethod(jnp.asarray)

    @staticmethod
    def vjp(function, at, seed):
        return jax.vjp(function, *at)[1](seed)

    def __getitem__(self, index):
        return recorded(lambda value: value[index])(self)


def tensor(data, dtype=None, requires_grad=False):
    array = np.array(data, dtype)
    short = dtype is None and array.dtype == float64
    made = Tensor(jnp.asarray(array.astype(float32) if short else array))
    return made.requires_grad_(requires_grad)


def zeros(size, dtype=float32, requires_grad=False):
    return Tensor(jnp.zeros(size, dtype)).requires_grad_(requires_grad)


numpy_names.give(
    Tensor, globals(), {name: recorded(op) for name, op in numpy_names.ops_of(jnp).items()}
)

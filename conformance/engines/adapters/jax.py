"""JAX, on the CPU and with dtypes of 64 bits."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy import special

from conformance.engines.adapters.functional import FunctionalEngine
from conformance.engines.adapters.namespaces import nn_ops, numpy_ops, special_ops

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")


def vjp(function: Any, arrays: tuple[Any, ...], cotangents: tuple[Any, ...]) -> Any:
    """Of a complex number it has the conjugate of torch's gradient."""
    _, pullback = jax.vjp(function, *arrays)
    return map(jnp.conj, pullback(tuple(map(jnp.conj, cotangents))))


engine = FunctionalEngine(
    "jax",
    array=jnp.asarray,
    numpy=np.asarray,
    vjp=vjp,
    ops={
        **numpy_ops(jnp),
        **special_ops(special),
        **nn_ops(jax.nn),
        "logcumsumexp": lambda input, dim: jax.lax.cumlogsumexp(input, axis=dim % input.ndim),
        "nn.functional.gelu": lambda x, *, approximate="none": jax.nn.gelu(
            x, approximate == "tanh"
        ),
    },
    version=jax.__version__,
)

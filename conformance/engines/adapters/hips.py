"""HIPS autograd: derivatives of functions written on its NumPy."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import autograd.numpy as anp
import autograd.scipy.special as special
import numpy as np
from autograd import make_vjp
from autograd.builtins import tuple as tuple_of

from conformance.engines.adapters.functional import FunctionalEngine
from conformance.engines.adapters.namespaces import numpy_ops, special_ops


def vjp(function: Any, arrays: tuple[Any, ...], cotangents: tuple[Any, ...]) -> Any:
    """Its own knows one argument and one result: tuples, then, of its own kind. Of a complex
    number it has the conjugate of torch's gradient."""
    pullback, _ = make_vjp(lambda given: tuple_of(function(*given)))(tuple_of(arrays))
    return map(anp.conj, pullback(tuple_of(map(anp.conj, cotangents))))


engine = FunctionalEngine(
    "hips",
    array=np.array,
    numpy=np.asarray,
    vjp=vjp,
    ops={
        **numpy_ops(anp),
        **special_ops(special),
    },
    version=version("autograd"),
)

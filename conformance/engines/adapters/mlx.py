"""MLX, on the CPU, which alone has float64."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import mlx.core as mx
import numpy as np
from mlx import nn

from conformance.engines.adapters.functional import FunctionalEngine
from conformance.engines.adapters.namespaces import losses_ops, nn_ops, numpy_ops, special_ops

mx.set_default_device(mx.cpu)
DTYPES = {
    name: getattr(mx, f"{name}_" if name == "bool" else name)
    for name in ("bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64")
}


def vjp(function: Any, arrays: tuple[Any, ...], cotangents: tuple[Any, ...]) -> Any:
    """Its own, which takes and gives lists."""
    return mx.vjp(lambda *given: [*function(*given)], [*arrays], [*cotangents])[1]


engine = FunctionalEngine(
    "mlx",
    array=lambda array: mx.array(array, dtype=DTYPES[array.dtype.name]),
    numpy=np.array,
    vjp=vjp,
    ops={**numpy_ops(mx), **special_ops(mx), **nn_ops(nn), **losses_ops(nn.losses)},
    dtypes=DTYPES,
    version=version("mlx"),
)

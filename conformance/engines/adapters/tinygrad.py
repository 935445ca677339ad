"""tinygrad, whose tensors have most of torch's methods, and are differentiated as a function is."""

from __future__ import annotations

import os
import shutil
from importlib.metadata import version
from typing import Any

os.environ.setdefault("DEV", "CPU" if shutil.which("clang") else "PYTHON")

from tinygrad import Tensor, dtypes

from conformance.engines.adapters.functional import FunctionalEngine
from conformance.engines.adapters.namespaces import method_ops

# What has another meaning there or takes its arguments in another order, and what makes tensors.
APART = """T __r* __setitem__ *_like arange bfloat16 bool clone contiguous double empty eye float
full gradient half int item linalg.qr linalg.svd linspace long masked* max min multinomial nonzero
normal *conv* *cross_entropy *dropout *interpolate *nll_loss *normalize *one_hot *pad *pool* *unfold
ones qr rand* short svd to uniform zeros"""


def vjp(function: Any, arrays: tuple[Any, ...], cotangents: tuple[Any, ...]) -> Any:
    """The sum of what each result gives."""
    pairs = zip(function(*arrays), cotangents, strict=True)
    found = [result.gradient(*arrays, gradient=cotangent) for result, cotangent in pairs]
    return [sum(each[1:], each[0]) for each in zip(*found, strict=True)]


engine = FunctionalEngine(
    "tinygrad",
    array=lambda array: Tensor(array.reshape(-1)).reshape(array.shape),  # 0-d is no constant
    numpy=Tensor.numpy,
    vjp=vjp,
    ops={"amax": Tensor.max, "amin": Tensor.min, **method_ops(Tensor, APART)},
    dtypes={name: getattr(dtypes, name) for name in ("bool", "int32", "int64", "float32")}
    | {"float64": dtypes.float64},
    version=version("tinygrad"),
)

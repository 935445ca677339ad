"""An autograd engine on NumPy with torch's API and torch's behaviour.

`import mini_autograd as torch` runs a torch autograd tutorial unmodified.
"""

# ruff: noqa: F401 - what is imported here is what the package gives

from __future__ import annotations

from importlib import import_module as _import_module
from math import e, inf, nan, pi
from typing import Any as _Any

from mini_autograd import autograd, compat
from mini_autograd.arrays.dtypes import bool_ as bool
from mini_autograd.arrays.dtypes import (
    complex64,
    complex128,
    dtype,
    float16,
    float32,
    float64,
    get_default_dtype,
    int8,
    int16,
    int32,
    int64,
    set_default_dtype,
    uint8,
)
from mini_autograd.arrays.formats import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    layout,
    memory_format,
    preserve_format,
    strided,
)
from mini_autograd.arrays.generators import (
    Generator,
    default_generator,
    initial_seed,
    manual_seed,
    seed,
)
from mini_autograd.autograd.anomaly_mode import (
    is_anomaly_check_nan_enabled,
    is_anomaly_enabled,
    set_anomaly_enabled,
)
from mini_autograd.core.modes.grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from mini_autograd.core.modes.warn_once import is_warn_always_enabled, set_warn_always
from mini_autograd.core.tensor.size import Size
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.creation.data import as_tensor, from_numpy, tensor
from mini_autograd.creation.fills import (
    empty,
    empty_like,
    eye,
    full,
    full_like,
    ones,
    ones_like,
    scalar_tensor,
    zeros,
    zeros_like,
)
from mini_autograd.creation.integers import randint, randperm
from mini_autograd.creation.legacy_types import TensorType, typename
from mini_autograd.creation.ranges import arange, linspace
from mini_autograd.creation.sampling import rand, rand_like, randn, randn_like
from mini_autograd.frontend import methods
from mini_autograd.frontend.predicates import (
    can_cast,
    finfo,
    iinfo,
    is_complex,
    is_floating_point,
    is_nonzero,
    is_tensor,
    numel,
    promote_types,
    result_type,
)
from mini_autograd.frontend.printing import get_printoptions, set_printoptions
from mini_autograd.frontend.serialization import load, save
from mini_autograd.parsing.factories import device

__version__ = "0.1.0"

half, float, double = float16, float32, float64
short, int, long = int16, int32, int64
cfloat, cdouble = complex64, complex128

ByteTensor, CharTensor, ShortTensor, IntTensor = map(TensorType, (uint8, int8, int16, int32))
LongTensor, BoolTensor = map(TensorType, (int64, bool))
HalfTensor, FloatTensor, DoubleTensor = map(TensorType, (float16, float32, float64))

# What the families of ops give; a name that is a module or a type here stays one.
globals().update({k: v for k, v in methods.functions.items() if k not in globals()})

_LOADED_LATER = ("_C", "func", "nn", "overrides", "utils")


def __getattr__(name: str) -> _Any:
    """A namespace that few programs use, when it is first asked for."""
    if name in _LOADED_LATER:
        return _import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LOADED_LATER})

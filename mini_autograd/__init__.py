"""An autograd engine on NumPy with torch's API and torch's behaviour."""

from __future__ import annotations

from mini_autograd import methods
from mini_autograd.autograd import backward, grad
from mini_autograd.creation import from_numpy, tensor
from mini_autograd.dtypes import (
    bool_ as bool,
)
from mini_autograd.dtypes import (
    complex64, complex128, float16, float32, float64, get_default_dtype, int8, int16, int32, int64,
    set_default_dtype, uint8,
)  # fmt: skip
from mini_autograd.grad_mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from mini_autograd.tensor import Size, Tensor

globals().update(methods.functions())

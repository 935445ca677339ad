"""Kernels of other processors, where they differ from this one's by more than a rounding.

Torch chooses its kernels by what the processor can do. Run over special values under every
`ATEN_CPU_CAPABILITY` (`tests/quality/test_capabilities.py`), the ops of the catalogue differ as the
other ways have it, but for those below: here is what the scalar and the vector kernels do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch

from conformance.judge.otherwise.dispatching import Arguments, Op, Options

_HALVES = (torch.float16, torch.bfloat16)  # which are computed in single precision

Kernel = Callable[..., torch.Tensor | None]


def scalar(func: Op, args: Arguments, kwargs: Options) -> Any:
    """As the kernel that takes one element after the other."""
    return _computed(_SCALAR, func, args)


def vector(func: Op, args: Arguments, kwargs: Options) -> Any:
    """As the kernel that takes a vector of elements."""
    return _computed(_VECTOR, func, args)


def _computed(kernels: Mapping[str, Kernel], func: Op, args: Arguments) -> Any:
    kernel = kernels.get(func._schema.name)
    return kernel(*args) if kernel else None


def _of_complex(kernel: Kernel) -> Kernel:
    """A kernel of complex numbers only, which is given their parts."""
    return lambda value: kernel(torch.view_as_real(value)) if value.is_complex() else None


def _by_complex(parts: torch.Tensor, divisor: Any) -> torch.Tensor:
    """Complex numbers over numbers that are real, but divided by as complex ones: an infinite part
    times the imaginary zero leaves no other part."""
    real, imaginary = parts.unbind(-1)
    ratio = 0.0 / divisor
    return torch.complex((real + imaginary * ratio) / divisor, (imaginary - real * ratio) / divisor)


def _log(parts: torch.Tensor) -> torch.Tensor:
    return torch.view_as_real(torch.log(torch.view_as_complex(parts)))


def _over_length(divide: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Kernel:
    """What divides by its length; zeros stay zeros."""

    def kernel(parts: torch.Tensor) -> torch.Tensor:
        length = torch.view_as_complex(parts).abs()
        return torch.where(length == 0, 0, divide(parts, length))

    return _of_complex(kernel)


def _each(parts: torch.Tensor, divisor: Any) -> torch.Tensor:
    return torch.view_as_complex(parts / divisor)


def _rest(value: Any, other: Any) -> torch.Tensor | None:
    """A remainder by way of the quotient, which may overflow; else it is exact."""
    if torch.result_type(value, other) in _HALVES:
        return None
    quotient = torch.true_divide(value, other)
    lost = quotient.isinf() & torch.as_tensor(value).isfinite() & (torch.as_tensor(other) != 0)
    return torch.remainder(value, other).masked_fill(lost, math.nan) if lost.any() else None


def _by_exp(sign: float) -> Kernel:
    """Half the sum or difference of two powers of e, of which one may overflow."""

    def kernel(value: torch.Tensor) -> torch.Tensor | None:
        if value.is_complex() or value.dtype in _HALVES:
            return None
        whole = (torch.cosh if sign > 0 else torch.sinh)(value)
        powers = torch.exp(value) + sign * torch.exp(-value)
        return torch.where(powers.isinf(), powers, whole)

    return kernel


_SCALAR: Mapping[str, Kernel] = {
    "aten::log2": _of_complex(lambda parts: _by_complex(_log(parts), math.log(2))),
    "aten::neg": _of_complex(lambda parts: torch.view_as_complex(-parts)),
    "aten::sgn": _over_length(_by_complex),
}
_VECTOR: Mapping[str, Kernel] = {
    "aten::log2": _of_complex(lambda parts: _each(_log(parts), math.log(2))),
    "aten::neg": _of_complex(lambda parts: torch.view_as_complex(0 - parts)),
    "aten::sgn": _over_length(lambda parts, length: _each(parts, length.unsqueeze(-1))),
    "aten::remainder": _rest,
    "aten::sinh": _by_exp(-1.0),
    "aten::cosh": _by_exp(1.0),
}
